/**
 * The folder of what can be computed again: inversions, checks of weight files, preview factors. Deleting it
 * costs time and nothing else. Everything in it is written to a temporary name first and then renamed, so that
 * another process sees a whole file or none.
 */
import { readFile } from 'node:fs/promises';
import { writeFileAtomically } from '../../foundation/files/atomic-write.ts';

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
