/** The open database of a project, its lock and its file: opening, changing, copying, closing. */
import type { Database } from 'better-sqlite3';
import { StudioError } from '../contract/errors.ts';
import { FileIdentity } from './file-identity.ts';
import { checkTitle } from './given-values.ts';
import {
  hasLog,
  letGo,
  removeFinishedJournal,
  removeStaleCopies,
  removeStaleTemporaries,
} from './leftovers.ts';
import { migrate } from './migrations/migrate.ts';
import { settleLogs } from './moved-logs.ts';
import { openDatabase } from './project-database.ts';
import type { ProjectLock } from './project-lock.ts';
import { type CopyOptions, copyDatabase } from './save-copy.ts';
import { inProject, movedError, projectError } from './sqlite-errors.ts';

/**
 * When a commit returns it is in the file itself, not only in the log next to it: a file that is renamed or copied
 * while open is complete, whatever happens to this process (docs/decisions/0124).
 */
const PAGES_BEFORE_CHECKPOINT = 1;

/** Idle time before the log is emptied. */
const IDLE_MS = 1000;

export class ProjectConnection {
  /** Absolute, links resolved. */
  readonly path: string;
  /** Whether the last process that wrote the project ended without closing it. */
  readonly wasRecovered: boolean;
  readonly database: Database;
  /** undefined when it is open read-only. */
  readonly #lock: ProjectLock | undefined;
  readonly #identity: FileIdentity;
  /** Cancels the running copies. */
  readonly #closing = new AbortController();
  #idle: NodeJS.Timeout | undefined;

  /**
   * @param path absolute, links resolved
   * @param lock released when opening fails; undefined opens read-only
   * @throws StudioError PROJECT_INVALID, PROJECT_NEWER, PROJECT_UNWRITABLE, DISK_FULL, PROJECT_MOVED
   */
  constructor(path: string, lock: ProjectLock | undefined) {
    this.path = path;
    this.#lock = lock;
    let database: Database | undefined;
    try {
      if (lock !== undefined) {
        settleLogs(path, lock);
        removeFinishedJournal(path);
      }
      this.wasRecovered = lock !== undefined && hasLog(path);
      this.#identity = FileIdentity.of(path);
      database = openDatabase(path, { readOnly: lock === undefined });
      this.database = database;
      // Another file may have replaced it between identifying and opening it.
      if (!this.#identity.isInPlace()) throw movedError(path);
      if (lock !== undefined) {
        lock.record(this.#identity.mark);
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

  /**
   * For everything that is done with the database: work that waited meanwhile may find its project closed.
   *
   * @throws StudioError PROJECT_UNKNOWN
   */
  requireOpen(): void {
    if (!this.database.open) throw new StudioError('PROJECT_UNKNOWN', 'This project is no longer open.');
  }

  /** Whether the file is still where it was opened. */
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

  /** @throws StudioError PROJECT_UNKNOWN, PROJECT_READ_ONLY, PROJECT_MOVED */
  requireWritable(): void {
    this.requireOpen();
    if (this.isReadOnly) {
      throw new StudioError(
        'PROJECT_READ_ONLY',
        `${this.path} is open read-only. Save it under another name to change it.`,
      );
    }
    if (this.isInPlace) return;
    // Everything saved before is in the file, wherever it is now.
    if (!this.database.inTransaction) inProject(this.path, () => emptyLog(this.database));
    throw movedError(this.path);
  }

  /**
   * Copies the project to another place.
   *
   * @param toOwnPlace the target is this project's own path, whose file is gone
   * @returns the lock of the target
   * @throws StudioError PARAMETER_INVALID (the title), PROJECT_EXISTS, PROJECT_BUSY, PROJECT_UNWRITABLE, DISK_FULL,
   *   CANCELLED
   */
  async copyTo(place: string, options: CopyOptions, toOwnPlace = false): Promise<ProjectLock> {
    this.requireOpen();
    if (options.title !== undefined) checkTitle(options.title);
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
   * Merges the log into the file and closes it; closing twice does nothing.
   *
   * @throws StudioError DISK_FULL, PROJECT_UNWRITABLE; it is closed nevertheless
   */
  close(): void {
    if (!this.database.open) return;
    try {
      if (!this.isReadOnly) inProject(this.path, () => foldLogIn(this.database));
    } finally {
      this.abandon();
      if (this.#lock !== undefined) letGo(this.#lock, this.path);
    }
  }

  /** Closes the file and keeps its lock. */
  abandon(): void {
    this.#closing.abort();
    clearTimeout(this.#idle);
    this.database.close();
  }

  /**
   * Reads a consistent state while another process makes changes.
   * @returns whether a transaction was begun, which has to be ended
   */
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
      // The log stays as it is; the next change or closing reports the problem with the disk.
      if (!(projectError(error, this.path) instanceof StudioError)) throw error;
    }
  }
}

/** Empties the log at once or not at all: it does not wait for readers in other processes. */
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
    // Removes the log and its index, so that the file can be read in a read-only folder.
    database.pragma('journal_mode = DELETE');
  } catch (error) {
    // Another process is reading the project, or it was moved away: everything is in the file, and an empty log stays
    // under the old name.
    const code = (error as NodeJS.ErrnoException).code ?? '';
    if (!code.startsWith('SQLITE_BUSY') && code !== 'SQLITE_READONLY_DBMOVED') throw error;
  }
}
