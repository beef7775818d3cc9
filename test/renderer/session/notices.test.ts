/** Messages: one per failure, in our own words, and green only for success. */

import { notifications, notificationsStore } from '@mantine/notifications';
import i18next from 'i18next';
import { afterEach, beforeAll, beforeEach, describe, expect, it, vi } from 'vitest';
import type { EngineStatus } from '../../../electron/contract/engine-status.ts';
import { StudioError } from '../../../electron/contract/errors.ts';
import { notice, noticeTexts } from '../../../electron/contract/notices.ts';
import { requirePictureFormat } from '../../../electron/foundation/pictures/picture-format.ts';
import { en } from '../../../renderer/panels/texts/en.ts';
import { koErrorDetails } from '../../../renderer/panels/texts/ko-error-details.ts';
import { koErrors } from '../../../renderer/panels/texts/ko-errors.ts';
import { koModelErrors } from '../../../renderer/panels/texts/ko-model-errors.ts';
import { koNotices } from '../../../renderer/panels/texts/ko-notices.ts';
import {
  reportError,
  reportFind,
  reportNotice,
  reportRunning,
  sayNotice,
  sentenceOf,
  whileRunning,
} from '../../../renderer/session/notices.ts';
import { learnWords } from '../../../renderer/session/pack-words.ts';

beforeAll(async () => {
  await i18next.init({ lng: 'en', resources: { en: { translation: en } } });
});

beforeEach(() => {
  notifications.clean();
  vi.spyOn(console, 'error').mockImplementation(() => {});
});

afterEach(() => {
  vi.restoreAllMocks();
});

const shown = () =>
  notificationsStore.getState().notifications.map(({ title, message, color }) => ({ title, message, color }));

const full = new StudioError('DISK_FULL', 'Only 3 MB are free at /data.');

describe('a failure', () => {
  it('is shown once, however many places report it', () => {
    const error = new StudioError('ASSET_INVALID', 'a.png is no picture.');
    reportError(error);
    reportError(error);
    expect(shown()).toEqual([
      { title: 'Something went wrong', message: 'a.png is no picture.', color: 'red' },
    ]);
  });

  it('is shown in our words; a library’s words go to the console', () => {
    const error = new TypeError('bad seek to 4247213913');
    reportError(error, 'b.png was not added');
    expect(shown()).toEqual([{ title: 'b.png was not added', message: en.app.unexpected, color: 'red' }]);
    expect(console.error).toHaveBeenCalledWith(error);
  });

  it('is in the editor’s language with its details; what is not the program’s own is quoted', async () => {
    i18next.addResourceBundle('ko', 'errors', koErrors);
    i18next.addResourceBundle('ko', 'notices', koNotices);
    i18next.addResourceBundle('ko', 'errorDetails', { ...koErrorDetails, ...koModelErrors });
    await i18next.changeLanguage('ko');
    expect(sentenceOf(new StudioError('DISK_FULL', 'Only 3 MB are free at /data.'))).toBe(
      '디스크의 빈 공간이 부족합니다. “Only 3 MB are free at /data.”',
    );
    expect(sentenceOf(new StudioError('PROJECT_MISSING', 'C:\\one. two.pnpmix no longer exists.'))).toBe(
      'C:\\one. two.pnpmix 파일이 더 이상 없습니다.',
    );
    // Sentences within sentences, and a notice within an error.
    expect(() => requirePictureFormat(new Uint8Array([0x42, 0x4d]), 'a.bmp')).toThrow(
      expect.toSatisfy(
        (error: unknown) =>
          sentenceOf(error) ===
          'a.bmp: 그림으로 읽을 수 없습니다. BMP 그림입니다. 그림은 PNG, JPEG, WebP, AVIF, TIFF, GIF 형식이고 한 변 16384픽셀, 100메가픽셀까지 가능합니다. PNG로 저장해 추가하세요.',
      ) as Error,
    );
    const empty = `The mask b.png covers nothing. ${noticeTexts.EMPTY_BLACK}`;
    expect(sentenceOf(new StudioError('MASK_EMPTY', empty))).toBe(
      `마스크 b.png: 아무것도 덮지 않습니다. ${koNotices.EMPTY_BLACK}`,
    );
    await i18next.changeLanguage('en');
    expect(sentenceOf(new StudioError('DISK_FULL', 'Only 3 MB are free at /data.'))).toBe(
      'Only 3 MB are free at /data.',
    );
  });

  it('is none if it was cancelled on purpose', () => {
    reportError(new StudioError('CANCELLED', 'Cancelled.'));
    expect(shown()).toEqual([]);
    expect(console.error).not.toHaveBeenCalled();
  });
});

