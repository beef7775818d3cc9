/**
 * The logs of projects whose files were renamed or replaced while they were open, by processes that were then killed.
 * SQLite finds a log by its name alone: it would miss the log of a renamed file, in which pages may be half-written,
 * and apply that of a replaced file to the one that has taken its name. The lock file says which file a log belongs
 * to (docs/decisions/0230).
 */
import { copyFileSync, existsSync, readdirSync, renameSync, rmSync, statSync } from 'node:fs';
import { dirname, join } from 'node:path';
import SqliteDatabase from 'better-sqlite3';
import { StudioError } from '../contract/errors.ts';
import { FileIdentity } from './file-identity.ts';
import { INDEX_ENDING, LOG_ENDING, PROJECT_EXTENSION, temporaryName } from './file-names.ts';
import { hasLog, letGo, removeDatabase } from './leftovers.ts';
import { checkIntegrity, openDatabase } from './project-database.ts';
import { ProjectLock } from './project-lock.ts';
import { busyError, projectError } from './sqlite-errors.ts';

/** Added to the name of a log whose file is not in the folder. */
const OTHER_ENDING = '.other';

/** A file is written a moment after its log; seconds later for gigabytes. */
const LONGEST_CHECKPOINT_MS = 60_000;

/**
 * Gives every log in a folder back to its file if that is in the folder under another name, and puts aside a log that
 * another file left next to this one. Before anything is opened or written at `path`.
 *
 * @param lock of `path`
 * @throws StudioError PROJECT_BUSY when another process still has the file open under its old name, or is reading it
 */
export function settleLogs(path: string, lock: ProjectLock): void {
  returnLogs({ path, lock });
  const recorded = ProjectLock.recordAt(path);
  if (recorded === '' || recorded === markAt(path) || !hasLog(path)) return;
  if (existsSync(path) && !isWhole(path)) return;
  renameSync(`${path}${LOG_ENDING}`, `${path}${LOG_ENDING}${OTHER_ENDING}`);
  rmSync(`${path}${INDEX_ENDING}`, { force: true });
}

/** A project that this process is opening, and its lock. */
interface Opened {
  readonly path: string;
  readonly lock: ProjectLock;
}

function returnLogs(opened: Opened): void {
  const folder = dirname(opened.path);
  const names = readdirSync(folder);
  const projects = names.filter((name) => name.toLowerCase().endsWith(PROJECT_EXTENSION));
  for (const name of names) {
    if (!name.toLowerCase().endsWith(`${PROJECT_EXTENSION}${LOG_ENDING}`)) continue;
    const from = join(folder, name.slice(0, -LOG_ENDING.length));
    const mark = ProjectLock.recordAt(from);
    if (mark === '' || mark === markAt(from) || !hasLog(from)) continue;
    const owner = projects.map((each) => join(folder, each)).find((path) => markAt(path) === mark);
    if (owner === undefined || isChangedSince(owner, from)) continue;
    try {
      giveLog(from, owner, opened);
    } catch (error) {
      // Only who opens the file needs its log now.
      if (owner === opened.path || !(error instanceof StudioError)) throw error;
    }
  }
}

/** Whether something else than the checkpoint of its log has changed a file: then the log is out of date. */
function isChangedSince(path: string, log: string): boolean {
  return statSync(path).mtimeMs - statSync(`${log}${LOG_ENDING}`).mtimeMs > LONGEST_CHECKPOINT_MS;
}

/** @throws StudioError PROJECT_BUSY */
function giveLog(from: string, to: string, opened: Opened): void {
  const locks = new Map<string, ProjectLock>();
  try {
    for (const path of [from, to]) if (path !== opened.path) locks.set(path, ProjectLock.acquire(path));
    // With a log under its new name, the file has been changed since.
    if (hasLog(to)) return;
    clearIndex(to);
    if (existsSync(`${to}${INDEX_ENDING}`)) throw busyError(to);
    renameSync(`${from}${LOG_ENDING}`, `${to}${LOG_ENDING}`);
    rmSync(`${from}${INDEX_ENDING}`, { force: true });
  } finally {
    for (const [path, lock] of locks) letGo(lock, path);
  }
}

/** Removes the index that a killed reader left: the last connection to a database does. One that is in use stays. */
function clearIndex(path: string): void {
  if (!existsSync(`${path}${INDEX_ENDING}`)) return;
  const database = new SqliteDatabase(path);
  try {
    database.prepare('SELECT count(*) FROM sqlite_schema').get();
  } finally {
    database.close();
  }
}

function markAt(path: string): string {
  return existsSync(path) ? FileIdentity.of(path).mark : '';
}

/** Whether a project is complete without the log next to it. */
function isWhole(path: string): boolean {
  const copy = temporaryName(path);
  try {
    copyFileSync(path, copy);
    const database = openDatabase(copy, { readOnly: false });
    try {
      checkIntegrity(database);
      return true;
    } finally {
      database.close();
    }
  } catch (error) {
    const known = projectError(error, path);
    if (known instanceof StudioError && known.code === 'PROJECT_INVALID') return false;
    throw error;
  } finally {
    removeDatabase(copy);
  }
}
