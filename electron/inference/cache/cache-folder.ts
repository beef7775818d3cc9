/**
 * The folder of what can be computed again: inversions, checks of weight files, preview factors. Deleting it
 * costs time and nothing else. Everything in it is written to a temporary name first and then renamed, so that
 * another process sees a whole file or none.
 */
import { readFile } from 'node:fs/promises';
import { homedir } from 'node:os';
import { join } from 'node:path';
import { writeFileAtomically } from '../../foundation/files/atomic-write.ts';

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
  await writeFileAtomically(path, JSON.stringify(value), { isDurable: false }).catch(() => undefined);
}
