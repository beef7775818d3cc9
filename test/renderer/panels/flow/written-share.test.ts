/** How a mask's share of the picture is written. */
import { expect, test } from 'vitest';
import { writtenShare } from '../../../../renderer/panels/flow/written-share.ts';

/** A mask of 100 x 100 with some pixels inside. */
function withInside(count: number, value = 255) {
  return { width: 100, height: 100, data: new Uint8ClampedArray(10_000).fill(value, 0, count) };
}

test('a mask is none only if there is nothing in it', () => {
  expect(writtenShare(undefined)).toBe('0');
  expect(writtenShare(withInside(0))).toBe('0');
  expect(writtenShare(withInside(1))).toBe('< 0.1');
  // Faint pixels alone are no object, but something was painted.
  expect(writtenShare(withInside(50, 10))).toBe('< 0.1');
  expect(writtenShare(withInside(5))).toBe('0.1');
  expect(writtenShare(withInside(2640))).toBe('26.4');
});
