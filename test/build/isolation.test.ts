/** Test files share processes (docs/decisions/0220): what cannot is named in build/vitest.config.ts. */
import { readdirSync, readFileSync } from 'node:fs';
import { join, matchesGlob, sep } from 'node:path';
import { expect, test } from 'vitest';
import { ISOLATED } from '../../build/vitest.config.ts';

const root = join(import.meta.dirname, '..', '..');
const files = readdirSync(join(root, 'test'), { recursive: true, encoding: 'utf8' })
  .filter((name) => name.endsWith('.test.ts'))
  .map((name) => `test/${name.replaceAll(sep, '/')}`);
const isIsolated = (name: string) => ISOLATED.some((pattern) => matchesGlob(name, pattern));

test('a file that replaces modules has a process of its own', () => {
  const replacing = /\bvi\.(?:mock|doMock|resetModules)\(/;
  expect(files.length).toBeGreaterThan(250);
  const shared = files.filter((name) => !isIsolated(name) && !name.endsWith('isolation.test.ts'));
  expect(shared.filter((name) => replacing.test(readFileSync(join(root, name), 'utf8')))).toEqual([]);
});

test('every isolated name stands for a file', () => {
  expect(ISOLATED.filter((pattern) => !files.some((name) => matchesGlob(name, pattern)))).toEqual([]);
});
