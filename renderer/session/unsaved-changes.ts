/**
 * Changes that the host had not received when a page was closed. They are stored in localStorage, for the next page
 * that opens the project (docs/decisions/0123). A lock that ends with its page shows that the page still exists and
 * saves them itself. page-memory.ts handles gestures that are not in the document yet.
 */
import * as z from 'zod';
import { StudioError } from '../../electron/contract/errors.ts';
import { filePathSchema } from '../../electron/contract/project-state.ts';
import { type SceneDocument, storedDocumentSchema } from '../../electron/contract/scene-document.ts';
import { isSameDocument } from '../editor/same-document.ts';
import { reportError } from './notices.ts';

const PREFIX = 'pnp-mix-studio.unsaved.';

const unsavedSchema = z.strictObject({
  /** The project's file. */
  path: filePathSchema,
  leftAtMs: z.int(),
  /** The host's document before the first of the steps. */
  base: storedDocumentSchema,
  /** The documents after each change, in order. */
  steps: z
    .array(
      z.strictObject({ label: z.string().describe('Empty for an undo.'), document: storedDocumentSchema }),
    )
    .readonly(),
});
type Unsaved = z.infer<typeof unsavedSchema>;

/** A page's pending changes. */
export type PendingSteps = Pick<Unsaved, 'base' | 'steps'>;

/** How long a closed page may keep its lock. */
const LOCK_PATIENCE_MS = 1500;

/** This page's unsaved changes. */
export class UnsavedChanges {
  readonly #key = `${PREFIX}${crypto.randomUUID()}`;

  constructor() {
    void navigator.locks.request(this.#key, () => new Promise(() => undefined));
  }

  /**
   * Stores the current pending changes, replacing earlier ones. Where the browser has no room for all of them, the last
   * state as one step: the changes themselves go on in any case.
   */
  keep(path: string, pending: PendingSteps | undefined): void {
    if (pending === undefined) {
      localStorage.removeItem(this.#key);
      return;
    }
    const { base, steps } = pending;
    for (const some of [steps, steps.slice(-1)]) {
      const kept: Unsaved = { path, leftAtMs: Date.now(), base, steps: some };
      try {
        localStorage.setItem(this.#key, JSON.stringify(kept));
        return;
      } catch (error) {
        console.warn('The browser has no room for unsaved changes.', error);
      }
    }
  }
}

/** Takes the changes of closed pages to a project, oldest first, once. */
export async function takeUnsaved(path: string): Promise<PendingSteps[]> {
  const found: Unsaved[] = [];
  for (const key of Object.keys(localStorage).filter((name) => name.startsWith(PREFIX))) {
    if (readKept(key)?.path !== path) continue;
    const kept = await takeFromGone(key);
    if (kept) found.push(kept);
  }
  return found.toSorted((a, b) => a.leftAtMs - b.leftAtMs);
}

/** @returns undefined if the page still exists, or another one was faster */
async function takeFromGone(key: string): Promise<Unsaved | undefined> {
  try {
    return await navigator.locks.request(key, { signal: AbortSignal.timeout(LOCK_PATIENCE_MS) }, () => {
      const kept = readKept(key);
      localStorage.removeItem(key);
      return kept;
    });
  } catch (error) {
    if (error instanceof DOMException && error.name === 'TimeoutError') return undefined;
    throw error;
  }
}

function readKept(key: string): Unsaved | undefined {
  const text = localStorage.getItem(key);
  if (text === null) return undefined;
  try {
    return unsavedSchema.parse(JSON.parse(text));
  } catch (cause) {
    localStorage.removeItem(key);
    reportError(new StudioError('INTERNAL', 'Changes of a closed page cannot be read.', { cause }));
    return undefined;
  }
}

/**
 * The steps missing in the host's document: those after its current one, since some may have arrived before the
 * connection was lost. If it has none of them, the project was changed elsewhere since: then the last state is added
 * as one step, and undo restores the other.
 *
 * @param label for that one step, and for those without one
 */
export function missingSteps(
  { base, steps }: PendingSteps,
  now: SceneDocument,
  label: string,
): Unsaved['steps'] {
  const at = [base, ...steps.map(({ document }) => document)].findLastIndex((document) =>
    isSameDocument(document, now),
  );
  if (at < 0) return steps.slice(-1).map(({ document }) => ({ label, document }));
  return steps.slice(at).map((step) => ({ ...step, label: step.label || label }));
}
