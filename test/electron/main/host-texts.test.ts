import { expect, it } from 'vitest';
import { DEFAULT_SETTINGS } from '../../../electron/contract/settings.ts';
import { hostTexts, windowLanguage } from '../../../electron/main/host-texts.ts';

it('are in the language that the user chose, else in the system’s, else English', () => {
  const chosen = { ...DEFAULT_SETTINGS, editor: { language: 'ko' } };
  expect(windowLanguage(chosen, 'en-GB')).toBe('ko');
  expect(windowLanguage(DEFAULT_SETTINGS, 'ko-KR')).toBe('ko-KR');
  expect(hostTexts(windowLanguage(DEFAULT_SETTINGS, 'ko-KR'))).toBe(hostTexts('ko'));
  // Konkani is not Korean.
  for (const language of ['de-DE', 'kok', '']) expect(hostTexts(language)).toBe(hostTexts('en'));
});
