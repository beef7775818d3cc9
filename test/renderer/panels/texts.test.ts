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

/** The placeholders of a text, in any order. */
function placeholders(text: string): string[] {
  return [...text.matchAll(/\{\{(\w+)\}\}/g)].map(([, name]) => name!).toSorted();
}

describe('texts', () => {
  const english = flat(en);
  const korean = flat(ko);

  it('has the same keys in both languages', () => {
    expect([...korean.keys()]).toEqual([...english.keys()]);
  });

  it('has the same placeholders in both languages', () => {
    for (const [key, text] of english) {
      expect({ key, names: placeholders(korean.get(key)!) }).toEqual({ key, names: placeholders(text) });
    }
  });

  it('has no empty text', () => {
    for (const text of [...english.values(), ...korean.values()]) expect(text.trim()).not.toBe('');
  });
});
