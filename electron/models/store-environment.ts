/** The store's environment: network, disk, clock; the tests put servers that lie and disks that fill up here. */
import { type FileHandle, open, statfs } from 'node:fs/promises';
import { dirname } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';

/** Left free beside the models, so that the machine goes on working. */
export const RESERVED_BYTES = 64 * 1024 * 1024;

export interface StoreEnvironment {
  /** The only way to the network; called by `pull`, `plan` and `repair` alone. */
  readonly fetch: typeof fetch;
  /** Milliseconds of a clock that never goes back. */
  readonly now: () => number;
  /** The time of day, for records. */
  readonly date: () => Date;
  /** Waits, or rejects when the signal is aborted. */
  readonly sleep: (durationMs: number, signal: AbortSignal) => Promise<void>;
  /** 0 <= random() < 1, for the spread of retries. */
  readonly random: () => number;
  /** Bytes that this user may still write where a folder is or will be; undefined where that is not known. */
  readonly freeBytes: (folder: string) => Promise<number | undefined>;
  /** Opens files for writing. */
  readonly openFile: (path: string, flags: number) => Promise<FileHandle>;
}

export const systemEnvironment: StoreEnvironment = {
  fetch: (input, init) => fetch(input, init),
  now: () => performance.now(),
  date: () => new Date(),
  sleep: async (durationMs, signal) => {
    await delay(durationMs, undefined, { signal });
  },
  random: Math.random,
  freeBytes,
  openFile: (path, flags) => open(path, flags),
};

async function freeBytes(folder: string): Promise<number | undefined> {
  for (let place = folder; ; place = dirname(place)) {
    try {
      const { bavail, bsize } = await statfs(place);
      return bavail * bsize;
    } catch (error) {
      // A folder that is yet to be made lies on the disk of the nearest one that exists.
      if ((error as NodeJS.ErrnoException).code !== 'ENOENT' || dirname(place) === place) return undefined;
    }
  }
}
