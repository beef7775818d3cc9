/** One style for constants, private members and globals (docs/decisions/0140; build/check.ts). */
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';

const root = join(import.meta.dirname, '..', '..');

const modules = ['electron', 'renderer', 'native-models/graph', 'build'].flatMap((folder) =>
  readdirSync(join(root, folder), { recursive: true, encoding: 'utf8' })
    .filter((name) => /\.tsx?$/.test(name) && !name.includes('node_modules'))
    // Released migrations are never edited.
    .filter((name) => !/migrations[\\/]\d/.test(name))
    .map((name) => ({ name: join(folder, name), source: readFileSync(join(root, folder, name), 'utf8') })),
);

/** A literal number, string or regular expression, or a list or set of them. */
const WRITTEN_OUT =
  /^(export )?const ([a-z]\w*)(?:: [^=\n]+)? = (?:new Set\()?\[?\s*(?:-?\d[\d_.e-]*n?|'[^']*'|`[^`$]*`|\/(?![/*]).+\/[a-z]*)\s*(?:[,;*]|as const|\*\*|<<)/gm;

test('literal constants at the top of a module are in upper case', () => {
  expect(modules.length).toBeGreaterThan(300);
  expect(
    modules.flatMap(({ name, source }) =>
      [...source.matchAll(WRITTEN_OUT)].map(([, , constant]) => `${name}: ${constant}`),
    ),
  ).toEqual([]);
});

test('private members start with #', () => {
  expect(
    modules.flatMap(({ name, source }) =>
      [...source.matchAll(/^\s+(?:private|protected) (?!constructor).*/gm)].map(
        ([line]) => `${name}: ${line}`,
      ),
    ),
  ).toEqual([]);
});

test('no file declares globals, which would exist in every folder that is type-checked together with its own', () => {
  expect(
    modules.filter(({ source }) => /^\s*declare global\b/m.test(source)).map(({ name }) => name),
  ).toEqual([]);
});
