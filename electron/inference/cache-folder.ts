/**
 * The folder of what can be computed again: inversions, checks of weight files, preview factors. Deleting it
 * costs time and nothing else. Everything in it is written to a temporary name first and then renamed, so that
 * another process sees a whole file or none.
 */
import { randomUUID } from 'node:crypto';
import { mkdir, readFile, rename, rm, writeFile } from 'node:fs/promises';
import { homedir } from 'node:os';
import { dirname, join } from 'node:path';

/** PNPMIX_CACHE_DIR, or the platform's place for such files. */
export function defaultCacheFolder(
  environment: NodeJS.ProcessEnv = process.env,
  platform: NodeJS.Platform = process.platform,
): string {
  const { PNPMIX_CACHE_DIR: chosen, LOCALAPPDATA: localAppData, XDG_CACHE_HOME: xdgCacheHome } = environment;
  if (chosen) return chosen;
  if (platform === 'win32') {
    return join(localAppData ?? join(homedir(), 'AppData', 'Local'), 'pnp-mix-studio', 'Cache');
  }
  if (platform === 'darwin') return join(homedir(), 'Library', 'Caches', 'pnp-mix-studio');
  return join(xdgCacheHome || join(homedir(), '.cache'), 'pnp-mix-studio');
}

/**
 * Writes a whole file or nothing.
 *
 * @throws the file system's error; the temporary file is gone then
 */
export async function writeWholeFile(path: string, content: string | Uint8Array): Promise<void> {
  const temporary = `${path}.${process.pid}-${randomUUID().slice(0, 8)}.tmp`;
  await mkdir(dirname(path), { recursive: true });
  try {
    await writeFile(temporary, content, { flag: 'wx' });
    await rename(temporary, path);
  } catch (error) {
    await rm(temporary, { force: true });
    throw error;
  }
}

/** The JSON of a cached file, or undefined for one that is not there or damaged. */
export async function readCachedJson(path: string): Promise<unknown> {
  try {
    return JSON.parse(await readFile(path, 'utf8'));
  } catch {
    return undefined;
  }
}

/** Keeps JSON in the cache; a cache that cannot be written costs time the next time, and nothing else. */
export async function writeCachedJson(path: string, value: unknown): Promise<void> {
  await writeWholeFile(path, JSON.stringify(value)).catch(() => undefined);
}
