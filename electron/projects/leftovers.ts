/** When a project is opened, removes what killed processes left in its folder. */
import { closeSync, lstatSync, openSync, readdirSync, readSync, rmSync } from 'node:fs';
import { basename, dirname, join } from 'node:path';
import { StudioError } from '../contract/errors.ts';
import { projectBeside } from './file-names.ts';
import { hasLog } from './moved-logs.ts';
import { ProjectLock } from './project-lock.ts';

/** Suffixes of SQLite's files next to a database. */
export const SQLITE_ENDINGS = ['-wal', '-shm', '-journal'] as const;

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
    // A log with contents stays, and so does its lock file, which says whose it is: its project may come back.
    if (!names.has(name) && hasLog(path)) continue;
    try {
      const lock = ProjectLock.acquire(path);
      try {
        removeStaleTemporaries(path);
        if (!names.has(name)) removeEmptyLog(path);
      } finally {
        lock.release();
      }
    } catch (error) {
      // It is being written right now, or the folder is read-only.
      if (!(error instanceof StudioError)) throw error;
    }
  }
}

function removeEmptyLog(path: string): void {
  for (const ending of ['-wal', '-shm']) rmSync(`${path}${ending}`, { force: true });
}
