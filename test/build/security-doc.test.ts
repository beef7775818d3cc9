/** docs/security.md promises tests by name: each must be there. */
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { ROOT } from '../../build/build-host.ts';

const document = readFileSync(join(ROOT, 'docs', 'security.md'), 'utf8');
const rows = document.split('\n').filter((line) => /^\| \d+ \|/.test(line));
const titles = readdirSync(join(ROOT, 'test'), { recursive: true, encoding: 'utf8' })
  .filter((name) => name.endsWith('.test.ts'))
  .flatMap((name) =>
    [...readFileSync(join(ROOT, 'test', name), 'utf8').matchAll(/\b(?:it|test)\(\s*'([^']+)'/g)].map(
      ([, title]) => title!,
    ),
  );

it('every item of Electron’s checklist has its line, in order', () => {
  expect(rows.map((row) => Number(row.split('|')[1]))).toEqual(Array.from({ length: 20 }, (_, i) => i + 1));
});

it('every line names a test, or that of the line before', () => {
  expect(rows.filter((row) => !/\*[^*]+\*|\| the same|`[\w-]+\.test\.ts`/.test(row))).toEqual([]);
});

it('every test that is named is there', () => {
  const named = rows.flatMap((row) => [...row.matchAll(/\*([^*]+)\*/g)].map(([, name]) => name!));
  expect(named.length).toBeGreaterThan(15);
  expect(named.filter((name) => !titles.some((title) => title.startsWith(name)))).toEqual([]);
});

it('every file that is named is there', () => {
  const files = readdirSync(join(ROOT, 'test'), { recursive: true, encoding: 'utf8' });
  const named = [...document.matchAll(/`(?:test\/)?([\w/-]+\.test\.ts)`/g)].map(([, name]) => name!);
  expect(named.filter((name) => !files.some((file) => file.endsWith(name)))).toEqual([]);
});
