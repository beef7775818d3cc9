import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { MAX_SWEEP_VALUES, SWEEP_PARAMETERS, sweepValueSchema } from '../../../electron/contract/sweep.ts';
import {
  endsOf,
  parseValues,
  seedsFrom,
  sweepRange,
  valuesBetween,
  withCount,
} from '../../../renderer/editor/sweep-axis.ts';

describe('the values of an axis', () => {
  it('are evenly spaced on the parameter’s steps, both ends included', () => {
    expect(valuesBetween(0, 1, 3, sweepRange('beta'))).toEqual([0, 0.5, 1]);
    expect(valuesBetween(10, 50, 5, sweepRange('steps'))).toEqual([10, 20, 30, 40, 50]);
    // 1/3 and 2/3 are rounded to twentieths.
    expect(valuesBetween(0, 1, 4, sweepRange('alpha'))).toEqual([0, 0.35, 0.65, 1]);
    expect(valuesBetween(3, 5, 8, sweepRange('seed'))).toEqual([3, 4, 5]);
    expect(valuesBetween(0.4, 0.8, 1, sweepRange('strength'))).toEqual([0.4]);
  });

  it('of every parameter’s range are ones that it can have', () => {
    fc.assert(
      fc.property(
        fc.constantFrom(...SWEEP_PARAMETERS),
        fc.integer({ min: 1, max: MAX_SWEEP_VALUES }),
        (parameter, count) => {
          const range = sweepRange(parameter);
          const values = valuesBetween(range.min, range.max, count, range);
          expect(values.length).toBeLessThanOrEqual(count);
          for (const value of values) expect(sweepValueSchema(parameter).safeParse(value).success).toBe(true);
        },
      ),
    );
  });

  it('are read from what is typed, without doubles', () => {
    expect(parseValues('0, 0.15,0.5, 0.5', 'alpha')).toEqual([0, 0.15, 0.5]);
    expect(parseValues('4294967295', 'seed')).toEqual([4_294_967_295]);
    for (const [text, parameter] of [
      ['', 'alpha'],
      ['1,,2', 'steps'],
      ['0.5', 'steps'],
      ['-1', 'beta'],
      ['1.1', 'beta'],
      ['cat', 'beta'],
      ['1,2,3,4,5,6,7,8,9', 'seed'],
    ] as const) {
      expect(parseValues(text, parameter)).toBeUndefined();
    }
  });

  it('keep their ends when there are more or fewer of them, on the slider or beyond it', () => {
    expect(withCount([0, 0.5, 1], 5, 'beta')).toEqual([0, 0.25, 0.5, 0.75, 1]);
    // Any picture's seed lies beyond the slider.
    expect(withCount([3_000_000_000, 3_000_000_001], 4, 'seed')).toEqual(seedsFrom(3_000_000_000, 4));
    expect(withCount([7, 507], 3, 'seed')).toEqual([7, 257, 507]);
    expect(withCount([7, 8, 9], 2, 'seed')).toEqual([7, 9]);
    expect(withCount([0.4, 0.6], 1, 'alpha')).toEqual([0.4]);
    expect(withCount([0.4], 3, 'beta')).toEqual([0, 0.5, 1]);
    expect(withCount(undefined, 3, 'beta')).toEqual([0, 0.5, 1]);
  });

  it('of seeds end at the last one', () => {
    expect(seedsFrom(4_294_967_295, 3)).toEqual([4_294_967_293, 4_294_967_294, 4_294_967_295]);
    expect(withCount([4_294_967_295], 2, 'seed')).toEqual([4_294_967_294, 4_294_967_295]);
  });

  it('are shown on the slider within its range', () => {
    expect(endsOf([0.5, 0.15], sweepRange('alpha'))).toEqual([0.15, 0.5]);
    expect(endsOf([500, 7], sweepRange('seed'))).toEqual([7, 100]);
    expect(endsOf(undefined, sweepRange('beta'))).toEqual([0, 1]);
  });
});
