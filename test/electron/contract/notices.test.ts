/** Notices: codes with parameters; sentences only in what earlier versions stored. */
import { expect, test } from 'vitest';
import { StudioError } from '../../../electron/contract/errors.ts';
import {
  notice,
  noticeSchema,
  noticeSentence,
  storedNoticeSchema,
} from '../../../electron/contract/notices.ts';

const nested = notice('MASK_EMPTY', {
  mask: notice('MASK_IN_FRONT', { name: 'cup', file: 'front.png' }),
  reason: notice('EMPTY_DARK', { brightest: 1, half: 128 }),
});

test('cross processes as they are, with an error as its code and sentence', () => {
  const failed = notice('FAILED', {
    failure: new StudioError('DISK_FULL', 'No room.', { cause: 'a secret' }),
  });
  expect(failed.parameters).toEqual({ failure: { code: 'DISK_FULL', message: 'No room.' } });
  for (const sent of [failed, nested, notice('NOT_INPAINTED', {})]) {
    expect(noticeSchema.parse(JSON.parse(JSON.stringify(sent)))).toEqual(sent);
  }
});

test('are sentences of their parts', () => {
  expect(noticeSentence(nested)).toBe(
    'The mask of what is in front of “cup” (front.png) covers nothing. The brightest value is 1 of 255; ' +
      'only 128 and more is inside. Save the mask with 0 for outside and 255 for inside.',
  );
  // A file that a stranger changed: the gap shows.
  expect(noticeSentence({ code: 'CONCEPT_CUT', parameters: {} })).toContain('{{name}}');
});

test.each([
  { code: 'SOMETHING_NEW', parameters: {} },
  { code: 'FAILED', parameters: { failure: { code: 'NO_SUCH', message: '' } } },
  { code: 'FAILED', parameters: { text: 'a'.repeat(5000) } },
  'a sentence',
])('%j is none', (value) => {
  expect(noticeSchema.safeParse(value).success).toBe(false);
});

test('that an earlier version stored stay as they were written', () => {
  const stored = storedNoticeSchema.parse('The masks were filled.');
  expect(noticeSentence(stored)).toBe('The masks were filled.');
  expect(storedNoticeSchema.parse(nested)).toEqual(nested);
});
