/// <reference path="../types/fs-native-extensions.d.ts" />
/**
 * One process at a time writes a project. The lock is the operating system's own, on an open file beside the
 * project: it ends with the process that holds it, so that a crash leaves nothing to clear away
 * (docs/decisions/0030). It cannot lie on the project file itself, where SQLite keeps locks of its own.
 */
import { closeSync, constants, fstatSync, openSync, rmSync, statSync } from 'node:fs';
import { tryLock } from 'fs-native-extensions';
import { StudioError } from '../contract/errors.ts';
import { LOCK_ENDING } from './file-names.ts';
import { inProject } from './sqlite-errors.ts';

/** Other processes may take the lock file away while it is being opened; never this many in a row. */
const MAX_TRIES = 20;

export class ProjectLock {
  readonly #path: string;
  readonly #fileDescriptor: number;

  private constructor(path: string, fileDescriptor: number) {
    this.#path = path;
    this.#fileDescriptor = fileDescriptor;
  }

  /**
   * @throws StudioError PROJECT_BUSY at once when another process, or another part of this one, has it;
   *   PROJECT_UNWRITABLE when the folder takes no lock file
   */
  static acquire(projectPath: string): ProjectLock {
    const path = `${projectPath}${LOCK_ENDING}`;
    for (let attempt = 1; ; attempt++) {
      const fileDescriptor = inProject(projectPath, () =>
        openSync(path, constants.O_RDWR | constants.O_CREAT | (constants.O_NOFOLLOW ?? 0), 0o600),
      );
      let isHeld = false;
      try {
        if (!tryLock(fileDescriptor)) {
          throw new StudioError(
            'PROJECT_BUSY',
            `${projectPath} is open in another window or program. It can be opened read-only here.`,
          );
        }
        // Its last holder may have removed the file between our opening and our locking it: then this is a
        // lock on nothing, and somebody else may already have one on the new file.
        isHeld = isSameFile(path, fileDescriptor);
        if (isHeld) return new ProjectLock(path, fileDescriptor);
      } finally {
        if (!isHeld) closeSync(fileDescriptor);
      }
      if (attempt === MAX_TRIES) {
        throw new StudioError('PROJECT_BUSY', `${path} changes all the time: the project cannot be locked.`);
      }
    }
  }

  /** Removes the lock file while it is still held, then lets go of it. */
  release(): void {
    // A file that cannot be removed does no harm: the lock is not its being there.
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
