import { globSync, readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { en } from '../../../renderer/panels/texts/en.ts';
import { ko } from '../../../renderer/panels/texts/ko.ts';

/** Every text by its path. */
function flat(texts: object, prefix = ''): Map<string, string> {
  return new Map(
    Object.entries(texts).flatMap(([key, value]) =>
      typeof value === 'string' ? [[`${prefix}${key}`, value]] : [...flat(value, `${prefix}${key}.`)],
    ),
  );
}

/** Sorted placeholders of a text. */
function placeholders(text: string): string[] {
  return [...text.matchAll(/\{\{(\w+)\}\}/g)].map(([, name]) => name!).toSorted();
}

describe('texts', () => {
  const english = flat(en);
  const korean = flat(ko);

  it('have the same keys in both languages', () => {
    expect([...korean.keys()]).toEqual([...english.keys()]);
  });

  it('have the same placeholders in both languages', () => {
    for (const [key, text] of english) {
      expect({ key, names: placeholders(korean.get(key)!) }).toEqual({ key, names: placeholders(text) });
    }
  });

  it('are never empty', () => {
    for (const text of [...english.values(), ...korean.values()]) expect(text.trim()).not.toBe('');
  });

  it('have no unused key', () => {
    const sources = globSync('renderer/**/*.{ts,tsx}')
      .filter((file) => !file.includes('texts/'))
      .map((file) => readFileSync(file, 'utf8'))
      .join('\n');
    // A key is in the sources as a string, or as a template that starts with a literal part.
    const names = new Set([...sources.matchAll(/'([a-zA-Z]+(?:\.[a-zA-Z]+)+)'/g)].map(([, name]) => name!));
    const templates = [...sources.matchAll(/`([a-zA-Z]+\.[a-zA-Z.]*)\$\{[^`]*?\}([a-zA-Z.]*)`/g)].map(
      ([, start, end]) => ({ start: start!, end: end! }),
    );
    const unused = [...english.keys()]
      .map((key) => key.replace(/_(one|other)$/, ''))
      .filter((key) => !names.has(key))
      .filter((key) => !templates.some(({ start, end }) => key.startsWith(start) && key.endsWith(end)));
    expect(unused).toEqual([]);
  });
});
