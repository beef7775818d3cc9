/** Copies a project atomically. */
import { randomUUID } from 'node:crypto';
import { closeSync, existsSync, fsyncSync, openSync, renameSync, rmSync } from 'node:fs';
import { type FileHandle, open } from 'node:fs/promises';
import { dirname } from 'node:path';
import type { Database } from 'better-sqlite3';
import { StudioError } from '../contract/errors.ts';
import { temporaryName } from './file-names.ts';
import { removeStaleTemporaries, SQLITE_ENDINGS } from './leftovers.ts';
import { createDatabase, openDatabase } from './project-database.ts';
import { ProjectLock } from './project-lock.ts';

export interface PlaceOptions {
  /** Take the place of a file that is there; otherwise that is an error. */
  readonly overwrite?: boolean;
}

export interface CopyOptions extends PlaceOptions {
  /** What the copy is called; as the original by default. */
  readonly title?: string;
  /** Ends the copying: nothing is left of it then. */
  readonly signal?: AbortSignal;
  /** Bytes that have been copied, and how many there are. */
  readonly onProgress?: (bytes: number, totalBytes: number) => void;
}

/** Pages that are copied before anything else gets its turn: about 1 MiB, which takes some milliseconds. */
const PAGES_PER_STEP = 256;
/** Bytes that may wait for the disk. */
const BYTES_PER_SYNC = 32 * 2 ** 20;

/**
 * Copies a database as it is now, its log included, to another place: step by step, so that the process goes on
 * answering meanwhile. What is committed on this connection until the last step is in the copy.
 *
 * The pages come from the open connection, not by the path: also of a file that was moved or deleted.
 *
 * @param held the lock of the place, where the caller has it; it is not let go of
 * @returns a lock on the copy, for who goes on in it
 * @throws StudioError PROJECT_EXISTS; PROJECT_BUSY when the file there is open as a project; CANCELLED; or an error
 *   of SQLite or the file system
 */
export async function copyDatabase(
  database: Database,
  to: string,
  options: CopyOptions = {},
  held?: ProjectLock,
): Promise<ProjectLock> {
  const placement = Placement.begin(to, options, held);
  try {
    // So that it can be synced from here while SQLite writes it.
    const handle = await open(placement.temporary, 'wx+');
    try {
      await copyPages(database, placement.temporary, handle, options);
    } finally {
      await handle.close();
    }
    return placement.finish(options.title);
  } catch (error) {
    placement.discard();
    throw error;
  }
}

async function copyPages(
  database: Database,
  temporary: string,
  handle: FileHandle,
  { signal, onProgress }: CopyOptions,
): Promise<void> {
  const pageSize = database.pragma('page_size', { simple: true }) as number;
  let syncedPages = 0;
  let syncing: Promise<void> | undefined;
  let failure: unknown;
  const sync = () => {
    syncing = handle
      .datasync()
      .catch((error: unknown) => {
        failure ??= error;
      })
      .finally(() => {
        syncing = undefined;
      });
  };
  await database.backup(temporary, {
    progress: ({ totalPages, remainingPages }) => {
      if (signal?.aborted) throw new StudioError('CANCELLED', 'Cancelled.', { cause: signal.reason });
      if (failure !== undefined) throw failure;
      const pages = totalPages - remainingPages;
      onProgress?.(pages * pageSize, totalPages * pageSize);
      // The disk takes what was written while more is being written: at the end there is little to wait for.
      const unsyncedBytes = (pages - syncedPages) * pageSize;
      if (syncing === undefined && (unsyncedBytes >= BYTES_PER_SYNC || remainingPages === 1)) {
        if (pages > syncedPages) {
          syncedPages = pages;
          sync();
        }
      }
      if (remainingPages > 1) return Math.min(PAGES_PER_STEP, remainingPages - 1);
      return syncing === undefined ? 1 : 0;
    },
  });
}

/** Makes a new database with what `fill` puts into it. @throws as {@link copyDatabase} */
export function placeNewDatabase(
  to: string,
  options: PlaceOptions,
  fill: (database: Database) => void,
): ProjectLock {
  const placement = Placement.begin(to, options);
  try {
    const database = createDatabase(placement.temporary);
    try {
      database.transaction(() => fill(database)).immediate();
    } finally {
      database.close();
    }
    return placement.finish();
  } catch (error) {
    placement.discard();
    throw error;
  }
}

/** A place that is being written to under another name. */
class Placement {
  readonly #to: string;
  readonly #lock: ProjectLock;
  readonly #isLockHeld: boolean;
  readonly temporary: string;

  private constructor(to: string, lock: ProjectLock, isLockHeld: boolean) {
    this.#to = to;
    this.#lock = lock;
    this.#isLockHeld = isLockHeld;
    this.temporary = temporaryName(to, randomUUID().slice(0, 8));
  }

  static begin(to: string, { overwrite = false }: PlaceOptions, held?: ProjectLock): Placement {
    const placement = new Placement(to, held ?? ProjectLock.acquire(to), held !== undefined);
    try {
      removeStaleTemporaries(to);
      if (existsSync(to)) {
        if (!overwrite) {
          throw new StudioError(
            'PROJECT_EXISTS',
            `${to} is there already. Choose another name, or replace it.`,
          );
        }
        // Where the lock is the caller's own, the log there belongs to a file that was moved away.
        if (held === undefined) foldIn(to);
      }
      return placement;
    } catch (error) {
      placement.discard();
      throw error;
    }
  }

  /** @returns the place's lock, still held */
  finish(title?: string): ProjectLock {
    if (title !== undefined) setTitle(this.temporary, title);
    sync(this.temporary);
    // A log that a crash left beside another file of this name must not be taken for the new one's.
    for (const ending of SQLITE_ENDINGS) rmSync(`${this.#to}${ending}`, { force: true });
    renameSync(this.temporary, this.#to);
    syncFolder(dirname(this.#to));
    return this.#lock;
  }

  discard(): void {
    for (const ending of ['', ...SQLITE_ENDINGS]) rmSync(`${this.temporary}${ending}`, { force: true });
    if (!this.#isLockHeld) this.#lock.release();
  }
}

function setTitle(path: string, title: string): void {
  const database = openDatabase(path, { readOnly: false });
  try {
    database.pragma('journal_mode = DELETE');
    database.prepare('UPDATE project SET title = ?').run(title);
  } finally {
    database.close();
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
