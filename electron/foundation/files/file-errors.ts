/** Errors of the file system, in words. */
import { StudioError } from '../../contract/errors.ts';

/** The file system's code of an error, such as ENOENT. */
export function errnoOf(error: unknown): string | undefined {
  const code = error instanceof Error ? (error as NodeJS.ErrnoException).code : undefined;
  return typeof code === 'string' ? code : undefined;
}

/**
 * An error of writing below the models folder as one that a person can act on.
 *
 * @returns the error itself when it is no error of the file system, or carries a code already
 */
export function writeError(error: unknown, path: string): unknown {
  switch (errnoOf(error)) {
    case 'ENOSPC':
    case 'EDQUOT':
      return new StudioError(
        'DISK_FULL',
        `The disk is full: ${path} could not be written. What has been downloaded is kept; make room and pull again.`,
        { cause: error },
      );
    case 'EFBIG':
      return new StudioError(
        'FOLDER_UNWRITABLE',
        `The disk does not take files this large: ${path}. Choose a models folder on another disk.`,
        { cause: error },
      );
    case 'ENOENT':
    case 'EACCES':
    case 'EPERM':
    case 'EROFS':
    case 'ENOTDIR':
    case 'EEXIST':
    case 'ELOOP':
    case 'EISDIR':
    case 'EIO':
      return new StudioError('FOLDER_UNWRITABLE', `${path} cannot be written (${errnoOf(error)}).`, {
        cause: error,
      });
    default:
      return error;
  }
}

/** Runs a step that writes, and turns its errors into ones that a person can act on. */
export async function writing<Result>(path: string, step: () => Promise<Result>): Promise<Result> {
  try {
    return await step();
  } catch (error) {
    throw writeError(error, path);
  }
}

/** Runs a step that looks for something, and gives undefined when it is not there. */
export async function ifPresent<Result>(step: Promise<Result>): Promise<Result | undefined> {
  try {
    return await step;
  } catch (error) {
    if (errnoOf(error) === 'ENOENT' || errnoOf(error) === 'ENOTDIR') return undefined;
    throw error;
  }
}

/** @throws StudioError CANCELLED when the signal is aborted */
export function throwIfCancelled(signal: AbortSignal | undefined): void {
  if (signal?.aborted) throw new StudioError('CANCELLED', 'Cancelled.', { cause: signal.reason });
}
