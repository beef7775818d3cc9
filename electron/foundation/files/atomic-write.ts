/**
 * Atomic writes: after any interruption a file is either the old one or the new one (docs/decisions/0116).
 *
 * A file is written under a temporary name, synced, then renamed; then its folder is synced too.
 */
import {
  closeSync,
  constants,
  fsyncSync,
  mkdirSync,
  openSync,
  renameSync,
  rmSync,
  writeFileSync,
} from 'node:fs';
import { lstat, mkdir, open, rename, rm } from 'node:fs/promises';
import { dirname } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import type { ErrorCode } from '../../contract/errors.ts';
import { errnoOf, ifPresent, writeError, writing } from './file-errors.ts';
import { temporaryName } from './temporary-files.ts';

/** Refuses to follow links, on platforms that support it. */
export const NO_FOLLOW = constants.O_NOFOLLOW ?? 0;

export interface AtomicWriteOptions {
  /**
   * Whether the file must survive a power cut (the default). A cache need not: what is lost is computed again, and
   * its reader detects damage.
   */
  readonly isDurable?: boolean;
  /** The path to write it under until it is complete, in the same folder; from {@link temporaryName} by default. */
  readonly temporary?: string;
  /** Code of errors other than a full disk; FOLDER_UNWRITABLE by default. */
  readonly unwritable?: ErrorCode;
}

/**
 * Writes a file so that a reader sees either all of it or the previous file, and makes a missing folder. After an
 * error the old file is intact and the temporary one is gone.
 *
 * @throws StudioError DISK_FULL, and `unwritable`
 */
export async function writeFileAtomically(
  path: string,
  content: string | Uint8Array,
  {
    isDurable = true,
    temporary = temporaryName(path),
    unwritable = 'FOLDER_UNWRITABLE',
  }: AtomicWriteOptions = {},
): Promise<void> {
  const step = async () => {
    await makeFolder(dirname(path));
    const handle = await open(temporary, 'wx');
    try {
      await handle.writeFile(content);
      if (isDurable) await handle.sync();
    } finally {
      await handle.close();
    }
    await renameWhenFree(temporary, path);
    if (isDurable) await syncFolder(dirname(path));
  };
  try {
    await writing(path, step, unwritable);
  } catch (error) {
    await rm(temporary, { force: true }).catch(() => undefined);
    throw error;
  }
}

/**
 * The same, for callers that cannot wait.
 *
 * @throws StudioError DISK_FULL, and `unwritable`
 */
export function writeFileAtomicallySync(
  path: string,
  content: string | Uint8Array,
  { unwritable = 'FOLDER_UNWRITABLE' }: Pick<AtomicWriteOptions, 'unwritable'> = {},
): void {
  const temporary = temporaryName(path);
  try {
    mkdirSync(dirname(path), { recursive: true });
    const fileDescriptor = openSync(temporary, 'wx');
    try {
      writeFileSync(fileDescriptor, content);
      fsyncSync(fileDescriptor);
    } finally {
      closeSync(fileDescriptor);
    }
    renameWhenFreeSync(temporary, path);
  } catch (error) {
    rmSync(temporary, { force: true });
    throw writeError(error, path, unwritable);
  }
}

/** Gives a finished file its final name, so that it survives a power cut. @throws StudioError as above */
export async function moveIntoPlace(from: string, to: string): Promise<void> {
  await writing(to, () => renameWhenFree(from, to));
  await syncFolder(dirname(to));
}

/** Makes a folder and its parents. */
export async function makeFolder(folder: string): Promise<void> {
  try {
    await mkdir(folder, { recursive: true });
  } catch (error) {
    // On a read-only disk Node's recursive call reports ENOENT; the plain one reports the real error.
    if (errnoOf(error) === 'ENOENT') await mkdir(await firstMissing(folder));
    throw error;
  }
}

async function firstMissing(folder: string): Promise<string> {
  const parent = dirname(folder);
  return parent === folder || (await ifPresent(lstat(parent))) ? folder : firstMissing(parent);
}

/** Syncs a folder's entries to the disk. */
async function syncFolder(folder: string): Promise<void> {
  // Windows cannot open folders, and some file systems cannot sync them: there the journal has to suffice.
  const handle = await open(folder, 'r').catch(() => undefined);
  try {
    await handle?.sync().catch(() => undefined);
  } finally {
    await handle?.close();
  }
}

/** Windows' error codes while a virus scanner or an indexer has a new file open. */
const BUSY = new Set(['EPERM', 'EACCES', 'EBUSY']);
const BUSY_TRIES = 10;
const BUSY_WAIT_MS = 200;

function isBusy(error: unknown): boolean {
  return process.platform === 'win32' && BUSY.has(errnoOf(error) ?? '');
}

async function renameWhenFree(from: string, to: string): Promise<void> {
  for (let attempt = 1; ; attempt++) {
    try {
      await rename(from, to);
      return;
    } catch (error) {
      if (!isBusy(error) || attempt === BUSY_TRIES) throw error;
      await delay(BUSY_WAIT_MS);
    }
  }
}

function renameWhenFreeSync(from: string, to: string): void {
  for (let attempt = 1; ; attempt++) {
    try {
      renameSync(from, to);
      return;
    } catch (error) {
      if (!isBusy(error) || attempt === BUSY_TRIES) throw error;
      Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, BUSY_WAIT_MS);
    }
  }
}
