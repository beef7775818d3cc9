/** Remaining time: never guessed, and right for uniform steps. */
import { describe, expect, test } from 'vitest';
import { TimeLeftEstimator } from '../../../../electron/app/renders/time-left.ts';
import type { RenderStage } from '../../../../electron/contract/progress.ts';

/** Reports every step of the stages, each taking its stage's time. @returns the estimates, by stage */
function run(
  estimator: TimeLeftEstimator,
  stages: readonly (readonly [RenderStage, steps: number, msPerStep: number])[],
) {
  const told: Record<string, (number | null)[]> = {};
  let nowMs = 1000;
  for (const [stage, steps, msPerStep] of stages) {
    told[stage] = [];
    for (let step = 0; step <= steps; step++) {
      if (step > 0) nowMs += msPerStep;
      told[stage].push(estimator.update({ stage, step, total: steps }, nowMs));
    }
  }
  return told;
}

describe('without an earlier render', () => {
  test('there is no estimate in stages that are followed by others, and one for the rest of blending', () => {
    const told = run(new TimeLeftEstimator(), [
      ['invert', 4, 10],
      ['blend', 5, 30],
    ]);
    expect(told.invert).toEqual([null, null, null, null, null]);
    expect(told.blend).toEqual([null, null, 90, 60, 30, 0]);
  });
});

describe('with the last render’s times', () => {
  const last = { load: 5, encode: 20, invert: 100, blend: 400, decode: 50 };

  test('the total is known from the first report on', () => {
    const [first] = run(new TimeLeftEstimator(last), [['invert', 10, 10]]).invert!;
    expect(first).toBe(100 + 400 + 50);
  });

  test('a render at half the speed takes twice as long for what remains', () => {
    const told = run(new TimeLeftEstimator(last), [['invert', 10, 20]]).invert!;
    expect(told[5]).toBeCloseTo(5 * 20 + 2 * 450);
    expect(told[10]).toBeCloseTo(2 * 450);
  });

  test('the estimate is never negative and falls within a stage', () => {
    const told = run(new TimeLeftEstimator(last), [
      ['load', 1, 5],
      ['encode', 2, 10],
      ['invert', 10, 10],
      ['blend', 10, 40],
      ['decode', 1, 50],
    ]);
    for (const stage of ['invert', 'blend'] as const) {
      const numbers = told[stage]!.map((ms) => ms ?? Number.NaN);
      expect(numbers.every((ms) => ms >= 0)).toBe(true);
      expect(numbers.toSorted((a, b) => b - a)).toEqual(numbers);
    }
  });
});
