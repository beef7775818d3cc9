/** The nearest-neighbour metric of identity. */
import { describe, expect, test } from 'vitest';
import { DISTRACTORS, identityOf, type SceneFeatures } from '../../../electron/evaluation/identity.ts';

/** A distinct direction for each number. */
const feature = (index: number) => {
  const values = new Float32Array(64);
  values[index] = 1;
  return values;
};
const scene = (concept: number, region: number, isHeldOut = false): SceneFeatures => ({
  isHeldOut,
  concepts: [feature(concept)],
  regions: [feature(region)],
});

describe('a region', () => {
  test('is recognised if its own concept is the nearest', () => {
    const scenes = Array.from({ length: 30 }, (_, index) => scene(index, index));
    expect(identityOf(scenes)).toEqual({ regions: 30, distractors: DISTRACTORS, recognised: 1 });
  });

  test('is not recognised if another one is nearer, or equally near', () => {
    const scenes = [scene(0, 1), scene(1, 1), scene(2, 3)];
    // The first looks like the second's concept, the third like no concept: a tie.
    expect(identityOf(scenes)).toEqual({ regions: 3, distractors: 2, recognised: 1 / 3 });
  });

  test('is evaluated in the tested scenes, and compared with all', () => {
    const held = scene(5, 6, true);
    const scenes = [scene(6, 6), scene(7, 7), held];
    expect(identityOf(scenes, [held])).toEqual({ regions: 1, distractors: 2, recognised: 0 });
  });
});
