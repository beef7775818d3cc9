/** The English texts of the interface by key, so that changed wording breaks no test. */
import i18next from 'i18next';
import { en } from '../../renderer/panels/texts/en.ts';

const texts = i18next.createInstance();
await texts.init({
  resources: { en: { translation: en } },
  lng: 'en',
  interpolation: { escapeValue: false },
});

/** A text as the page shows it; throws for an unknown key. */
export function t(key: string, values: Readonly<Record<string, string | number>> = {}): string {
  if (!texts.exists(key, values)) throw new Error(`There is no text ${key}.`);
  return String(texts.t(key as never, values as never));
}

/**
 * Matches a text whatever its placeholders contain.
 *
 * @param values of the placeholders that matter: a string, or a pattern to match
 */
export function textPattern(
  key: string,
  values: Readonly<Record<string, string | number | RegExp>> = {},
): RegExp {
  const marked = texts.getResource('en', 'translation', key) as string | undefined;
  if (marked === undefined) throw new Error(`There is no text ${key}.`);
  const parts = marked.split(/\{\{(\w+)\}\}/).map((part, at) => {
    if (at % 2 === 0) return escapeText(part);
    const value = values[part];
    if (value === undefined) return '.+';
    return value instanceof RegExp ? value.source : escapeText(String(value));
  });
  return new RegExp(parts.join(''));
}

/** @returns the source of a regular expression that matches the text */
function escapeText(text: string): string {
  return text.replaceAll(/[.*+?^${}()|[\]\\/]/g, '\\$&');
}
