/** Files that are either the old ones or the new ones, whatever happens in between. */
import { constants } from 'node:fs';
import { lstat, mkdir, open, rename, rm } from 'node:fs/promises';
import { dirname } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { errnoOf, ifPresent, writing } from './file-errors.ts';

/** Where links must not be followed, where the platform can say so. */
export const NO_FOLLOW = constants.O_NOFOLLOW ?? 0;

/** Makes a folder and those above it. */
export async function makeFolder(folder: string): Promise<void> {
  try {
    await mkdir(folder, { recursive: true });
  } catch (error) {
    // Of a read-only disk Node's recursive call says ENOENT; the plain one says what is the matter.
    if (errnoOf(error) === 'ENOENT') await mkdir(await firstMissing(folder));
    throw error;
  }
}

async function firstMissing(folder: string): Promise<string> {
  const parent = dirname(folder);
  return parent === folder || (await ifPresent(lstat(parent))) ? folder : firstMissing(parent);
}

/** Makes a rename in a folder last through a power cut. */
export async function syncFolder(folder: string): Promise<void> {
  // Windows cannot open folders, and some file systems cannot sync them: there the journal has to do.
  const handle = await open(folder, 'r').catch(() => undefined);
  try {
    await handle?.sync().catch(() => undefined);
  } finally {
    await handle?.close();
  }
}

/** Codes with which Windows says that a virus scanner or an indexer has a new file open. */
const BUSY = new Set(['EPERM', 'EACCES', 'EBUSY']);
const BUSY_TRIES = 10;
const BUSY_WAIT_MS = 200;

/** Puts a finished file in its place: data first, then the name, then the folder that holds the name. */
export async function moveIntoPlace(from: string, to: string): Promise<void> {
  await writing(to, async () => {
    for (let attempt = 1; ; attempt++) {
      try {
        await rename(from, to);
        return;
      } catch (error) {
        const isBusy = process.platform === 'win32' && BUSY.has(errnoOf(error) ?? '');
        if (!isBusy || attempt === BUSY_TRIES) throw error;
        await delay(BUSY_WAIT_MS);
      }
    }
  });
  await syncFolder(dirname(to));
}

/** Writes a small file so that a reader sees the whole of it or what was there before. */
export async function writeFileAtomically(path: string, text: string): Promise<void> {
  const temporary = `${path}.${process.pid}.tmp`;
  await writing(path, async () => {
    await makeFolder(dirname(path));
    await rm(temporary, { force: true });
    const handle = await open(temporary, 'wx');
    try {
      await handle.writeFile(text);
      await handle.sync();
      await handle.close();
      await moveIntoPlace(temporary, path);
    } catch (error) {
      await handle.close().catch(() => undefined);
      await rm(temporary, { force: true });
      throw error;
    }
  });
}
