/** The language of the editor: the user's choice, else the system's, else English. */
import i18next from 'i18next';
import { initReactI18next } from 'react-i18next';
import { en } from './en.ts';
import { ko } from './ko.ts';
import { koErrorDetails } from './ko-error-details.ts';
import { koErrors } from './ko-errors.ts';
import { koModelErrors } from './ko-model-errors.ts';
import { koNotices } from './ko-notices.ts';
import { koPacks } from './ko-packs.ts';
import { koSamples } from './ko-samples.ts';

export const LANGUAGES = ['en', 'ko'] as const;
export type Language = (typeof LANGUAGES)[number];

/** Paths of the texts, such as `app.close`. */
type TextKeys<Texts, Path extends string = ''> = {
  [Name in keyof Texts & string]: Texts[Name] extends string
    ? `${Path}${Name}`
    : TextKeys<Texts[Name], `${Path}${Name}.`>;
}[keyof Texts & string];

declare module 'i18next' {
  interface CustomTypeOptions {
    defaultNS: 'translation';
    // As one flat list of keys: with this many, i18next's nested types are too deep for the compiler.
    keySeparator: false;
    resources: { translation: Record<TextKeys<typeof en>, string> };
  }
}

export function isLanguage(value: unknown): value is Language {
  return LANGUAGES.some((language) => language === value);
}

/** The system's language, if there are texts in it. */
export function systemLanguage(): Language {
  const [system = ''] = navigator.language.split('-');
  return isLanguage(system) ? system : 'en';
}

/** Loads the texts, which are small enough to bundle. */
export async function startTexts(): Promise<void> {
  await i18next.use(initReactI18next).init({
    resources: {
      en: { translation: en },
      ko: {
        translation: ko,
        errors: koErrors,
        errorDetails: { ...koErrorDetails, ...koModelErrors },
        notices: koNotices,
        packs: koPacks,
        samples: koSamples,
      },
    },
    lng: systemLanguage(),
    fallbackLng: 'en',
    // React escapes.
    interpolation: { escapeValue: false },
  });
  document.documentElement.lang = i18next.language;
}

export async function setLanguage(language: Language): Promise<void> {
  await i18next.changeLanguage(language);
  document.documentElement.lang = language;
}
