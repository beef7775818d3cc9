/** The Fréchet distance against closed forms. */
import { expect, test } from 'vitest';
import { frechetDistance } from './frechet.ts';

type Pair = readonly [number, number];

/** Four vectors with mean zero whose covariance is 2/3 (u uᵀ + v vᵀ). */
const around = (u: Pair, v: Pair, centre: Pair = [0, 0]) =>
  [u, v].flatMap(([x, y]) => [
    Float32Array.of(centre[0] + x, centre[1] + y),
    Float32Array.of(centre[0] - x, centre[1] - y),
  ]);
const covariance = ([a, b]: Pair, [c, d]: Pair) =>
  [a * a + c * c, a * b + c * d, b * b + d * d].map((x) => (2 / 3) * x);

test('is zero for equal sets, and the squared distance of the means for shifted ones', () => {
  const set = around([1, 2], [3, -1]);
  expect(frechetDistance(set, set)).toBeCloseTo(0, 9);
  expect(frechetDistance(set, around([1, 2], [3, -1], [3, 4]))).toBeCloseTo(25, 6);
});

test('compares covariances that do not commute', () => {
  const [first, second]: [Pair, Pair][] = [
    [
      [2, 0],
      [1, 1],
    ],
    [
      [0, 3],
      [1, -1],
    ],
  ];
  const [a, b, d] = covariance(...first!);
  const [e, f, h] = covariance(...second!);
  // The trace of the root of a matrix of two by two: sqrt(tr M + 2 sqrt(det M)), here of the product of the two.
  const productTrace = a! * e! + 2 * b! * f! + d! * h!;
  const determinant = (a! * d! - b! * b!) * (e! * h! - f! * f!);
  const root = Math.sqrt(productTrace + 2 * Math.sqrt(determinant));
  const distance = a! + d! + e! + h! - 2 * root;
  expect(frechetDistance(around(...first!), around(...second!))).toBeCloseTo(distance, 6);
});

test('takes sets without any variance in some direction, and more values than vectors', () => {
  const long = (...at: number[]) =>
    Float32Array.from({ length: 8 }, (_, index) => Number(at.includes(index)));
  const distance = frechetDistance([long(0), long(1)], [long(0), long(2)]);
  expect(distance).toBeGreaterThan(0);
  expect(distance).toBeLessThan(2);
});

test('rejects sets that have no distribution, and vectors of different lengths', () => {
  const set = around([1, 0], [0, 1]);
  expect(() => frechetDistance(set.slice(0, 1), set)).toThrow(RangeError);
  expect(() => frechetDistance(set, [Float32Array.of(1, 2, 3), Float32Array.of(3, 2, 1)])).toThrow(
    RangeError,
  );
});
