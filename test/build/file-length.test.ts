/** No source file is too long to read in one go. */
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';

const root = join(import.meta.dirname, '..', '..');
const MAX_LINES = 400;
const FOLDERS = ['build', 'electron', 'native-models', 'renderer', 'test'];
const SOURCE = /\.(c?ts|tsx|m?js|css|py)$/;

/** Text tables are lists. */
const TEXTS = join('renderer', 'panels', 'texts');

function sources(): string[] {
  return FOLDERS.flatMap((folder) =>
    readdirSync(join(root, folder), { recursive: true, encoding: 'utf8' })
      .map((name) => join(folder, name))
      .filter((path) => SOURCE.test(path) && !path.startsWith(TEXTS) && !path.includes('node_modules')),
  );
}

test(`only text tables have more than ${MAX_LINES} lines`, () => {
  const tooLong = sources()
    .filter((path) => readFileSync(join(root, path), 'utf8').trimEnd().split('\n').length > MAX_LINES)
    .map((path) => path.replaceAll('\\', '/'));
  expect(tooLong.toSorted()).toEqual([]);
});
