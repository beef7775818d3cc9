/** End-to-end tests refer to texts by their keys: changed wording breaks none of them. */
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { en } from '../../renderer/panels/texts/en.ts';
import { t, textPattern } from './texts.ts';

/** Shorter texts may be words that the tests need for something else. */
const LEAST_LENGTH = 9;

/** The program's names, which are no texts: a folder has one too. */
const NAMES = new Set(['app.name']);

function texts(node: object, prefix = ''): (readonly [key: string, text: string])[] {
  return Object.entries(node).flatMap(([name, value]) =>
    typeof value === 'string' ? [[prefix + name, value] as const] : texts(value, `${prefix}${name}.`),
  );
}

/** Quoted strings in a file, and regular expressions. */
function literals(source: string): string[] {
  const body = source.replaceAll(/^import [^;]*;$/gm, '').replaceAll(/^\s*(\*|\/\/|\/\*).*$/gm, '');
  return [...body.matchAll(/'([^'\n]+)'|`([^`$\n]+)`/g)].map(([, quoted, template]) => quoted ?? template!);
}

const fixed = ([, text]: readonly [string, string]) =>
  text.replaceAll(/\{\{\w+\}\}/g, '').trim().length >= LEAST_LENGTH;

test('no file contains a text of the interface', () => {
  const forms = texts(en)
    .filter((entry) => fixed(entry) && !NAMES.has(entry[0]))
    .map(([key]) => ({ key, form: new RegExp(`^${textPattern(key).source}$`) }));
  expect(forms.length).toBeGreaterThan(200);
  const found = readdirSync(import.meta.dirname)
    .filter((name) => name.endsWith('.ts') && name !== 'texts.test.ts')
    .flatMap((name) =>
      literals(readFileSync(join(import.meta.dirname, name), 'utf8')).flatMap((literal) =>
        forms.flatMap(({ key, form }) => (form.test(literal) ? [`${name}: "${literal}" is ${key}`] : [])),
      ),
    );
  expect(found).toEqual([]);
});

test('a text takes its values, and a pattern matches any', () => {
  expect(t('concept.select', { name: 'my cat' })).toBe('Edit my cat');
  expect(t('sweep.start', { count: 4 })).toBe('Render 4 images');
  expect('Edit my cat').toMatch(textPattern('concept.select'));
  expect('Edit my cat').not.toMatch(textPattern('concept.select', { name: 'my dog' }));
  expect(() => t('no.such.text')).toThrow('There is no text no.such.text.');
});
