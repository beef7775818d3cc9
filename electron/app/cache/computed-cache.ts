/**
 * The cache as the settings show it: how much it holds, and emptying it. Only the folders that the engine makes in it
 * are touched, since the cache folder may be one of the user's choice that holds other things; links are neither
 * followed nor counted.
 */
import { lstat, readdir, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { ifPresent, writing } from '../../foundation/files/file-errors.ts';

/** What the engine keeps: inversions and encoded pictures, and checks of weight files. */
const KEPT_FOLDERS = ['tensors', 'weights'] as const;

/** Size of what could be computed again, in bytes. */
export async function cacheBytes(cacheFolder: string): Promise<number> {
  return (await cachedFiles(cacheFolder)).reduce((sum, { bytes }) => sum + bytes, 0);
}

/**
 * Removes what could be computed again. An engine at work finds its files gone and computes them again.
 *
 * @returns the bytes that were freed
 * @throws StudioError FOLDER_UNWRITABLE
 */
export async function clearCache(cacheFolder: string): Promise<number> {
  let freedBytes = 0;
  for (const { path, bytes } of await cachedFiles(cacheFolder)) {
    await writing(path, () => rm(path, { force: true }));
    freedBytes += bytes;
  }
  return freedBytes;
}

async function cachedFiles(cacheFolder: string): Promise<{ path: string; bytes: number }[]> {
  const files: { path: string; bytes: number }[] = [];
  for (const folder of KEPT_FOLDERS) {
    const place = join(cacheFolder, folder);
    if (!(await ifPresent(lstat(place)))?.isDirectory()) continue;
    for (const name of await readdir(place)) {
      // The engine may remove a file of its own meanwhile.
      const found = await ifPresent(lstat(join(place, name)));
      if (found?.isFile()) files.push({ path: join(place, name), bytes: found.size });
    }
  }
  return files;
}
