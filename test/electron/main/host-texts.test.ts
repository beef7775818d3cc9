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

it('announce a downloaded update by its version', () => {
  expect(hostTexts('en').updateReady('2.0.0')).toBe(
    'Version 2.0.0 will be installed when you quit the program.',
  );
  expect(hostTexts('ko').updateReady('2.0.0')).toBe('프로그램을 종료하면 버전 2.0.0이(가) 설치됩니다.');
});
