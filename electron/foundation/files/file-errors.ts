/** Errors of the file system, in words: the one place where they become {@link StudioError}s. */
import { type ErrorCode, StudioError } from '../../contract/errors.ts';

/** The file system's code of an error, such as ENOENT. */
export function errnoOf(error: unknown): string | undefined {
  const code = error instanceof Error ? (error as NodeJS.ErrnoException).code : undefined;
  return typeof code === 'string' ? code : undefined;
}

/** Codes of the operating system (ENOENT, EIO, ...); Node's own (ERR_...) are faults of this program. */
const ERRNO = /^E(?!RR_)[A-Z0-9]+$/;

/**
 * An error of writing as one the user can act on.
 *
 * @param unwritable code of everything but a full disk
 * @returns the error itself when it is no error of the file system, or carries a code already
 */
export function writeError(
  error: unknown,
  path: string,
  unwritable: ErrorCode = 'FOLDER_UNWRITABLE',
): unknown {
  const code = errnoOf(error) ?? '';
  if (error instanceof StudioError || !ERRNO.test(code)) return error;
  if (code === 'ENOSPC' || code === 'EDQUOT') {
    return new StudioError(
      'DISK_FULL',
      `The disk is full: ${path} could not be written. Make room and try again; what was there is kept.`,
      { cause: error },
    );
  }
  const sentence =
    code === 'EFBIG'
      ? `The disk does not take files this large: ${path}. Choose a folder on another disk.`
      : code === 'ENAMETOOLONG'
        ? `The name is longer than the disk takes: ${path}. Choose a shorter one.`
        : `${path} cannot be written (${code}).`;
  return new StudioError(unwritable, sentence, { cause: error });
}

/** Runs a step that writes, and turns its errors into ones the user can act on. */
export async function writing<Result>(
  path: string,
  step: () => Promise<Result>,
  unwritable?: ErrorCode,
): Promise<Result> {
  try {
    return await step();
  } catch (error) {
    throw writeError(error, path, unwritable);
  }
}

/**
 * Runs a step that reads, and turns the file system's errors into ones the user can act on: a link that leads
 * back to itself (ELOOP), a disk that fails (EIO), a file of somebody else's (EACCES).
 *
 * @param unreadable the code they get
 */
export async function reading<Result>(
  path: string,
  step: () => Promise<Result>,
  unreadable: ErrorCode,
): Promise<Result> {
  try {
    return await step();
  } catch (error) {
    const code = errnoOf(error) ?? '';
    if (error instanceof StudioError || !ERRNO.test(code)) throw error;
    throw new StudioError(unreadable, `${path} cannot be read (${code}).`, { cause: error });
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
