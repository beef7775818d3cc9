/** The mask kernels compared with the most direct way to write each. */
import * as fc from 'fast-check';
import { expect, test } from 'vitest';
import {
  areaAverage,
  dilate,
  gaussianBlur,
  maximumPlane,
} from '../../../../electron/pipeline/tensor/image-kernels.ts';
import { type Tensor, tensor, zeros } from '../../../../electron/pipeline/tensor/tensor.ts';

function planeOf(height: number, width: number): fc.Arbitrary<Tensor> {
  return fc
    .array(fc.integer({ min: 0, max: 255 }), { minLength: height * width, maxLength: height * width })
    .map((bytes) =>
      tensor(
        Float32Array.from(bytes, (byte) => byte / 255),
        [height, width],
      ),
    );
}
const side = fc.integer({ min: 1, max: 8 });
const anyPlane = fc.tuple(side, side).chain(([height, width]) => planeOf(height, width));

/** A plane's value at x, y; outside it, the nearest value inside. */
function nearest(plane: Tensor, x: number, y: number): number {
  const [height, width] = plane.dims as unknown as [number, number];
  return plane.data[Math.min(Math.max(y, 0), height - 1) * width + Math.min(Math.max(x, 0), width - 1)]!;
}

/** A plane of the same dims, with each element computed from its position. */
function everywhere(plane: Tensor, value: (x: number, y: number) => number): Tensor {
  const width = plane.dims[1]!;
  return tensor(
    plane.data.map((_, at) => value(at % width, Math.floor(at / width))),
    plane.dims,
  );
}

function expectClose(actual: Tensor, expected: Tensor, tolerance: number): void {
  expect(actual.dims).toEqual(expected.dims);
  for (const [at, value] of expected.data.entries()) {
    expect(Math.abs(actual.data[at]! - value)).toBeLessThanOrEqual(tolerance);
  }
}

test('the area average is the mean of each block', () => {
  const blocks = fc
    .tuple(fc.integer({ min: 1, max: 4 }), fc.integer({ min: 1, max: 4 }), fc.integer({ min: 1, max: 5 }))
    .chain(([rows, columns, factor]) =>
      fc.tuple(planeOf(rows * factor, columns * factor), fc.constant(factor)),
    );
  fc.assert(
    fc.property(blocks, ([plane, factor]) => {
      const [height, width] = plane.dims as unknown as [number, number];
      const reduced = zeros([height / factor, width / factor]);
      const expected = everywhere(reduced, (x, y) => {
        let sum = 0;
        for (let dy = 0; dy < factor; dy++) {
          for (let dx = 0; dx < factor; dx++) sum += nearest(plane, x * factor + dx, y * factor + dy);
        }
        return sum / factor ** 2;
      });
      expectClose(areaAverage(plane, factor), expected, 1e-6);
    }),
  );
});

test('a plane that cannot be divided into blocks is refused', () => {
  expect(() => areaAverage(zeros([8, 6]), 4)).toThrow(/\[8,6\].*4/);
  expect(() => areaAverage(zeros([1, 8, 8]), 4)).toThrow(/\[1,8,8\]/);
});

test('the blur is the two-dimensional Gaussian with repeated borders', () => {
  fc.assert(
    fc.property(anyPlane, fc.constantFrom(0.3, 0.5, 1, 1.7, 3), (plane, sigma) => {
      const radius = Math.ceil(3 * sigma);
      const expected = everywhere(plane, (x, y) => {
        let [sum, total] = [0, 0];
        for (let dy = -radius; dy <= radius; dy++) {
          for (let dx = -radius; dx <= radius; dx++) {
            const weight = Math.exp(-(dx * dx + dy * dy) / (2 * sigma * sigma));
            sum += weight * nearest(plane, x + dx, y + dy);
            total += weight;
          }
        }
        return sum / total;
      });
      expectClose(gaussianBlur(plane, sigma), expected, 1e-6);
    }),
    { numRuns: 50 },
  );
});

test('the blur preserves constants to the byte, including 1, and does not change its argument', () => {
  fc.assert(
    fc.property(
      side,
      side,
      fc.constantFrom(0, 1, 0.25),
      fc.constantFrom(0, 0.5, 2, 7.3),
      (h, w, value, sigma) => {
        const plane = tensor(new Float32Array(h * w).fill(value), [h, w]);
        expect(gaussianBlur(plane, sigma).data).toEqual(plane.data);
      },
    ),
  );
  const plane = tensor(Float32Array.of(0, 1, 0), [1, 3]);
  gaussianBlur(plane, 1);
  dilate(plane, 1);
  expect([...plane.data]).toEqual([0, 1, 0]);
});

test('dilation takes the largest value in the square around each element', () => {
  fc.assert(
    fc.property(anyPlane, fc.integer({ min: 0, max: 4 }), (plane, radius) => {
      const expected = everywhere(plane, (x, y) => {
        let largest = 0;
        for (let dy = -radius; dy <= radius; dy++) {
          for (let dx = -radius; dx <= radius; dx++)
            largest = Math.max(largest, nearest(plane, x + dx, y + dy));
        }
        return largest;
      });
      expect(dilate(plane, radius).data).toEqual(expected.data);
    }),
  );
});

test('the union takes the largest value of all planes, and names mismatched dims', () => {
  const union = maximumPlane(
    [tensor(Float32Array.of(0, 0.5), [1, 2]), tensor(Float32Array.of(0.25, 0.125), [1, 2])],
    [1, 2],
  );
  expect([...union.data]).toEqual([0.25, 0.5]);
  expect([...maximumPlane([], [1, 2]).data]).toEqual([0, 0]);
  expect(() => maximumPlane([zeros([2, 1])], [1, 2])).toThrow(/\[2,1\].*\[1,2\]/);
});
