/** Detail and strength: properties of the equation for any pictures and sizes. */
import * as fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import {
  AGREEMENT,
  agreement,
  replaceWeight,
  strengthMap,
} from '../../../../electron/pipeline/detail/detail-weight.ts';
import {
  type RestoreDetailInputs,
  restoreDetail,
  restoreDetailBands,
} from '../../../../electron/pipeline/detail/restore-detail.ts';
import {
  imageToTensor,
  type RgbImage,
  tensorToImage,
} from '../../../../electron/pipeline/processors/image.ts';
import { type Tensor, tensor, zeros } from '../../../../electron/pipeline/tensor/tensor.ts';

const sizes = fc.record({
  w: fc.integer({ min: 1, max: 9 }),
  h: fc.integer({ min: 1, max: 9 }),
  width: fc.integer({ min: 1, max: 80 }),
  height: fc.integer({ min: 1, max: 150 }),
  seed: fc.integer({ min: 1, max: 2 ** 31 - 1 }),
});

/** Values that repeat with the seed. */
function values(length: number, seed: number, low: number, high: number): Float32Array {
  let state = seed;
  return Float32Array.from({ length }, () => {
    state = (Math.imul(state, 1_103_515_245) + 12_345) >>> 0;
    return low + ((state >>> 8) / 2 ** 24) * (high - low);
  });
}
const picture = (width: number, height: number, seed: number): RgbImage => ({
  width,
  height,
  data: Uint8Array.from(values(width * height * 3, seed, 0, 255.99)),
});
const modelPicture = (h: number, w: number, seed: number): Tensor =>
  tensor(values(3 * h * w, seed, -1.1, 1.1), [3, h, w]);
const plane = (h: number, w: number, value: number): Tensor =>
  tensor(new Float32Array(h * w).fill(value), [h, w]);

/** One source over the whole frame. */
function inputsOf(
  { w, h, width, height, seed }: { w: number; h: number; width: number; height: number; seed: number },
  { strength, detail, weight = 1 }: { strength: number; detail: number; weight?: number },
): RestoreDetailInputs {
  return {
    composed: modelPicture(h, w, seed),
    width,
    height,
    detail,
    sources: [
      {
        picture: picture(width, height, seed + 1),
        left: 0,
        top: 0,
        reconstruction: modelPicture(h, w, seed + 2),
        strength: plane(h, w, strength),
        weight: plane(h, w, weight),
      },
    ],
  };
}

test('strength 0 with detail 1 returns the input picture, within one level', () => {
  fc.assert(
    fc.property(sizes, (size) => {
      const inputs = inputsOf(size, { strength: 0, detail: 1 });
      const { data } = restoreDetail(inputs);
      const { data: original } = inputs.sources[0]!.picture;
      expect(data.findIndex((level, at) => Math.abs(level - original[at]!) > 1)).toBe(-1);
    }),
    { numRuns: 60 },
  );
});

test('strength 1 without detail is the method’s result, identical at equal sizes', () => {
  fc.assert(
    fc.property(sizes, ({ w, h, seed }) => {
      const inputs = inputsOf({ w, h, width: w, height: h, seed }, { strength: 1, detail: 0 });
      expect(restoreDetail(inputs)).toEqual(tensorToImage(inputs.composed));
    }),
    { numRuns: 60 },
  );
});

test('follows the equation, element by element, at equal sizes', () => {
  fc.assert(
    fc.property(
      sizes,
      fc.double({ min: 0, max: 1, noNaN: true }),
      fc.double({ min: 0, max: 1, noNaN: true }),
      fc.double({ min: 0, max: 1, noNaN: true }),
      ({ w, h, seed }, strength, detail, weight) => {
        const inputs = inputsOf({ w, h, width: w, height: h, seed }, { strength, detail, weight });
        const [{ picture: full, reconstruction }] = inputs.sources as [RestoreDetailInputs['sources'][0]];
        const original = imageToTensor(full);
        const expected = tensorToImage(
          tensor(
            inputs.composed.data.map((out, at) => {
              const kept = reconstruction.data[at]!;
              return kept + strength * (out - kept) + detail * weight * (original.data[at]! - kept);
            }),
            inputs.composed.dims,
          ),
        );
        const actual = restoreDetail(inputs);
        for (const [at, level] of expected.data.entries()) {
          expect(Math.abs(actual.data[at]! - level)).toBeLessThanOrEqual(1);
        }
      },
    ),
    { numRuns: 60 },
  );
});

test('any area of the frame, and any source that covers a part of it, has the same bytes as in the whole', () => {
  fc.assert(
    fc.property(
      sizes,
      fc.array(fc.double({ min: 0, max: 1, noNaN: true }), { minLength: 4, maxLength: 4 }),
      (size, at) => {
        const inputs = inputsOf(size, { strength: 0.3, detail: 0.7, weight: 0.8 });
        const whole = restoreDetail(inputs);
        const left = Math.floor(at[0]! * (size.width - 1));
        const top = Math.floor(at[1]! * (size.height - 1));
        const width = 1 + Math.floor(at[2]! * (size.width - left - 1));
        const height = 1 + Math.floor(at[3]! * (size.height - top - 1));
        const [source] = inputs.sources;
        const cut = cropped(source!.picture, left, top, width, height);
        const part = restoreDetail(
          { ...inputs, sources: [{ ...source!, picture: cut, left, top }] },
          { left, top, width, height },
        );
        expect(part).toEqual(cropped(whole, left, top, width, height));
      },
    ),
    { numRuns: 40 },
  );
});

