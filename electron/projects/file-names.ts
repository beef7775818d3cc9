/** Names of a project's files. */
import { randomUUID } from 'node:crypto';

/** Extension of a project file. */
export const PROJECT_EXTENSION = '.pnpmix';

/** Suffix of the log's name, which SQLite chooses. */
export const LOG_ENDING = '-wal';

/** Suffix of the name of the log's index. */
export const INDEX_ENDING = '-shm';

/** Suffixes of SQLite's files next to a database. */
export const SQLITE_ENDINGS = [LOG_ENDING, INDEX_ENDING, '-journal'] as const;

/** Suffix of the lock file's name. */
export const LOCK_ENDING = '-lock';

const BESIDE =
  /^(?<project>.*\.pnpmix)(?:-lock|(?<temporary>\.\d+-[0-9a-f]{8}\.tmp(?:-wal|-shm|-journal)?))$/i;

/** A temporary name for a project file while it is written. */
export function temporaryName(projectPath: string): string {
  return `${projectPath}.${process.pid}-${randomUUID().slice(0, 8)}.tmp`;
}

/** The project file that a lock file's or temporary file's name belongs to; undefined for other names. */
export function projectBeside(name: string): { project: string; isTemporary: boolean } | undefined {
  const found = BESIDE.exec(name)?.groups;
  return found && { project: found.project!, isTemporary: found.temporary !== undefined };
}
