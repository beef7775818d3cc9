import i18next from 'i18next';
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import {
  bytesOf,
  durationOf,
  listOf,
  localeOf,
  numberOf,
  timeOf,
} from '../../../../renderer/panels/widgets/locale.ts';

beforeAll(async () => {
  await i18next.init({ lng: 'en', resources: {} });
});
afterAll(async () => {
  await i18next.changeLanguage('en');
});

async function on(languages: readonly string[], language: string): Promise<void> {
  vi.spyOn(navigator, 'languages', 'get').mockReturnValue(languages);
  await i18next.changeLanguage(language);
}

describe('the locale', () => {
  it('is the system’s of the chosen language, and the language alone where the system has none', () => {
    expect(localeOf('en', ['en-GB', 'en'])).toBe('en-GB');
    expect(localeOf('ko', ['en-GB', 'ko-KR'])).toBe('ko-KR');
    expect(localeOf('ko', ['en-GB'])).toBe('ko');
    expect(localeOf('en', ['eng-x'])).toBe('en');
  });

  it('writes times and dates as the system does', async () => {
    const now = new Date();
    now.setHours(17, 5, 9, 0);
    await on(['en-GB'], 'en');
    expect(timeOf(now.toISOString())).toBe('17:05:09');
    await on(['en-US'], 'en');
    expect(timeOf(now.toISOString())).toMatch(/^5:05:09\sPM$/);
    expect(timeOf('2020-02-03T12:00:00Z')).toMatch(/^Feb 3, 2020/);
    await on(['en-GB'], 'en');
    expect(timeOf('2020-02-03T12:00:00Z')).toMatch(/^3 Feb 2020/);
    await on(['ko-KR'], 'ko');
    expect(timeOf(now.toISOString())).toBe('오후 5:05:09');
  });

  it('writes durations, sizes, numbers and lists in the language of the window', async () => {
    await on(['en-GB'], 'en');
    expect([durationOf(3210), durationOf(11_400), durationOf(125_000)]).toEqual(['3.2s', '11s', '2m 5s']);
    expect([bytesOf(0), bytesOf(900), bytesOf(5 * 2 ** 20), bytesOf(1.5 * 2 ** 30)]).toEqual([
      '0 MB',
      '1 kB',
      '5 MB',
      '1.5 GB',
    ]);
    expect(numberOf(12_345)).toBe('12,345');
    expect(listOf(['a', 'b', 'c'])).toBe('a, b and c');
    await on(['ko-KR'], 'ko');
    expect([durationOf(3210), durationOf(125_000)]).toEqual(['3.2초', '2분 5초']);
  });
});
