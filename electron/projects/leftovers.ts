/** Removes what killed processes left next to projects, when one there is opened. */
import { closeSync, lstatSync, openSync, readdirSync, readSync, rmSync, statSync } from 'node:fs';
import { basename, dirname, join } from 'node:path';
import { StudioError } from '../contract/errors.ts';
import { projectBeside } from './file-names.ts';
import { ProjectLock } from './project-lock.ts';

/** Endings of the files that SQLite keeps beside a database. */
export const SQLITE_ENDINGS = ['-wal', '-shm', '-journal'] as const;

/**
 * Removes what a process left that ended while it wrote a file of this name. Only for who holds the name's lock:
 * then nobody else is writing one.
 */
export function removeStaleTemporaries(path: string): void {
  for (const found of readdirSync(dirname(path))) {
    const { project, isTemporary } = projectBeside(found) ?? {};
    if (isTemporary && project === basename(path)) rmSync(join(dirname(path), found), { force: true });
  }
}

/**
 * Removes the journal of a change that was finished, which SQLite leaves where it is: nothing or zeros stand where
 * the journal of an unfinished one begins. Only for who holds the project's lock and has not opened it yet.
 */
export function removeFinishedJournal(path: string): void {
  const journal = `${path}-journal`;
  // Only a file: a link, or whatever else a stranger put there, is SQLite's to refuse.
  const isFile = lstatSync(journal, { throwIfNoEntry: false })?.isFile() ?? false;
  if (isFile && !beginsWithContent(journal)) rmSync(journal, { force: true });
}

/** As SQLite tells a journal that has to be rolled back. */
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
 * Removes what processes left in a project's folder that ended while they wrote another project there: of a copy
 * that was never finished there is no project whose opening would clear it away. Likewise the empty log of a project
 * that was moved or deleted while it was open.
 *
 * @param opened the project that this process is opening there; it holds its lock
 */
export function removeStaleCopies(opened: string): void {
  const folder = dirname(opened);
  const names = new Set(readdirSync(folder));
  const unfinished = new Set<string>();
  for (const name of names) {
    const { project, isTemporary } = projectBeside(name) ?? {};
    // The lock file of a project that is there is its next opener's.
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
        lock.release();
      }
    } catch (error) {
      // It is being written at this moment, or the folder takes no files.
      if (!(error instanceof StudioError)) throw error;
    }
  }
}

/** A log with something in it stays: its project may come back. */
function removeEmptyLog(path: string): void {
  const size = statSync(`${path}-wal`, { throwIfNoEntry: false })?.size;
  if (size !== undefined && size > 0) return;
  for (const ending of ['-wal', '-shm']) rmSync(`${path}${ending}`, { force: true });
}
