/** A folder for all tests of a file, with the program's cache in it. */
import { rmSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll } from 'vitest';
import { temporaryFolder } from './tiny-pack.ts';

/**
 * Sets PNPMIX_CACHE_DIR before the file's first test, and restores it after the last.
 *
 * @returns the folder; callable from the file's own hooks on
 */
export function folderWithCache(): () => string {
  const cacheBefore = process.env.PNPMIX_CACHE_DIR;
  let root: string;
  beforeAll(() => {
    root = temporaryFolder();
    process.env.PNPMIX_CACHE_DIR = join(root, 'cache');
  });
  afterAll(() => {
    if (cacheBefore === undefined) delete process.env.PNPMIX_CACHE_DIR;
    else process.env.PNPMIX_CACHE_DIR = cacheBefore;
    rmSync(root, { recursive: true });
  });
  return () => root;
}