describe('a search', () => {
  it('without a result is one message with the host’s advice', () => {
    reportFind(
      { isFound: false, notices: [notice('AS_WRITTEN', { text: 'The pack knows cats.' })] },
      'Nothing was found.',
    );
    expect(shown()).toEqual([
      { title: undefined, message: 'Nothing was found. The pack knows cats.', color: 'orange' },
    ]);
  });

  it('with a result is silent unless the host has advice', () => {
    reportFind({ isFound: true, notices: [] }, 'Nothing was found.');
    expect(shown()).toEqual([]);
    reportFind(
      { isFound: true, notices: [notice('AS_WRITTEN', { text: 'By another way.' })] },
      'Nothing was found.',
    );
    expect(shown()).toMatchObject([{ message: 'By another way.', color: 'gray' }]);
  });
});

it('is green only for success', () => {
  for (const kind of ['success', 'info', 'warning', 'error'] as const) reportNotice(kind, { kind });
  expect(shown().filter(({ color }) => color === 'green')).toMatchObject([{ message: 'success' }]);
});

it('shows work in progress, and disappears with it', () => {
  const running = reportRunning('Adding 2 pictures');
  running.say('1 of 2: a.png');
  running.say('2 of 2: b.png');
  expect(shown()).toMatchObject([{ title: 'Adding 2 pictures', message: '2 of 2: b.png' }]);
  running.end();
  expect(shown()).toEqual([]);
});

it('shows work that takes longer than a moment until it ends, and no shorter work', async () => {
  vi.useFakeTimers();
  try {
    const work = Promise.withResolvers<string>();
    const done = whileRunning('Exporting', work.promise);
    await vi.advanceTimersByTimeAsync(499);
    expect(shown()).toEqual([]);
    await vi.advanceTimersByTimeAsync(1);
    expect(shown()).toMatchObject([{ title: 'Exporting' }]);
    work.resolve('a.psd');
    expect(await done).toBe('a.psd');
    expect(shown()).toEqual([]);
    await expect(whileRunning('Exporting', Promise.reject(full))).rejects.toBe(full);
    await vi.advanceTimersByTimeAsync(1000);
    expect(shown()).toEqual([]);
  } finally {
    vi.useRealTimers();
  }
});

describe('what a host or an engine says', () => {
  it('is in the editor’s language, with what it names and the failure in it', async () => {
    const notStored = notice('RENDER_NOT_STORED', { failure: full });
    const prompt = notice('PROMPT_OF_CONCEPT', { name: 'my cat' });
    const tooLong = notice('PROMPT_TOO_LONG', { prompt, count: 3 });
    const unknown = notice('PHRASE_OF_SEVERAL', { phrase: 'cat and dog', subjects: ['cat', 'dog'] });
    expect(sayNotice(notStored)).toBe(
      'A render could not be saved in the project: Only 3 MB are free at /data.',
    );
    expect(sayNotice(tooLong)).toBe(
      'The prompt of the concept “my cat” is too long: its last 3 tokens have no effect.',
    );
    expect(sayNotice(unknown)).toContain('names cat, dog.');
    i18next.addResourceBundle('ko', 'errors', koErrors);
    i18next.addResourceBundle('ko', 'notices', koNotices);
    const words = { 고양이: 'cat', 개: 'dog' };
    learnWords({ vocabulary: { languages: { ko: { words } } } as unknown as EngineStatus['vocabulary'] });
    await i18next.changeLanguage('ko');
    expect(sayNotice(unknown)).toContain('고양이, 개이(가)');
    expect(sayNotice(notStored)).toBe(
      '렌더링을 프로젝트에 저장하지 못했습니다. 디스크의 빈 공간이 부족합니다. “Only 3 MB are free at /data.”',
    );
    expect(sayNotice(tooLong)).toBe(
      '콘셉트 “my cat”의 프롬프트: 너무 길어서 마지막 토큰 3개는 효과가 없습니다.',
    );
    await i18next.changeLanguage('en');
  });

  const placeholders = (text: string) => [...text.matchAll(/\{\{\w+\}\}/g)].map(([name]) => name).toSorted();

  it.each(Object.entries(noticeTexts))(
    '%s has both languages’ texts, with the same parameters',
    (code, text) => {
      const korean = koNotices[code as keyof typeof noticeTexts];
      expect(placeholders(korean)).toEqual(placeholders(text));
      // Those without words are only parameters.
      const hasWords = /\w/.test(text.replace(/\{\{\w+\}\}/g, ''));
      if (hasWords) expect(korean).toMatch(/[가-힣]/);
    },
  );
});
