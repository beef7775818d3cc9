/** Means, intervals and paired tests: nothing counts as better if its interval contains zero. */
import { describe, expect, test } from 'vitest';
import { compare, intervalOf, signFlipTest } from '../../../../electron/evaluation/statistics/intervals.ts';

/** One value per cluster. */
const apart = (...values: number[]) => values.map((value, index) => ({ cluster: `set-${index}`, value }));

describe('intervalOf', () => {
  test('has the mean of all values, and equal bounds for equal values', () => {
    expect(intervalOf(apart(1, 2, 3, 6))).toMatchObject({ mean: 3, count: 4 });
    expect(intervalOf(apart(2, 2, 2))).toEqual({ mean: 2, low: 2, high: 2, count: 3 });
  });

  test('is close to the normal interval for many values, and reproducible', () => {
    // Uniform on 0..1: the standard error of 300 values is sqrt(1 / 12 / 300) = 0.0167.
    const values = apart(...Array.from({ length: 300 }, (_, index) => (index * 0.618034) % 1));
    const { mean, low, high } = intervalOf(values);
    expect(mean).toBeCloseTo(0.5, 2);
    expect(high! - low!).toBeCloseTo(2 * 1.96 * 0.0167, 2);
    expect(intervalOf(values)).toEqual({ mean, low, high, count: 300 });
  });

  test('draws whole sets: agreeing pictures of one set are one fact, not many', () => {
    const sets = [0, 0, 1, 1].flatMap((value, set) =>
      Array.from({ length: 25 }, () => ({ cluster: `set-${set}`, value })),
    );
    const { low, high } = intervalOf(sets);
    expect([low, high]).toEqual([0, 1]);
    // With a single set, only its pictures can be drawn.
    const single = Array.from({ length: 50 }, (_, index) => ({ cluster: 'one', value: index % 2 }));
    expect(intervalOf(single).high).toBeLessThan(0.7);
  });

  test('has no interval for one value, and no mean for none', () => {
    expect(intervalOf(apart(4))).toEqual({ mean: 4, low: null, high: null, count: 1 });
    expect(() => intervalOf([])).toThrow(RangeError);
  });
});

describe('compare', () => {
  test('decides only when the interval is on one side of zero', () => {
    expect(compare(apart(1, 2, 1.5, 2, 1, 2)).verdict).toBe('higher');
    expect(compare(apart(-1, -2, -1.5, -1, -2, -1)).verdict).toBe('lower');
    // All three sets agree, which chance does in one of four cases.
    expect(compare(apart(1, 2, 1.5)).verdict).toBe('undecided');
    expect(compare(apart(3, -1, 2, -2, 1)).verdict).toBe('undecided');
    expect(compare(apart(0, 0, 0)).verdict).toBe('undecided');
    expect(compare(apart(5)).verdict).toBe('undecided');
  });

  test('has the exact p value over all sign flips of sets', () => {
    // Only the observed signs and their opposite are as extreme: 2 of 2^5.
    expect(signFlipTest(apart(1, 2, 3, 4, 5))).toBe(2 / 32);
    expect(signFlipTest(apart(1, -1))).toBe(1);
    expect(signFlipTest(apart(1))).toBeNull();
  });

  test('draws random flips for many sets, close to the exact value', () => {
    const many = apart(...Array.from({ length: 20 }, () => 1));
    expect(signFlipTest(many)).toBeLessThan(0.001);
    const balanced = apart(...Array.from({ length: 20 }, (_, index) => (index % 2 ? 1 : -1)));
    expect(signFlipTest(balanced)).toBe(1);
  });
});