test('there is no detail from a source beyond the part it covers', () => {
  const size = { w: 4, h: 4, width: 8, height: 8, seed: 5 };
  const inputs = inputsOf(size, { strength: 1, detail: 1 });
  const [source] = inputs.sources;
  const corner = { ...source!, picture: cropped(source!.picture, 4, 4, 4, 4), left: 4, top: 4 };
  const result = restoreDetail({ ...inputs, sources: [corner] });
  const without = restoreDetail({ ...inputs, sources: [] });
  const whole = restoreDetail(inputs);
  for (let pixel = 0; pixel < 64; pixel++) {
    const isInside = pixel % 8 >= 4 && pixel >= 32;
    const expected = isInside ? whole : without;
    expect([...result.data.subarray(pixel * 3, pixel * 3 + 3)]).toEqual([
      ...expected.data.subarray(pixel * 3, pixel * 3 + 3),
    ]);
  }
});

test('comes in bands of limited height, from the top, without gaps', () => {
  const inputs = inputsOf({ w: 3, h: 3, width: 5, height: 300, seed: 9 }, { strength: 1, detail: 1 });
  let next = 0;
  for (const { top, pixels } of restoreDetailBands(inputs)) {
    expect(top).toBe(next);
    expect(pixels.height).toBeLessThanOrEqual(64);
    next += pixels.height;
  }
  expect(next).toBe(300);
});

test('a uniform picture stays uniform at any size', () => {
  fc.assert(
    fc.property(sizes, ({ w, h, width, height }) => {
      const composed = tensor(new Float32Array(3 * h * w).fill(0.2), [3, h, w]);
      const { data } = restoreDetail({ composed, width, height, sources: [], detail: 1 });
      expect(new Set(data)).toEqual(new Set([153]));
    }),
    { numRuns: 40 },
  );
});

test('mismatched dims and areas outside the frame are errors', () => {
  const inputs = inputsOf({ w: 4, h: 3, width: 8, height: 6, seed: 2 }, { strength: 1, detail: 1 });
  const withSource = (changed: object) => ({ ...inputs, sources: [{ ...inputs.sources[0]!, ...changed }] });
  expect(() => restoreDetail(withSource({ weight: zeros([4, 3]) }))).toThrow(/\[4,3\].*\[3,4\]/);
  expect(() => restoreDetail(withSource({ reconstruction: zeros([3, 4, 4]) }))).toThrow(
    /\[3,4,4\].*\[3,3,4\]/,
  );
  expect(() => restoreDetail(inputs, { left: 4, top: 0, width: 5, height: 1 })).toThrow(RangeError);
});

describe('the weight', () => {
  const one = tensor(new Float32Array(3 * 64).fill(-1), [3, 8, 8]);
  const other = tensor(new Float32Array(3 * 64).fill(1), [3, 8, 8]);

  test('is 1 where the pictures agree and 0 where they differ', () => {
    expect(agreement(one, one).data.every((value) => value === 1)).toBe(true);
    expect(Math.max(...agreement(one, other).data)).toBeLessThan(1e-10);
    const tolerance = { blurPx: 2, toleranceLevels: 255 };
    for (const value of agreement(one, other, tolerance).data) expect(value).toBeCloseTo(Math.exp(-1), 5);
  });

  test('in a replaced region is region x opacity x agreement', () => {
    const weight = replaceWeight(plane(2, 2, 0.5), plane(2, 2, 0.5), plane(2, 2, 0.8));
    for (const value of weight.data) expect(value).toBeCloseTo(0.2, 6);
    expect(() => replaceWeight(plane(2, 2, 1), plane(2, 1, 1), plane(2, 2, 1))).toThrow(/\[2,1\].*\[2,2\]/);
  });

  test('within an area is that of the whole, to the bit, and 0 beyond it', () => {
    const part = fc.record({
      w: fc.integer({ min: 1, max: 24 }),
      h: fc.integer({ min: 1, max: 24 }),
      seed: fc.integer({ min: 1, max: 2 ** 31 - 1 }),
      at: fc.array(fc.double({ min: 0, max: 1, noNaN: true }), { minLength: 4, maxLength: 4 }),
    });
    fc.assert(
      fc.property(part, ({ w, h, seed, at }) => {
        const [left, top] = [Math.floor(at[0]! * (w - 1)), Math.floor(at[1]! * (h - 1))];
        const width = 1 + Math.floor(at[2]! * (w - left - 1));
        const height = 1 + Math.floor(at[3]! * (h - top - 1));
        const [first, second] = [modelPicture(h, w, seed), modelPicture(h, w, seed + 1)];
        const whole = agreement(first, second, AGREEMENT);
        const cut = agreement(first, second, AGREEMENT, { left, top, width, height });
        const expected = whole.data.map((value, index) => {
          const [x, y] = [index % w, Math.floor(index / w)];
          return x >= left && x < left + width && y >= top && y < top + height ? value : 0;
        });
        expect(cut).toEqual({ data: expected, dims: [h, w] });
      }),
      { numRuns: 60 },
    );
  });

  test('of the strength is the concept’s inside its region and 1 outside', () => {
    const region = tensor(Float32Array.of(0, 0.5, 1, 1), [2, 2]);
    expect([...strengthMap(region, 0.5).data]).toEqual([1, 0.75, 0.5, 0.5]);
  });
});

function cropped(image: RgbImage, left: number, top: number, width: number, height: number): RgbImage {
  const data = new Uint8Array(width * height * 3);
  for (let y = 0; y < height; y++) {
    const from = ((top + y) * image.width + left) * 3;
    data.set(image.data.subarray(from, from + width * 3), y * width * 3);
  }
  return { width, height, data };
}
