import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { placeByKey, steppedPlace, withReplacements } from '../../../renderer/editor/candidate-staging.ts';

describe('candidates', () => {
  const candidates = [7, 8, 9].map((seed) => ({ image: `picture of ${seed}`, seed }));

  it('are stepped through in a circle', () => {
    expect([0, 1, 2].map((at) => steppedPlace(at, 1, 3))).toEqual([1, 2, 0]);
    expect([0, 1, 2].map((at) => steppedPlace(at, -1, 3))).toEqual([2, 0, 1]);
    fc.assert(
      fc.property(
        fc.integer({ min: 1, max: 8 }),
        fc.nat(7),
        fc.integer({ min: -50, max: 50 }),
        (count, at, by) => {
          const start = at % count;
          const there = steppedPlace(start, by, count);
          expect(there).toBeGreaterThanOrEqual(0);
          expect(there).toBeLessThan(count);
          expect(steppedPlace(there, -by, count)).toBe(start);
        },
      ),
    );
  });

  it('are selected with the arrow keys, Home and End, and no other key', () => {
    expect(placeByKey('ArrowRight', 2, 3)).toBe(0);
    expect(placeByKey('ArrowUp', 0, 3)).toBe(2);
    expect(placeByKey('Home', 2, 3)).toBe(0);
    expect(placeByKey('End', 0, 3)).toBe(2);
    expect(placeByKey('Enter', 0, 3)).toBeUndefined();
  });

  it('keep their places when single ones are regenerated, whatever the new seed', () => {
    const redrawn = { image: 'another picture', seed: 7 };
    const after = withReplacements(candidates, (seed) => (seed === 8 ? redrawn : undefined));
    expect(after.map(({ image }) => image)).toEqual(['picture of 7', 'another picture', 'picture of 9']);
    expect(after.map(({ originalSeed }) => originalSeed)).toEqual([7, 8, 9]);
  });
});
