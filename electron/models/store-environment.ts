/** The store's environment: network, disk, clock; tests pass lying servers and full disks. */
import { type FileHandle, open, statfs } from 'node:fs/promises';
import { dirname } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';

/** Space left free on the disk, so that the machine keeps working. */
export const RESERVED_BYTES = 64 * 1024 * 1024;

export interface StoreEnvironment {
  /** The only access to the network; called only by `pull`, `plan` and `repair`. */
  readonly fetch: typeof fetch;
  /** Milliseconds of a monotonic clock. */
  readonly now: () => number;
  /** The time of day, for records. */
  readonly date: () => Date;
  /** Waits, or rejects when the signal is aborted. */
  readonly sleep: (durationMs: number, signal: AbortSignal) => Promise<void>;
  /** 0 <= random() < 1, to spread retries. */
  readonly random: () => number;
  /** Free bytes for this user on the disk of an existing or future folder; undefined if unknown. */
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
      // A future folder is on the disk of its nearest existing ancestor.
      if ((error as NodeJS.ErrnoException).code !== 'ENOENT' || dirname(place) === place) return undefined;
    }
  }
}
