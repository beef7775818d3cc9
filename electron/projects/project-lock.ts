/// <reference path="../types/fs-native-extensions.d.ts" />
/**
 * Lets one process at a time write a project. The lock is the operating system's own, on an open file next to the
 * project: it ends with the process that holds it, so a crash leaves nothing to clean up (docs/decisions/0030). It
 * cannot be on the project file itself, where SQLite has its own locks.
 */
import {
  closeSync,
  constants,
  fstatSync,
  ftruncateSync,
  openSync,
  readSync,
  rmSync,
  statSync,
  writeSync,
} from 'node:fs';
import { tryLock } from 'fs-native-extensions';
import { StudioError } from '../contract/errors.ts';
import { LOCK_ENDING } from './file-names.ts';
import { busyError, inProject } from './sqlite-errors.ts';

/** Other processes may remove the lock file while it is being opened, but never this often in a row. */
const MAX_TRIES = 20;

const MAX_RECORD_BYTES = 200;

export class ProjectLock {
  readonly #path: string;
  readonly #fileDescriptor: number;

  private constructor(path: string, fileDescriptor: number) {
    this.#path = path;
    this.#fileDescriptor = fileDescriptor;
  }

  /**
   * @throws StudioError PROJECT_BUSY at once when another process, or another part of this one, has it;
   * PROJECT_UNWRITABLE when no lock file can be written in the folder, or its disk has no locks
   */
  static acquire(projectPath: string): ProjectLock {
    const path = `${projectPath}${LOCK_ENDING}`;
    for (let attempt = 1; ; attempt++) {
      const fileDescriptor = inProject(projectPath, () =>
        openSync(path, constants.O_RDWR | constants.O_CREAT | (constants.O_NOFOLLOW ?? 0), 0o600),
      );
      let isHeld = false;
      try {
        // Some network disks have no locks.
        if (!inProject(projectPath, () => tryLock(fileDescriptor))) throw busyError(projectPath);
        // The last holder may have removed the file between opening and locking it: then this lock is on a deleted
        // file, and another process may already hold the lock on the new one.
        isHeld = isSameFile(path, fileDescriptor);
        if (isHeld) return new ProjectLock(path, fileDescriptor);
      } finally {
        if (!isHeld) closeSync(fileDescriptor);
      }
      if (attempt === MAX_TRIES) {
        throw new StudioError('PROJECT_BUSY', `${path} keeps changing: the project cannot be locked.`);
      }
    }
  }

  /** What the holder of a project's lock, killed since, recorded; empty if there is nothing. */
  static recordAt(projectPath: string): string {
    let file: number | undefined;
    try {
      file = openSync(`${projectPath}${LOCK_ENDING}`, 'r');
      const bytes = Buffer.alloc(MAX_RECORD_BYTES);
      return bytes.toString('utf8', 0, readSync(file, bytes));
    } catch (error) {
      // On Windows no other handle reads a locked file.
      if (['ENOENT', 'EBUSY', 'EACCES', 'EPERM'].includes((error as NodeJS.ErrnoException).code ?? ''))
        return '';
      throw error;
    } finally {
      if (file !== undefined) closeSync(file);
    }
  }

  /** Says in the lock file what is locked, for those who find it after a crash. @param text at most 200 bytes */
  record(text: string): void {
    ftruncateSync(this.#fileDescriptor);
    writeSync(this.#fileDescriptor, text, 0);
  }

  /** Releases the lock, and leaves its file with what is recorded in it. */
  leave(): void {
    closeSync(this.#fileDescriptor);
  }

  /** Removes the lock file while it is still held, then releases the lock. */
  release(): void {
    // A file that cannot be removed does no harm: the lock is not the file's existence.
    try {
      rmSync(this.#path, { force: true });
    } finally {
      closeSync(this.#fileDescriptor);
    }
  }
}

function isSameFile(path: string, fileDescriptor: number): boolean {
  const named = statSync(path, { bigint: true, throwIfNoEntry: false });
  const opened = fstatSync(fileDescriptor, { bigint: true });
  return named !== undefined && named.ino === opened.ino && named.dev === opened.dev;
}
