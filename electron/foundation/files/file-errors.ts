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
 * Turns an error of writing into one the user can act on.
 *
 * @param unwritable code for everything except a full disk
 * @returns the error itself when it is not from the file system, or already carries a code
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
      `The disk is full: ${path} could not be written. Make room and try again; the previous file is unchanged.`,
      { cause: error },
    );
  }
  const sentence =
    code === 'EFBIG'
      ? `The disk does not support files this large: ${path}. Choose a folder on another disk.`
      : code === 'ENAMETOOLONG'
        ? `The name is too long for the disk: ${path}. Choose a shorter one.`
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
 * back to itself (ELOOP), a failing disk (EIO), another user's file (EACCES).
 *
 * @param unreadable code of the error
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

/** Runs a step that looks something up; returns undefined when it does not exist. */
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
