/// <reference path="../../types/fs-native-extensions.d.ts" />
/**
 * Lets one process at a time change a small file that several processes share. The lock is the operating system's
 * own, on an empty file next to it: it ends with the process that holds it (docs/decisions/0007).
 */
import { closeSync, constants, mkdirSync, openSync } from 'node:fs';
import { dirname } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { tryLock } from 'fs-native-extensions';
import { StudioError } from '../../contract/errors.ts';
import { NO_FOLLOW } from './atomic-write.ts';
import { writeError } from './file-errors.ts';

/** A change takes milliseconds; a process that holds the lock this long is stuck. */
const PATIENCE_MS = 10_000;
const WAIT_MS = 5;

/**
 * Runs a change of a file while no other process, and no other change in this one, works on it.
 *
 * @param path of the file itself
 * @throws StudioError FOLDER_UNWRITABLE, DISK_FULL
 */
export async function withFileLock<Result>(path: string, change: () => Promise<Result>): Promise<Result> {
  const startMs = Date.now();
  for (;;) {
    const descriptor = lock(path);
    if (descriptor !== undefined) {
      try {
        return await change();
      } finally {
        closeSync(descriptor);
      }
    }
    giveUpAfter(startMs, path);
    await delay(WAIT_MS);
  }
}

/** The same for a synchronous change. */
export function withFileLockSync<Result>(path: string, change: () => Result): Result {
  const startMs = Date.now();
  const never = new Int32Array(new SharedArrayBuffer(4));
  for (;;) {
    const descriptor = lock(path);
    if (descriptor !== undefined) {
      try {
        return change();
      } finally {
        closeSync(descriptor);
      }
    }
    giveUpAfter(startMs, path);
    Atomics.wait(never, 0, 0, WAIT_MS);
  }
}

/** @returns the open file that holds the lock until it is closed; undefined while another holder has it */
function lock(path: string): number | undefined {
  try {
    mkdirSync(dirname(path), { recursive: true });
    return lockOrClose(openSync(`${path}.lock`, constants.O_RDWR | constants.O_CREAT | NO_FOLLOW, 0o600));
  } catch (error) {
    throw writeError(error, path, 'FOLDER_UNWRITABLE');
  }
}

/**
 * Locks an open file. Unless that works, the file is closed.
 *
 * @returns the file, which holds the lock until it is closed; undefined while another holder has it
 * @throws the operating system's error (ENOLCK) on a disk without locks
 */
export function lockOrClose(descriptor: number): number | undefined {
  let isLocked = false;
  try {
    isLocked = tryLock(descriptor);
  } finally {
    if (!isLocked) closeSync(descriptor);
  }
  return isLocked ? descriptor : undefined;
}

function giveUpAfter(startMs: number, path: string): void {
  if (Date.now() - startMs < PATIENCE_MS) return;
  throw new StudioError(
    'FOLDER_UNWRITABLE',
    `Another process has been changing ${path} for ${PATIENCE_MS / 1000} seconds. End it, then try again.`,
  );
}
