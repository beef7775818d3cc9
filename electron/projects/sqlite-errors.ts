/** Translates errors of SQLite and the file system into sentences for the user. */
import { StudioError } from '../contract/errors.ts';

/** The code that SQLite or the file system gave an error, such as SQLITE_FULL or EROFS. */
function codeOf(error: unknown): string {
  const code = error instanceof Error ? (error as NodeJS.ErrnoException).code : undefined;
  return typeof code === 'string' ? code : '';
}

/** The error for a change of a project whose file is no longer where it was opened. */
export function movedError(path: string, cause?: unknown): StudioError {
  return new StudioError(
    'PROJECT_MOVED',
    `${path} was moved, deleted or replaced while it was open. Everything is still here: save it under a name to continue.`,
    { cause },
  );
}

/** The error for a project that another process, or another part of this one, has open. */
export function busyError(path: string): StudioError {
  return new StudioError(
    'PROJECT_BUSY',
    `${path} is open in another window or program. It can be opened read-only here.`,
  );
}

/**
 * The error for a file that is opened: SQLite has no code of its own for some damaged headers, such as an unknown schema
 * format. The statements of opening are right, so what is wrong is the file.
 *
 * @returns the error itself for those that {@link projectError} knows
 */
export function openingError(error: unknown, path: string): unknown {
  return codeOf(error) === 'SQLITE_ERROR' ? damagedError(path, error) : error;
}

function damagedError(path: string, cause: unknown): StudioError {
  const detail = cause instanceof Error ? cause.message : String(cause);
  return new StudioError('PROJECT_INVALID', `${path} is not a project file, or it is damaged (${detail}).`, {
    cause,
  });
}

/**
 * Turns an error of a project file into one the user can act on.
 *
 * @returns the error itself when it already carries a code, or is a bug
 */
export function projectError(error: unknown, path: string): unknown {
  if (error instanceof StudioError) return error;
  const code = codeOf(error);
  const say = (studioCode: ConstructorParameters<typeof StudioError>[0], sentence: string) =>
    new StudioError(studioCode, sentence, { cause: error });
  switch (true) {
    case code === 'SQLITE_FULL' || code === 'ENOSPC' || code === 'EDQUOT':
      return say(
        'DISK_FULL',
        `The disk is full: the change could not be saved in ${path}. Everything saved before is safe; make room and try again.`,
      );
    case code === 'SQLITE_NOTADB' || code.startsWith('SQLITE_CORRUPT') || code === 'SQLITE_FORMAT':
      return damagedError(path, error);
    case code.startsWith('SQLITE_BUSY') || code.startsWith('SQLITE_LOCKED'):
      return say('PROJECT_BUSY', `Another program is working on ${path}. Wait for it, or open it read-only.`);
    case code === 'SQLITE_READONLY_DBMOVED':
      return movedError(path, error);
    case code === 'ENAMETOOLONG':
      return say('PROJECT_UNWRITABLE', `The name is too long for the disk: ${path}. Choose a shorter one.`);
    case code === 'ENOENT':
      return say('PROJECT_MISSING', `${path} does not exist.`);
    case code.startsWith('SQLITE_READONLY') ||
      code.startsWith('SQLITE_CANTOPEN') ||
      code.startsWith('SQLITE_PERM') ||
      code.startsWith('SQLITE_IOERR') ||
      /^E(ACCES|PERM|ROFS|NOTDIR|ISDIR|IO|LOOP|FBIG|NOLCK|NOSYS|NOTSUP|OPNOTSUPP)$/.test(code):
      return say(
        'PROJECT_UNWRITABLE',
        `${path}, or its folder, cannot be written (${code}). It can be opened read-only, or copied ` +
          'elsewhere.',
      );
    default:
      return error;
  }
}

/** Runs a step on a project file, and turns its errors into ones the user can act on. */
export function inProject<Result>(path: string, step: () => Result): Result {
  try {
    return step();
  } catch (error) {
    throw projectError(error, path);
  }
}
