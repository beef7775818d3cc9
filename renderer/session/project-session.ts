/**
 * One open project, as the editor sees it: what the host has confirmed, and the person's changes on their way there.
 *
 *   shown document = the confirmed history with every pending change applied in order
 *
 * So a change shows at once, and nothing is lost when it takes long to save: a stroke whose mask is still being
 * written waits in its place of the order, and so does everything when the connection is gone. The host's history
 * is the only one that counts (document-history.ts is a mirror of it).
 */
import { StudioError } from '../../electron/contract/errors.ts';
import type { ProjectState } from '../../electron/contract/project-state.ts';
import type { SceneDocument } from '../../electron/contract/scene-document.ts';
import type { StudioClient } from '../client/studio-client.ts';
import {
  commitTo,
  type DocumentHistory,
  presentOf,
  redoIn,
  startHistory,
  undoIn,
} from '../editor/document-history.ts';

import { isSameDocument, type PendingSteps } from './unsaved-changes.ts';

export type DocumentEdit = (document: SceneDocument) => SceneDocument;

type Pending =
  | {
      readonly kind: 'edit';
      readonly label: string;
      /** undefined until it is known what it does. */
      edit: DocumentEdit | undefined;
      readonly ready: Promise<DocumentEdit>;
    }
  | { readonly kind: 'undo' }
  | { readonly kind: 'redo' }
  /** Another command that answers with the project's new state. */
  | { readonly kind: 'command'; readonly run: (projectId: string) => Promise<ProjectState> };

export interface ProjectView {
  readonly state: ProjectState;
  readonly document: SceneDocument;
  readonly canUndo: boolean;
  readonly canRedo: boolean;
  /** Changes that the host has not confirmed yet. */
  readonly pending: number;
}

export class ProjectSession {
  readonly #client: StudioClient;
  readonly #onChange: (view: ProjectView) => void;
  readonly #onError: (error: unknown) => void;
  #state: ProjectState;
  #confirmed: DocumentHistory;
  #pending: Pending[] = [];
  #lastShown: SceneDocument;
  #isRunning = false;
  #isClosed = false;

  constructor(
    client: StudioClient,
    state: ProjectState,
    onChange: (view: ProjectView) => void,
    onError: (error: unknown) => void,
  ) {
    this.#client = client;
    this.#state = state;
    this.#onChange = onChange;
    this.#onError = onError;
    this.#confirmed = startHistory(state.document, state.history.position, state.history.length);
    this.#lastShown = state.document;
  }

  get projectId(): string {
    return this.#state.projectId;
  }

  get path(): string {
    return this.#state.path;
  }

  /** The document with everything that the person did. */
  get document(): SceneDocument {
    return this.view().document;
  }

  get hasPending(): boolean {
    return this.#pending.length > 0;
  }

  view(): ProjectView {
    const history = this.#projected();
    this.#lastShown = presentOf(history) ?? this.#lastShown;
    return {
      state: this.#state,
      document: this.#lastShown,
      canUndo: undoIn(history) !== undefined,
      canRedo: redoIn(history) !== undefined,
      pending: this.#pending.length,
    };
  }

