/** Translates errors of SQLite and the file system into sentences. */
import { StudioError } from '../contract/errors.ts';

/** The code that SQLite or the file system gave an error, such as SQLITE_FULL or EROFS. */
function codeOf(error: unknown): string {
  const code = error instanceof Error ? (error as NodeJS.ErrnoException).code : undefined;
  return typeof code === 'string' ? code : '';
}

/** What a change of a project is refused with whose file is not where it was opened. */
export function movedError(path: string, cause?: unknown): StudioError {
  return new StudioError(
    'PROJECT_MOVED',
    `${path} was moved, deleted or replaced while it was open. Everything is still here: save it under a name to go on.`,
    { cause },
  );
}

/**
 * An error of a project file as one the user can act on.
 *
 * @returns the error itself when it carries a code of this program already, or is a fault of this program
 */
export function projectError(error: unknown, path: string): unknown {
  if (error instanceof StudioError) return error;
  const code = codeOf(error);
  const detail = error instanceof Error ? error.message : String(error);
  const say = (studioCode: ConstructorParameters<typeof StudioError>[0], sentence: string) =>
    new StudioError(studioCode, sentence, { cause: error });
  switch (true) {
    case code === 'SQLITE_FULL' || code === 'ENOSPC' || code === 'EDQUOT':
      return say(
        'DISK_FULL',
        `The disk is full: ${path} could not take the change. What was saved before is safe; make room and try again.`,
      );
    case code === 'SQLITE_NOTADB' || code.startsWith('SQLITE_CORRUPT') || code === 'SQLITE_FORMAT':
      return say('PROJECT_INVALID', `${path} is not a project file, or it is damaged (${detail}).`);
    case code.startsWith('SQLITE_BUSY') || code.startsWith('SQLITE_LOCKED'):
      return say('PROJECT_BUSY', `Another program is working on ${path}. Wait for it, or open it read-only.`);
    case code === 'SQLITE_READONLY_DBMOVED':
      return movedError(path, error);
    case code === 'ENAMETOOLONG':
      return say(
        'PROJECT_UNWRITABLE',
        `The name is longer than the disk takes: ${path}. Choose a shorter one.`,
      );
    case code === 'ENOENT':
      return say('PROJECT_MISSING', `${path} is not there.`);
    case code.startsWith('SQLITE_READONLY') ||
      code.startsWith('SQLITE_CANTOPEN') ||
      code.startsWith('SQLITE_PERM') ||
      code.startsWith('SQLITE_IOERR') ||
      /^E(ACCES|PERM|ROFS|NOTDIR|ISDIR|IO|LOOP|FBIG)$/.test(code):
      return say(
        'PROJECT_UNWRITABLE',
        `${path}, or the folder that it lies in, cannot be written (${code}). It can be opened read-only, or copied ` +
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
