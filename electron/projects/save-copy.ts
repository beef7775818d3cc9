/** Copies a project atomically. */
import { closeSync, existsSync, fdatasync, fsyncSync, openSync, renameSync, rmSync } from 'node:fs';
import { dirname } from 'node:path';
import { promisify } from 'node:util';
import type { Database } from 'better-sqlite3';
import { StudioError } from '../contract/errors.ts';
import { throwIfCancelled } from '../foundation/files/file-errors.ts';
import { SQLITE_ENDINGS, temporaryName } from './file-names.ts';
import { removeDatabase, removeStaleTemporaries } from './leftovers.ts';
import { settleLogs } from './moved-logs.ts';
import { createDatabase, openDatabase } from './project-database.ts';
import { ProjectLock } from './project-lock.ts';

export interface PlaceOptions {
  /** Replace an existing file; otherwise that is an error. */
  readonly overwrite?: boolean;
}

export interface CopyOptions extends PlaceOptions {
  /** Title of the copy; the original's by default. */
  readonly title?: string;
  /** Cancels the copy and leaves nothing behind. */
  readonly signal?: AbortSignal;
  /** Bytes copied so far, and in all. */
  readonly onProgress?: (bytes: number, totalBytes: number) => void;
}

const datasync = promisify(fdatasync);

/** Pages copied before yielding: about 1 MiB, which takes some milliseconds. */
const PAGES_PER_STEP = 256;
/** Bytes that may wait to be synced. */
const BYTES_PER_SYNC = 32 * 2 ** 20;

/**
 * Copies a database with its log to another path, in steps, so that the process stays responsive. Commits on this
 * connection before the last step are in the copy.
 *
 * The pages come from the open connection, not from the path, so this also works for a file that was moved or
 * deleted.
 *
 * @param held the lock of the target, if the caller has it; it is not released
 * @returns a lock on the copy, for a caller that continues in it
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
    // To sync it from here while SQLite writes it.
    const fileDescriptor = openSync(placement.temporary, 'wx+');
    try {
      await copyPages(database, placement.temporary, fileDescriptor, options);
    } finally {
      // Synchronously: what is committed during an await here would be missing from the copy.
      closeSync(fileDescriptor);
    }
    // Cancelled, or its project closed, after the last page.
    throwIfCancelled(options.signal);
    return placement.finish(options.title);
  } catch (error) {
    placement.discard();
    throw error;
  }
}

async function copyPages(
  database: Database,
  temporary: string,
  fileDescriptor: number,
  { signal, onProgress }: CopyOptions,
): Promise<void> {
  const pageSize = database.pragma('page_size', { simple: true }) as number;
  let syncedPages = 0;
  let syncing: Promise<void> | undefined;
  let failure: unknown;
  const sync = () => {
    syncing = datasync(fileDescriptor)
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
      // Sync while writing, so that little is left to wait for at the end.
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

/** A target that is being written under a temporary name. */
class Placement {
  readonly #to: string;
  readonly #lock: ProjectLock;
  readonly #isLockHeld: boolean;
  readonly temporary: string;

  private constructor(to: string, lock: ProjectLock, isLockHeld: boolean) {
    this.#to = to;
    this.#lock = lock;
    this.#isLockHeld = isLockHeld;
    this.temporary = temporaryName(to);
  }

  static begin(to: string, { overwrite = false }: PlaceOptions, held?: ProjectLock): Placement {
    const placement = new Placement(to, held ?? ProjectLock.acquire(to), held !== undefined);
    try {
      if (held === undefined) settleLogs(to, placement.#lock);
      removeStaleTemporaries(to);
      if (existsSync(to)) {
        if (!overwrite) {
          throw new StudioError(
            'PROJECT_EXISTS',
            `${to} exists already. Choose another name, or replace it.`,
          );
        }
        // If the caller holds the lock, the log there belongs to a file that was moved away.
        if (held === undefined) foldIn(to);
      }
      return placement;
    } catch (error) {
      placement.discard();
      throw error;
    }
  }

  /** @returns the target's lock, still held */
  finish(title?: string): ProjectLock {
    if (title !== undefined) setTitle(this.temporary, title);
    sync(this.temporary);
    // A log that a crash left next to another file of this name must not be mistaken for the new one's.
    for (const ending of SQLITE_ENDINGS) rmSync(`${this.#to}${ending}`, { force: true });
    renameSync(this.temporary, this.#to);
    syncFolder(dirname(this.#to));
    return this.#lock;
  }

  discard(): void {
    try {
      removeDatabase(this.temporary);
    } finally {
      if (!this.#isLockHeld) this.#lock.release();
    }
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

/** Merges the log that a crash left next to a project, so that the old file is complete until it is replaced. */
function foldIn(path: string): void {
  if (!existsSync(`${path}-wal`)) return;
  try {
    const database = openDatabase(path, { readOnly: false });
    database.pragma('wal_checkpoint(TRUNCATE)');
    database.close();
  } catch (error) {
    // A file that is not a project has no log to merge; it is about to be replaced, as requested.
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

/** Makes a rename survive a power cut. */
function syncFolder(folder: string): void {
  // Windows cannot open folders: there the journal has to suffice.
  if (process.platform === 'win32') return;
  const fileDescriptor = openSync(folder, 'r');
  try {
    fsyncSync(fileDescriptor);
  } finally {
    closeSync(fileDescriptor);
  }
}
