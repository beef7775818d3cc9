/** Chooses the project that the editor starts with; one that cannot be opened never keeps it from starting. */
import { type ErrorCode, StudioError } from '../../electron/contract/errors.ts';
import type { ProjectState } from '../../electron/contract/project-state.ts';
import type { StudioClient } from '../client/studio-client.ts';

/** A project that could not be opened, and why. */
export interface FailedProject {
  readonly path: string;
  readonly name: string;
  readonly code: ErrorCode;
  /** The host's sentence for the user. */
  readonly message: string;
  /** On the list of recent projects, from which it can be taken. */
  readonly isRecent: boolean;
}

export interface FirstProject {
  readonly project: ProjectState;
  /** Projects that were to be opened before it. */
  readonly failed: readonly FailedProject[];
  /** Why there is no sample, where there was to be one. */
  readonly sampleError: unknown;
}

/** How many projects are tried: each may take seconds on a disk that does not answer. */
const MAX_TRIES = 5;

/** Codes of projects that others may be read from: the file itself is whole. */
const READABLE: ReadonlySet<ErrorCode> = new Set(['PROJECT_BUSY', 'PROJECT_UNWRITABLE', 'DISK_FULL']);

/** Whether a project that could not be opened may be opened read-only. */
export function canBeRead({ code }: Pick<FailedProject, 'code'>): boolean {
  return READABLE.has(code);
}

/**
 * Opens the project where the user left off; where that fails the one before it, and so on; then the sample; then
 * an empty project; and where nothing can be written at all, the first one that can be read.
 *
 * @param wanted path in the page's address; '' where there is none
 * @param untitled name of an empty project
 * @throws StudioError HOST_UNREACHABLE, or why not even an empty project can be made
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
    return { project: await client.call('project.openSample', {}), failed, sampleError };
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

/** @throws the error itself where it is none of the project's */
export function failureOf(error: unknown): { code: ErrorCode; message: string } {
  if (!(error instanceof StudioError) || error.code === 'HOST_UNREACHABLE') throw error;
  return { code: error.code, message: error.message };
}
