/** CONTRIBUTING.md's table of where to make changes names only files that exist. */
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';

const root = join(import.meta.dirname, '..', '..');

/** `a/{b,c}.ts` -> `a/b.ts`, `a/c.ts` */
const alternatives = (path: string): string[] => {
  const [, before, choices, after] = /^(.*)\{(.+)\}(.*)$/.exec(path) ?? [];
  return choices === undefined ? [path] : choices.split(',').map((choice) => `${before}${choice}${after}`);
};

test('every file in the table exists', () => {
  const page = readFileSync(join(root, 'CONTRIBUTING.md'), 'utf8');
  const [, table = ''] = page.split('## Where to change what');
  const paths = [
    ...table.split('## Coverage')[0]!.matchAll(/`((?:electron|renderer|docs|test|native-models)\/[^`]+)`/g),
  ]
    .map(([, path]) => path!)
    // Placeholders for names yet to be chosen.
    .filter((path) => !/[A-Z]{4}/.test(path));
  expect(paths.length).toBeGreaterThan(25);
  expect(paths.flatMap(alternatives).filter((path) => !existsSync(join(root, path)))).toEqual([]);
});
