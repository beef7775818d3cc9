/** Parts of a picture for regional prompts: their weights, and which prompt gets which. */
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import {
  assignParts,
  contrastedWeights,
  MOST_PARTS,
  partsSideBySide,
} from '../../../../electron/pipeline/mixing/prompt-regions.ts';
import { type Tensor, tensor } from '../../../../electron/pipeline/tensor/tensor.ts';

/** The mean column of a part. */
function centreOf({ data, dims: [, width] }: Tensor): number {
  let [sum, weight] = [0, 0];
  for (const [at, value] of data.entries()) {
    sum += value * (at % width!);
    weight += value;
  }
  return sum / weight;
}

describe('parts side by side', () => {
  test('sum to 1 at every element, lie from left to right, and none is squeezed out', () => {
    fc.assert(
      fc.property(
        fc.integer({ min: 1, max: MOST_PARTS }),
        fc.nat(0xffff_ffff),
        fc.integer({ min: 16, max: 40 }),
        fc.integer({ min: 16, max: 64 }),
        (count, seed, height, width) => {
          const parts = partsSideBySide(count, seed, [height, width]);
          expect(parts.map(({ dims }) => dims)).toEqual(Array(count).fill([height, width]));
          const sums = parts[0]!.data.map((_, at) => parts.reduce((sum, { data }) => sum + data[at]!, 0));
          expect(Math.max(...sums.map((sum) => Math.abs(sum - 1)))).toBeLessThan(1e-6);
          expect(Math.min(...parts.flatMap(({ data }) => [...data]))).toBeGreaterThanOrEqual(0);
          const centres = parts.map(centreOf);
          expect(centres).toEqual(centres.toSorted((a, b) => a - b));
          for (const { data } of parts) {
            expect(data.reduce((sum, weight) => sum + weight) / data.length).toBeGreaterThan(0.5 / count);
          }
        },
      ),
      { numRuns: 40 },
    );
  });

  test('depend on the seed alone', () => {
    expect(partsSideBySide(3, 7, [16, 16])).toEqual(partsSideBySide(3, 7, [16, 16]));
    expect(partsSideBySide(3, 7, [16, 16])).not.toEqual(partsSideBySide(3, 8, [16, 16]));
  });
});

describe('a prompt gets', () => {
  test('the part in which the whole prompt’s prediction is nearest to its own', () => {
    const [left, right] = [tensor(Float32Array.of(1, 0), [1, 2]), tensor(Float32Array.of(0, 1), [1, 2])];
    const of = (...values: number[]) => tensor(Float32Array.from(values), [2, 1, 2]);
    const [cat, dog] = [of(1, 1, 5, 5), of(3, 3, 0, 0)];
    expect(assignParts([left, right], [cat, dog], of(1, 3, 5, 0))).toEqual([left, right]);
    expect(assignParts([left, right], [cat, dog], of(3, 1, 0, 5))).toEqual([right, left]);
  });

  test('a part of its own, even if all would like the same', () => {
    const parts = partsSideBySide(3, 1, [16, 16]);
    const same = tensor(new Float32Array(512), [2, 16, 16]);
    const assigned = assignParts(parts, [same, same, same], same);
    expect(new Set(assigned)).toEqual(new Set(parts));
  });
});

describe('contrast', () => {
  test('0 leaves the weights; more makes them larger inside, negative outside, and their sum stays 1', () => {
    const parts = partsSideBySide(3, 1, [16, 48]);
    expect(contrastedWeights(parts, 0)).toEqual(parts);
    const weights = contrastedWeights(parts, 0.5);
    const [first, , last] = weights.map(({ data }) => data[0]!);
    expect(first).toBeCloseTo(1.5, 2);
    expect(last).toBeCloseTo(-0.25, 2);
    const sums = parts[0]!.data.map((_, at) => weights.reduce((sum, { data }) => sum + data[at]!, 0));
    for (const sum of sums) expect(sum).toBeCloseTo(1, 5);
  });
});
