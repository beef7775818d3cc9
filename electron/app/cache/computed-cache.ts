/**
 * The cache as the settings show it: its size, and emptying it. Only the engine's own folders in it are touched,
 * since the user may have chosen a cache folder that holds other files; links are neither followed nor counted.
 */
import { lstat, readdir, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { ifPresent, writing } from '../../foundation/files/file-errors.ts';

/** The engine's folders: inversions and encoded pictures, and checks of weight files. */
const KEPT_FOLDERS = ['tensors', 'weights'] as const;

/** Size of the cache in bytes. */
export async function cacheBytes(cacheFolder: string): Promise<number> {
  return (await cachedFiles(cacheFolder)).reduce((sum, { bytes }) => sum + bytes, 0);
}

/**
 * Empties the cache. A busy engine finds its files missing and computes them again.
 *
 * @returns the bytes freed
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
      // The engine may remove one of its files meanwhile.
      const found = await ifPresent(lstat(join(place, name)));
      if (found?.isFile()) files.push({ path: join(place, name), bytes: found.size });
    }
  }
  return files;
}
