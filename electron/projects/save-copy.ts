/** Copies of a project that appear whole or not at all. */
import { randomUUID } from 'node:crypto';
import { closeSync, existsSync, fsyncSync, openSync, readdirSync, renameSync, rmSync } from 'node:fs';
import { basename, dirname, join } from 'node:path';
import type { Database } from 'better-sqlite3';
import { StudioError } from '../contract/errors.ts';
import { projectBeside, temporaryName } from './file-names.ts';
import { createDatabase, openDatabase } from './project-database.ts';
import { ProjectLock } from './project-lock.ts';

export interface PlaceOptions {
  /** Take the place of a file that is there; otherwise that is an error. */
  readonly overwrite?: boolean;
}

/**
 * Copies a database as it is now, without its freed pages and its write-ahead log, to another place.
 *
 * @throws StudioError PROJECT_EXISTS; PROJECT_BUSY when the file there is open as a project; or an error of SQLite
 *   or the file system
 */
export function copyDatabase(database: Database, to: string, options: PlaceOptions): void {
  placeDatabase(to, options, (temporary) => {
    database.prepare('VACUUM INTO ?').run(temporary);
  });
}

/** Makes a new database with what `fill` puts into it. @throws as {@link copyDatabase} */
export function placeNewDatabase(
  to: string,
  options: PlaceOptions,
  fill: (database: Database) => void,
): void {
  placeDatabase(to, options, (temporary) => {
    const database = createDatabase(temporary);
    try {
      database.transaction(() => fill(database)).immediate();
    } finally {
      database.close();
    }
  });
}

function placeDatabase(
  to: string,
  { overwrite = false }: PlaceOptions,
  write: (temporary: string) => void,
): void {
  const lock = ProjectLock.acquire(to);
  const temporary = temporaryName(to, randomUUID().slice(0, 8));
  try {
    removeStaleTemporaries(to);
    if (existsSync(to)) {
      if (!overwrite) {
        throw new StudioError(
          'PROJECT_EXISTS',
          `${to} is there already. Choose another name, or replace it.`,
        );
      }
      foldIn(to);
    }
    write(temporary);
    sync(temporary);
    // A log that a crash left beside another file of this name must not be taken for the new one's.
    for (const ending of ['-wal', '-shm', '-journal']) rmSync(`${to}${ending}`, { force: true });
    renameSync(temporary, to);
    syncFolder(dirname(to));
  } catch (error) {
    for (const ending of ['', '-wal', '-shm', '-journal']) rmSync(`${temporary}${ending}`, { force: true });
    throw error;
  } finally {
    lock.release();
  }
}

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
 * Removes what processes left in a project's folder that ended while they wrote another project there: of a copy
 * that was never finished there is no project whose opening would clear it away.
 *
 * @param opened the project that this process is opening there; it holds its lock
 */
export function removeUnfinishedCopies(opened: string): void {
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
      } finally {
        lock.release();
      }
    } catch (error) {
      // It is being written at this moment, or the folder takes no files.
      if (!(error instanceof StudioError)) throw error;
    }
  }
}

/** Puts what a crash left beside a project into it, so that the old file is whole until the moment it is replaced. */
function foldIn(path: string): void {
  if (!existsSync(`${path}-wal`)) return;
  try {
    const database = openDatabase(path, { readOnly: false });
    database.pragma('wal_checkpoint(TRUNCATE)');
    database.close();
  } catch (error) {
    // What is no project of ours has nothing to be folded in; it is about to be replaced, as was asked.
    if (!(error instanceof StudioError)) throw error;
  }
}

function sync(path: string): void {
  const fileDescriptor = openSync(path, 'r+');
  try {
    fsyncSync(fileDescriptor);
  } finally {
    closeSync(fileDescriptor);
  }
}

/** Makes a rename last through a power cut. */
function syncFolder(folder: string): void {
  // Windows cannot open folders: there the journal has to do.
  if (process.platform === 'win32') return;
  const fileDescriptor = openSync(folder, 'r');
  try {
    fsyncSync(fileDescriptor);
  } finally {
    closeSync(fileDescriptor);
  }
}
