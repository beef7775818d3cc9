/** Files that are either the old ones or the new ones, whatever happens in between. */
import { constants } from 'node:fs';
import { mkdir, open, rename, rm } from 'node:fs/promises';
import { dirname } from 'node:path';
import { writing } from './file-errors.ts';

/** Where links must not be followed, where the platform can say so. */
export const NO_FOLLOW = constants.O_NOFOLLOW ?? 0;

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

/** Puts a finished file in its place: data first, then the name, then the folder that holds the name. */
export async function moveIntoPlace(from: string, to: string): Promise<void> {
  await writing(to, () => rename(from, to));
  await syncFolder(dirname(to));
}

/** Writes a small file so that a reader sees the whole of it or what was there before. */
export async function writeFileAtomically(path: string, text: string): Promise<void> {
  const temporary = `${path}.${process.pid}.tmp`;
  await writing(path, async () => {
    await mkdir(dirname(path), { recursive: true });
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
