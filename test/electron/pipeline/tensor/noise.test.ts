/** The seeded noise: portable numbers, a normal distribution, independent streams. */
import * as fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { keepNoise } from '../../../../electron/pipeline/tensor/kept-noise.ts';
import { gaussianNoise, MAX_SEED, NOISE_STREAMS } from '../../../../electron/pipeline/tensor/noise.ts';
import { TensorDimsError } from '../../../../electron/pipeline/tensor/tensor.ts';

/**
 * Source: the documented recipe rewritten in Python on numpy 2.4.6's RandomState (MT19937): seed by mix(mix(mix(seed) ^
 * stream) ^ step), 53-bit uniforms of 26 + 27 low bits, polar method, rounded to float32.
 */
test.each([
  [
    0,
    'background',
    981,
    [1.2946712970733643, -0.43813467025756836, -1.1079137325286865, 1.1202934980392456, -0.20414413511753082],
  ],
  [
    42,
    'concept',
    1,
    [-0.5419563055038452, -0.4516102373600006, 1.214501976966858, 0.5125012993812561, 0.2585470378398895],
  ],
  [
    MAX_SEED,
    'inpainted',
    501,
    [
      0.5028572678565979, -0.11070020496845245, -0.2406085580587387, -0.14127080142498016,
      0.21304529905319214,
    ],
  ],
] as const)('seed %i, %s, step %i gives numpy’s numbers', (seed, stream, step, expected) => {
  expect([...gaussianNoise(seed, stream, step, [5]).data]).toEqual(expected);
});

test('a longer sequence starts with the shorter one', () => {
  const long = gaussianNoise(1, 'background', 2, [3, 7]);
  expect(gaussianNoise(1, 'background', 2, [11]).data).toEqual(long.data.slice(0, 11));
});

describe('100,000 numbers', () => {
  const count = 100_000;
  const { data } = gaussianNoise(3, 'background', 981, [count]);
  const moment = (power: number) => data.reduce((sum, value) => sum + value ** power, 0) / count;

  test('have the moments of N(0, 1)', () => {
    // Five standard errors: sqrt(1 / n), sqrt(2 / n), sqrt(15 / n), sqrt(96 / n).
    expect(Math.abs(moment(1))).toBeLessThan(5 * Math.sqrt(1 / count));
    expect(Math.abs(moment(2) - 1)).toBeLessThan(5 * Math.sqrt(2 / count));
    expect(Math.abs(moment(3))).toBeLessThan(5 * Math.sqrt(15 / count));
    expect(Math.abs(moment(4) - 3)).toBeLessThan(5 * Math.sqrt(96 / count));
  });

  test('are within one, two and three standard deviations as often as they should be', () => {
    for (const [bound, share] of [
      [1, 0.6827],
      [2, 0.9545],
      [3, 0.9973],
    ] as const) {
      const within = data.filter((value) => Math.abs(value) < bound).length / count;
      expect(Math.abs(within - share)).toBeLessThan(0.005);
    }
  });
});

test('another seed, stream or step gives another, uncorrelated sequence', () => {
  const count = 4000;
  const streams = Object.keys(NOISE_STREAMS) as (keyof typeof NOISE_STREAMS)[];
  fc.assert(
    fc.property(
      fc.integer({ min: 0, max: 1000 }),
      fc.constantFrom(...streams),
      fc.constantFrom(...streams),
      fc.integer({ min: 0, max: 999 }),
      fc.integer({ min: 0, max: 1 }),
      fc.integer({ min: 0, max: 1 }),
      (seed, stream, otherStream, step, seedShift, stepShift) => {
        fc.pre(stream !== otherStream || seedShift + stepShift > 0);
        const a = gaussianNoise(seed, stream, step, [count]).data;
        const b = gaussianNoise(seed + seedShift, otherStream, step + stepShift, [count]).data;
        const correlation = a.reduce((sum, value, at) => sum + value * b[at]!, 0) / count;
        expect(Math.abs(correlation)).toBeLessThan(6 / Math.sqrt(count));
      },
    ),
    { numRuns: 40 },
  );
});

test.each([-1, 0.5, MAX_SEED + 1, Number.NaN])('the seed %d is refused', (seed) => {
  expect(() => gaussianNoise(seed, 'background', 0, [1])).toThrow(RangeError);
});
test.each([-1, 0.5])('the step %d is refused', (step) => {
  expect(() => gaussianNoise(0, 'background', step, [1])).toThrow(RangeError);
});
test('non-integer dims are refused', () => {
  expect(() => gaussianNoise(0, 'background', 0, [1.5])).toThrow(TensorDimsError);
});

test('kept noise is the same noise, the last used within a limit', () => {
  const dims = [4, 8, 8];
  const noise = keepNoise(2 * 4 * 4 * 8 * 8);
  const first = noise(7, 'concept', 981, dims);
  expect(first).toEqual(gaussianNoise(7, 'concept', 981, dims));
  const second = noise(8, 'concept', 981, dims);
  expect(second).not.toEqual(first);
  expect(noise(7, 'concept', 981, dims)).toBe(first);
  noise(7, 'inpainted', 981, dims);
  expect(noise(7, 'concept', 981, dims)).toBe(first);
  expect(noise(8, 'concept', 981, dims)).not.toBe(second);
});
