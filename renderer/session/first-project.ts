/** Chooses the project to start with; one that cannot be opened never prevents the start. */
import { type ErrorCode, StudioError } from '../../electron/contract/errors.ts';
import type { ProjectState } from '../../electron/contract/project-state.ts';
import type { StudioClient } from '../client/studio-client.ts';
import { sampleNames } from './sample-names.ts';

/** A project that could not be opened, and the reason. */
export interface FailedProject {
  readonly path: string;
  readonly name: string;
  readonly code: ErrorCode;
  /** The host's sentence for the user. */
  readonly message: string;
  /** Whether it is on the list of recent projects, and can be removed from it. */
  readonly isRecent: boolean;
}

export interface FirstProject {
  readonly project: ProjectState;
  /** Projects that were tried before it. */
  readonly failed: readonly FailedProject[];
  /** Why the sample could not be opened, if it was tried. */
  readonly sampleError: unknown;
  /** Whether no project has been opened before: the window then begins with the start screen. */
  readonly isFirstStart?: boolean;
}

/** How many projects to try: each may take seconds on an unresponsive disk. */
const MAX_TRIES = 5;

/** Errors after which a project may be opened read-only: the file itself is intact. */
const READABLE: ReadonlySet<ErrorCode> = new Set(['PROJECT_BUSY', 'PROJECT_UNWRITABLE', 'DISK_FULL']);

/** Whether a project that could not be opened may be opened read-only. */
export function canBeRead({ code }: Pick<FailedProject, 'code'>): boolean {
  return READABLE.has(code);
}

/**
 * Opens the project where the user left off or, if that fails, the one before it, and so on; then the sample; then an
 * empty project; and if nothing can be written at all, the first one that can be read.
 *
 * @param wanted path in the page's address; '' for none
 * @param untitled name of an empty project
 * @throws StudioError HOST_UNREACHABLE, or the reason why not even an empty project can be created
 */
export async function openFirstProject(
  client: Pick<StudioClient, 'call'>,
  wanted: string,
  untitled: string,
): Promise<FirstProject> {
  const open = await client.call('project.listOpen', {});
  const again = open.find(({ path }) => path === wanted) ?? open.at(-1);
  if (again) return { project: again, failed: [], sampleError: undefined };

  const recent = (await client.call('project.recent', {})).filter(({ isThere }) => isThere);
  const inOrder = [
    ...recent.filter(({ path }) => path === wanted),
    ...recent.filter(({ path }) => path !== wanted),
  ];
  const failed: FailedProject[] = [];
  for (const { path, name, openedAt } of inOrder.slice(0, MAX_TRIES)) {
    try {
      return { project: await client.call('project.open', { path }), failed, sampleError: undefined };
    } catch (error) {
      failed.push({ path, name, isRecent: openedAt !== null, ...failureOf(error) });
    }
  }
  let sampleError: unknown;
  try {
    const project = await client.call('project.openSample', { names: sampleNames() });
    return { project, failed, sampleError, isFirstStart: failed.length === 0 };
  } catch (error) {
    failureOf(error);
    // Without the bundled pack there is no sample.
    sampleError = error;
  }
  try {
    return { project: await client.call('project.create', { name: untitled }), failed, sampleError };
  } catch (error) {
    failureOf(error);
    const readable = failed.find(canBeRead);
    if (readable === undefined) throw error;
    const project = await client.call('project.open', { path: readable.path, readOnly: true });
    return { project, failed, sampleError };
  }
}

/** @throws the error itself if it is not about the project */
export function failureOf(error: unknown): { code: ErrorCode; message: string } {
  if (!(error instanceof StudioError) || error.code === 'HOST_UNREACHABLE') throw error;
  return { code: error.code, message: error.message };
}
