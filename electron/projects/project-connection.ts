/** The open database of a project, its lock and the file that both belong to: opening, changing, copying, closing. */
import { statSync } from 'node:fs';
import type { Database } from 'better-sqlite3';
import { StudioError } from '../contract/errors.ts';
import { FileIdentity } from './file-identity.ts';
import { removeFinishedJournal, removeStaleCopies, removeStaleTemporaries } from './leftovers.ts';
import { migrate } from './migrations/migrate.ts';
import { openDatabase } from './project-database.ts';
import type { ProjectLock } from './project-lock.ts';
import { type CopyOptions, copyDatabase } from './save-copy.ts';
import { inProject, movedError, projectError } from './sqlite-errors.ts';

/**
 * A commit is in the file itself when it returns, not only in the log beside it: a file that is renamed or copied
 * while it is open has everything, whatever becomes of this process (docs/decisions/0124).
 */
const PAGES_BEFORE_CHECKPOINT = 1;

/** How long nothing is written before the log is emptied. */
const IDLE_MS = 1000;

export class ProjectConnection {
  /** Absolute, links resolved. */
  readonly path: string;
  /** The last process that wrote the project ended without closing it. */
  readonly wasRecovered: boolean;
  readonly database: Database;
  /** undefined where it is open read-only. */
  readonly #lock: ProjectLock | undefined;
  readonly #identity: FileIdentity;
  /** Ends the copies that are being written. */
  readonly #closing = new AbortController();
  #idle: NodeJS.Timeout | undefined;

  /**
   * @param path absolute, links resolved
   * @param lock let go of when opening fails; undefined opens read-only
   * @throws StudioError PROJECT_INVALID, PROJECT_NEWER, PROJECT_UNWRITABLE, DISK_FULL, PROJECT_MOVED
   */
  constructor(path: string, lock: ProjectLock | undefined) {
    this.path = path;
    this.#lock = lock;
    let database: Database | undefined;
    try {
      if (lock !== undefined) removeFinishedJournal(path);
      this.wasRecovered = lock !== undefined && leftALog(path);
      this.#identity = FileIdentity.of(path);
      database = openDatabase(path, { readOnly: lock === undefined });
      this.database = database;
      // Between asking which file it is and opening it, another may have come in its place.
      if (!this.#identity.isInPlace()) throw movedError(path);
      if (lock !== undefined) {
        database.pragma('journal_mode = WAL');
        database.pragma(`wal_autocheckpoint = ${PAGES_BEFORE_CHECKPOINT}`);
        migrate(database);
        removeStaleTemporaries(path);
        removeStaleCopies(path);
      }
    } catch (error) {
      database?.close();
      lock?.release();
      throw projectError(error, path);
    }
  }

  get isReadOnly(): boolean {
    return this.#lock === undefined;
  }

  /** Whether the file is where it was opened. */
  get isInPlace(): boolean {
    return inProject(this.path, () => this.#identity.isInPlace());
  }

  /**
   * Runs a change as one transaction.
   *
   * @throws StudioError PROJECT_READ_ONLY, PROJECT_MOVED, PROJECT_UNWRITABLE, DISK_FULL, and what the change throws;
   *   the project is then as it was
   */
  write<Result>(change: () => Result): Result {
    this.requireWritable();
    return inProject(this.path, () => {
      const result = this.database
        .transaction(() => {
          const changed = change();
          if (!this.#identity.isInPlace()) throw movedError(this.path);
          return changed;
        })
        .immediate();
      this.#idle ??= setTimeout(() => this.#emptyLogWhenIdle(), IDLE_MS).unref();
      this.#idle.refresh();
      return result;
    });
  }

  /** @throws StudioError PROJECT_READ_ONLY, PROJECT_MOVED */
  requireWritable(): void {
    if (this.isReadOnly) {
      throw new StudioError(
        'PROJECT_READ_ONLY',
        `${this.path} is open read-only. Save it under another name to change it.`,
      );
    }
    if (this.isInPlace) return;
    // What was saved before goes with the file, wherever that is now.
    if (!this.database.inTransaction) inProject(this.path, () => emptyLog(this.database));
    throw movedError(this.path);
  }

  /**
   * Copies the project to another place.
   *
   * @param toOwnPlace the place is this one's, whose file is not there any more
   * @returns the lock of the place
   * @throws StudioError PROJECT_EXISTS, PROJECT_BUSY, PROJECT_UNWRITABLE, DISK_FULL, CANCELLED
   */
  async copyTo(place: string, options: CopyOptions, toOwnPlace = false): Promise<ProjectLock> {
    const { database } = this;
    const signal = AbortSignal.any([this.#closing.signal, ...(options.signal ? [options.signal] : [])]);
    const isSnapshot = this.#beginSnapshot();
    try {
      return await copyDatabase(database, place, { ...options, signal }, toOwnPlace ? this.#lock : undefined);
    } catch (error) {
      if (signal.aborted) throw new StudioError('CANCELLED', 'The copy was cancelled.', { cause: error });
      throw projectError(error, place);
    } finally {
      if (isSnapshot && database.open) database.exec('COMMIT');
    }
  }

  /**
   * Folds the log into the file and lets go of it; closing twice does nothing.
   *
   * @throws StudioError DISK_FULL, PROJECT_UNWRITABLE; it is closed all the same
   */
  close(): void {
    if (!this.database.open) return;
    try {
      if (!this.isReadOnly) inProject(this.path, () => foldLogIn(this.database));
    } finally {
      this.abandon();
      this.#lock?.release();
    }
  }

  /** Lets go of the file and keeps its lock. */
  abandon(): void {
    this.#closing.abort();
    clearTimeout(this.#idle);
    this.database.close();
  }

  /** What another process changes is read as it is at one moment. @returns whether that has to be ended */
  #beginSnapshot(): boolean {
    const { database } = this;
    if (!this.isReadOnly || database.inTransaction) return false;
    if (database.pragma('journal_mode', { simple: true }) !== 'wal') return false;
    database.exec('BEGIN; SELECT cursor FROM project');
    return true;
  }

  #emptyLogWhenIdle(): void {
    const { database } = this;
    if (!database.open || database.inTransaction) return;
    try {
      emptyLog(database);
    } catch (error) {
      // The log stays as it is, and the next change or closing says what is the matter with the disk.
      if (!(projectError(error, this.path) instanceof StudioError)) throw error;
    }
  }
}

function leftALog(path: string): boolean {
  return (statSync(`${path}-wal`, { throwIfNoEntry: false })?.size ?? 0) > 0;
}

/** Empties the log at once or not at all: who reads the project in another process is not waited for. */
function emptyLog(database: Database): void {
  const timeoutMs = database.pragma('busy_timeout', { simple: true });
  database.pragma('busy_timeout = 0');
  try {
    database.pragma('wal_checkpoint(TRUNCATE)');
  } finally {
    database.pragma(`busy_timeout = ${timeoutMs}`);
  }
}

function foldLogIn(database: Database): void {
  database.pragma('wal_checkpoint(TRUNCATE)');
  try {
    // The log and its index are removed, and the file no longer needs a folder that can be written to be read.
    database.pragma('journal_mode = DELETE');
  } catch (error) {
    // Somebody is reading the project elsewhere, or it was moved away: everything is in the one file, and an empty
    // log stays beside its name.
    const code = (error as NodeJS.ErrnoException).code ?? '';
    if (!code.startsWith('SQLITE_BUSY') && code !== 'SQLITE_READONLY_DBMOVED') throw error;
  }
}
