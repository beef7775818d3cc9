/** The tests that docs/security.md and docs/browser-host.md name exist. */
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { ROOT } from '../../build/build-host.ts';

const document = readFileSync(join(ROOT, 'docs', 'security.md'), 'utf8');
const browserHost = readFileSync(join(ROOT, 'docs', 'browser-host.md'), 'utf8');
const rows = document.split('\n').filter((line) => /^\| \d+ \|/.test(line));
const titles = readdirSync(join(ROOT, 'test'), { recursive: true, encoding: 'utf8' })
  .filter((name) => name.endsWith('.test.ts'))
  .flatMap((name) =>
    [...readFileSync(join(ROOT, 'test', name), 'utf8').matchAll(/\b(?:it|test)\(\s*'([^']+)'/g)].map(
      ([, title]) => title!,
    ),
  );

it('every item of Electron’s checklist has a row, in order', () => {
  expect(rows.map((row) => Number(row.split('|')[1]))).toEqual(Array.from({ length: 20 }, (_, i) => i + 1));
});

it('every row names a test or refers to the row before', () => {
  expect(rows.filter((row) => !/\*[^*]+\*|\| the same|`[\w-]+\.test\.ts`/.test(row))).toEqual([]);
});

it('every test it names exists', () => {
  const browserRows = browserHost.split('\n').filter((line) => line.startsWith('|'));
  const named = [...rows, ...browserRows].flatMap((row) =>
    [...row.matchAll(/\*([^*]+)\*/g)].map(([, name]) => name!),
  );
  expect(named.length).toBeGreaterThan(15);
  expect(named.filter((name) => !titles.some((title) => title.startsWith(name)))).toEqual([]);
});

it('every file it names exists', () => {
  const files = readdirSync(join(ROOT, 'test'), { recursive: true, encoding: 'utf8' });
  const named = [...document.matchAll(/`(?:test\/)?([\w/-]+\.test\.ts)`/g)].map(([, name]) => name!);
  expect(named.filter((name) => !files.some((file) => file.endsWith(name)))).toEqual([]);
});
