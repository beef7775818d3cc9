/**
 * The cache folder: inversions, checks of weight files, preview factors. Deleting it only costs time. Every file is
 * written under a temporary name and then renamed, so that another process sees a complete file or none.
 */
import { readFile } from 'node:fs/promises';
import { writeFileAtomically } from '../../foundation/files/atomic-write.ts';

/** The JSON of a cached file; undefined for a missing or damaged one. */
export async function readCachedJson(path: string): Promise<unknown> {
  try {
    return JSON.parse(await readFile(path, 'utf8'));
  } catch {
    return undefined;
  }
}

/** Stores JSON in the cache; a failure to write only costs time the next time. */
export async function writeCachedJson(path: string, value: unknown): Promise<void> {
  await writeFileAtomically(path, JSON.stringify(value), { isDurable: false }).catch(() => undefined);
}
