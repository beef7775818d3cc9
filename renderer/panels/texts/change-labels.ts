/**
 * What undoing and redoing a step does. Projects store these labels in the language of the window that made the step;
 * they are shown in that of the window.
 */
import { sentenceTranslator } from '../../session/known-sentences.ts';
import { en } from './en.ts';
import { ko } from './ko.ts';
import { LANGUAGES, type Language } from './texts.ts';

/** The texts that labels consist of: their own, and the names of parameters in them. */
const labelTexts = {
  en: leavesOf([en.changes, en.parameters]),
  ko: leavesOf([ko.changes, ko.parameters]),
} satisfies Record<Language, readonly string[]>;

const translators = new Map(LANGUAGES.map((language) => [language as string, translatorTo(language)]));

function translatorTo(language: Language): ReturnType<typeof sentenceTranslator> {
  const others = LANGUAGES.filter((other) => other !== language);
  return sentenceTranslator(
    others.flatMap((other) =>
      labelTexts[other].map((text, index) => [text, labelTexts[language][index]!] as const),
    ),
  );
}

/** @returns the label in one of the window's languages; as it is if it is in none of the others */
export function labelInLanguage(label: string, language: string): string {
  const translate = (part: string) => translators.get(language)?.(part);
  // "Steps: 8": a text that is all parameters is none to be recognized by.
  const byPart = () => label.split(': ').map((part) => translate(part) ?? part);
  return translate(label) ?? byPart().join(': ');
}

/** In the order of the keys, which is the same in all languages (texts.test.ts). */
function leavesOf(texts: object): string[] {
  return Object.values(texts).flatMap((text) => (typeof text === 'string' ? [text] : leavesOf(text)));
}