  /** Changes the document, as one step of the history. An edit that changes nothing leaves none. */
  edit(label: string, edit: DocumentEdit): void {
    if (edit(this.document) === this.document) return;
    void this.#add({
      kind: 'edit',
      label,
      edit,
      ready: Promise.resolve(edit),
    });
  }

  /** The same for a change that is known later; its place in the order is now. Resolves once it shows. */
  editLater(label: string, ready: Promise<DocumentEdit>): Promise<void> {
    const pending: Pending = {
      kind: 'edit',
      label,
      edit: undefined,
      ready,
    };
    const shown = ready.then((edit) => {
      pending.edit = edit;
      this.#changed();
    });
    // The queue reports a failure; whoever waits for it to show hears of it too.
    shown.catch(() => {});
    void this.#add(pending);
    return shown;
  }

  undo(): void {
    if (this.view().canUndo) void this.#add({ kind: 'undo' });
  }

  redo(): void {
    if (this.view().canRedo) void this.#add({ kind: 'redo' });
  }

  /** Runs a command that changes the document on the host's side, after everything that is pending. */
  run(run: (projectId: string) => Promise<ProjectState>): void {
    void this.#add({ kind: 'command', run });
  }

  /** The changes that the host has not confirmed, as documents; those that are still being made are not among them. */
  unsaved(): PendingSteps | undefined {
    const steps: { label: string; document: SceneDocument }[] = [];
    let history = this.#confirmed;
    const base = presentOf(history);
    for (const pending of this.#pending) {
      history = projected(history, pending);
      const document = presentOf(history);
      if (document === undefined || document === (steps.at(-1)?.document ?? base)) continue;
      steps.push({ label: pending.kind === 'edit' ? pending.label : '', document });
    }
    return base === undefined || steps.length === 0 ? undefined : { base, steps };
  }

  /** Resolves when the host has everything. */
  async saved(): Promise<void> {
    while (this.#pending.length > 0) await new Promise((resolve) => setTimeout(resolve, 10));
  }

  /** What the host says unasked: another window's change, or an answer that was lost. */
  adopt(state: ProjectState): void {
    if (state.projectId !== this.#state.projectId || state.revision < this.#state.revision) return;
    if (this.#isRunning) return;
    this.#confirm(state);
    this.#changed();
  }

  close(): void {
    this.#isClosed = true;
  }

  #projected(): DocumentHistory {
    return this.#pending.reduce(projected, this.#confirmed);
  }

  async #add(pending: Pending): Promise<void> {
    this.#pending.push(pending);
    this.#changed();
    if (this.#isRunning) return;
    this.#isRunning = true;
    while (this.#pending.length > 0 && !this.#isClosed) {
      const next = this.#pending[0]!;
      try {
        const state = await this.#carryOut(next);
        if (state) this.#confirm(state);
      } catch (error) {
        this.#onError(error);
      }
      this.#pending.shift();
      this.#changed();
    }
    this.#isRunning = false;
  }

  async #carryOut(pending: Pending): Promise<ProjectState | undefined> {
    if (pending.kind === 'edit') {
      const edit = await pending.ready;
      return this.#commit(pending.label, edit);
    }
    if (pending.kind === 'command') return this.#runCommand(pending.run);
    return this.#step(pending.kind);
  }

  /** Commits an edit on whatever the host's document is by then, once. */
  async #commit(label: string, edit: DocumentEdit): Promise<ProjectState | undefined> {
    for (;;) {
      const { projectId, revision, document: before } = this.#state;
      const document = edit(before);
      if (document === before) return undefined;
      try {
        return await this.#client.call('project.commit', {
          projectId,
          document,
          label,
          baseRevision: revision,
        });
      } catch (error) {
        // Another window was quicker, or the host went away: it may have taken this very change before it did.
        const now = await this.#lookAfter(error);
        if (isSameDocument(now.document, document)) return now;
      }
    }
  }

  /** Undoes or redoes one step, once. */
  async #step(kind: 'undo' | 'redo'): Promise<ProjectState> {
    const to = this.#state.history.position + (kind === 'undo' ? -1 : 1);
    for (;;) {
      try {
        return await this.#client.call(`project.${kind}`, { projectId: this.#state.projectId });
      } catch (error) {
        const now = await this.#lookAfter(error);
        if (now.history.position === to) return now;
      }
    }
  }

  async #runCommand(run: (projectId: string) => Promise<ProjectState>): Promise<ProjectState> {
    for (;;) {
      try {
        return await run(this.#state.projectId);
      } catch (error) {
        await this.#lookAfter(error);
      }
    }
  }

  /**
   * What the host's state is after a call came to nothing; waits for the connection as long as it takes. A host that was
   * started again opens the file again.
   *
   * @throws the error, if it is one that a look does not help against
   */
  async #lookAfter(error: unknown): Promise<ProjectState> {
    for (let last = error; ; ) {
      const code = last instanceof StudioError && !this.#isClosed ? last.code : undefined;
      if (code !== 'HOST_UNREACHABLE' && code !== 'PROJECT_CONFLICT' && code !== 'PROJECT_UNKNOWN')
        throw last;
      const { projectId, path } = this.#state;
      try {
        const state =
          code === 'PROJECT_UNKNOWN'
            ? await this.#client.call('project.open', { path })
            : await this.#client.call('project.state', { projectId });
        this.#confirm(state);
        return state;
      } catch (next) {
        last = next;
      }
    }
  }

  #confirm(state: ProjectState): void {
    const { position, length } = state.history;
    const isOneOn = position === this.#confirmed.position + 1;
    const known = new Map(
      [...this.#confirmed.known].filter(
        // A commit cut off what lay behind it; a new host knows nothing of ours.
        ([at]) =>
          state.projectId === this.#state.projectId && (at < position || !isOneOn || length > position + 1),
      ),
    );
    known.set(position, state.document);
    this.#confirmed = { position, length, known };
    this.#state = state;
  }

  #changed(): void {
    if (!this.#isClosed) this.#onChange(this.view());
  }
}

/** The history with one more change on its way. */
function projected(history: DocumentHistory, pending: Pending): DocumentHistory {
  if (pending.kind === 'undo') return undoIn(history) ?? history;
  if (pending.kind === 'redo') return redoIn(history) ?? history;
  const present = presentOf(history);
  if (pending.kind === 'command' || !pending.edit || !present) return history;
  const after = pending.edit(present);
  return after === present ? history : commitTo(history, after);
}
