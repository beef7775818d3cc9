/** Krippendorff's alpha against the values published with it. */
import { describe, expect, test } from 'vitest';
import { krippendorffAlpha } from '../../../electron/study/krippendorff-alpha.ts';

/** Units from raters' rows, with 0 for a missing rating. */
function unitsOf(rows: readonly (readonly number[])[]): number[][] {
  return rows[0]!.map((_, unit) => rows.map((row) => row[unit]!).filter((value) => value !== 0));
}

/** Section D of "Computing Krippendorff's Alpha-Reliability" (2011): four observers, twelve units, missing values. */
const fourObservers = unitsOf([
  [1, 2, 3, 3, 2, 1, 4, 1, 2, 0, 0, 0],
  [1, 2, 3, 3, 2, 2, 4, 1, 2, 5, 0, 3],
  [0, 3, 3, 3, 2, 3, 4, 2, 2, 5, 1, 0],
  [1, 2, 3, 3, 2, 4, 4, 1, 2, 5, 1, 0],
]);

describe('the published examples', () => {
  test.each([
    ['nominal', 0.743],
    ['ordinal', 0.815],
    ['interval', 0.849],
  ] as const)('four observers, %s', (metric, alpha) => {
    expect(krippendorffAlpha(fourObservers, metric)).toBeCloseTo(alpha, 3);
  });

  test('two observers, ten units of two values (section A) and twelve of five (section B), nominal', () => {
    const binary = unitsOf([
      [1, 2, 1, 1, 1, 1, 1, 1, 2, 1],
      [2, 2, 2, 1, 1, 2, 1, 1, 1, 1],
    ]);
    expect(krippendorffAlpha(binary, 'nominal')).toBeCloseTo(0.095, 3);
    const letters = unitsOf([
      [1, 1, 2, 2, 4, 3, 3, 3, 5, 4, 4, 1],
      [2, 1, 2, 2, 2, 3, 3, 3, 5, 4, 4, 4],
    ]);
    expect(krippendorffAlpha(letters, 'nominal')).toBeCloseTo(0.692, 3);
  });
});

test('perfect agreement is 1, disagreement everywhere is below 0', () => {
  expect(
    krippendorffAlpha(
      [
        [1, 1],
        [5, 5],
        [3, 3, 3],
      ],
      'ordinal',
    ),
  ).toBe(1);
  expect(
    krippendorffAlpha(
      [
        [1, 5],
        [5, 1],
        [1, 5],
      ],
      'ordinal',
    ),
  ).toBeLessThan(0);
});

test('is undefined without two ratings of an item, or if all are equal', () => {
  expect(krippendorffAlpha([[1], [2], []], 'ordinal')).toBeNull();
  expect(
    krippendorffAlpha(
      [
        [4, 4],
        [4, 4],
      ],
      'interval',
    ),
  ).toBeNull();
});
