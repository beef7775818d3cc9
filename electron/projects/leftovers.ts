/** When a project is opened, removes what killed processes left in its folder. */
import { closeSync, lstatSync, openSync, readdirSync, readSync, rmSync, statSync } from 'node:fs';
import { basename, dirname, join } from 'node:path';
import { StudioError } from '../contract/errors.ts';
import { INDEX_ENDING, LOG_ENDING, projectBeside, SQLITE_ENDINGS } from './file-names.ts';
import { ProjectLock } from './project-lock.ts';

/** Whether there is a log next to a project that is not empty. */
export function hasLog(path: string): boolean {
  return (statSync(`${path}${LOG_ENDING}`, { throwIfNoEntry: false })?.size ?? 0) > 0;
}

/** Removes a database that is not needed any more, with what SQLite may have left next to it. */
export function removeDatabase(path: string): void {
  for (const ending of ['', ...SQLITE_ENDINGS]) rmSync(`${path}${ending}`, { force: true });
}

/**
 * Removes the unfinished file of a process that ended while writing one of this name. Requires the name's lock: then
 * nobody else is writing one.
 */
export function removeStaleTemporaries(path: string): void {
  for (const found of readdirSync(dirname(path))) {
    const { project, isTemporary } = projectBeside(found) ?? {};
    if (isTemporary && project === basename(path)) rmSync(join(dirname(path), found), { force: true });
  }
}

/**
 * Removes the journal of a finished change, which SQLite leaves behind: it is empty, or its header is zeros. Requires
 * the project's lock, before it is opened.
 */
export function removeFinishedJournal(path: string): void {
  const journal = `${path}-journal`;
  // Only a file: SQLite refuses a link, or anything else that someone put there.
  const isFile = lstatSync(journal, { throwIfNoEntry: false })?.isFile() ?? false;
  if (isFile && !beginsWithContent(journal)) rmSync(journal, { force: true });
}

/** SQLite's own test for a journal that has to be rolled back. */
function beginsWithContent(path: string): boolean {
  const fileDescriptor = openSync(path, 'r');
  try {
    const first = Buffer.alloc(1);
    return readSync(fileDescriptor, first) === 1 && first[0] !== 0;
  } finally {
    closeSync(fileDescriptor);
  }
}

/**
 * Removes the unfinished files of other projects in a project's folder: a copy that was never finished has no project
 * whose opening would remove it. Also removes the empty log of a project that was moved or deleted while open.
 *
 * @param opened the project that this process is opening there; it holds its lock
 */
export function removeStaleCopies(opened: string): void {
  const folder = dirname(opened);
  const names = new Set(readdirSync(folder));
  const unfinished = new Set<string>();
  for (const name of names) {
    const { project, isTemporary } = projectBeside(name) ?? {};
    // The lock file of an existing project is left to the process that opens it next.
    if (project !== undefined && (isTemporary || !names.has(project))) unfinished.add(project);
  }
  unfinished.delete(basename(opened));
  for (const name of unfinished) {
    const path = join(folder, name);
    try {
      const lock = ProjectLock.acquire(path);
      try {
        removeStaleTemporaries(path);
        if (!names.has(name)) removeEmptyLog(path);
      } finally {
        letGo(lock, path);
      }
    } catch (error) {
      // It is being written right now, or the folder is read-only.
      if (!(error instanceof StudioError)) throw error;
    }
  }
}

/** Releases a project's lock. Its file stays with a log: it says whose log that is, and the project may come back. */
export function letGo(lock: ProjectLock, path: string): void {
  if (hasLog(path)) lock.leave();
  else lock.release();
}

/** A log that is not empty stays. */
function removeEmptyLog(path: string): void {
  if (hasLog(path)) return;
  for (const ending of [LOG_ENDING, INDEX_ENDING]) rmSync(`${path}${ending}`, { force: true });
}
