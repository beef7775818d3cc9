/** Labels of the history's steps in the window's language, whatever the language in which they were made. */
import i18next from 'i18next';
import { beforeAll, expect, test } from 'vitest';
import { labelInLanguage } from '../../../renderer/panels/texts/change-labels.ts';
import { en } from '../../../renderer/panels/texts/en.ts';
import { ko } from '../../../renderer/panels/texts/ko.ts';

beforeAll(async () => {
  await i18next.init({
    resources: { en: { translation: en }, ko: { translation: ko } },
    interpolation: { escapeValue: false },
  });
});

test('labels change with the language, parameters’ names and values in them too', () => {
  const [english, korean] = [i18next.getFixedT('en'), i18next.getFixedT('ko')];
  for (const [key, values] of [
    ['changes.frame', {}],
    ['changes.placed.shadow', {}],
    ['changes.removeConcept', { name: 'my cat' }],
    ['changes.find', { phrase: 'a cat' }],
    ['changes.strength', { value: 0.5 }],
  ] as const) {
    const [inEnglish, inKorean] = [english(key, values), korean(key, values)];
    expect(labelInLanguage(inEnglish, 'ko')).toBe(inKorean);
    expect(labelInLanguage(inKorean, 'en')).toBe(inEnglish);
    expect(labelInLanguage(inKorean, 'ko')).toBe(inKorean);
    expect(labelInLanguage(inEnglish, 'en')).toBe(inEnglish);
  }
  const steps = (t: typeof english) => t('changes.parameter', { name: t('parameters.steps.name'), value: 8 });
  expect(labelInLanguage(steps(english), 'ko')).toBe(steps(korean));
});

test('what another program wrote stays', () => {
  expect(labelInLanguage('Imported by a script', 'ko')).toBe('Imported by a script');
});
