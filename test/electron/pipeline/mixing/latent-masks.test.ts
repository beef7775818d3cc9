/** Masks at latent resolution: a partition of unity, layers, rectangles; and mixing with them. */
import * as fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import {
  diluteBackground,
  weightedSum,
  weightLatents,
} from '../../../../electron/pipeline/mixing/blend-latents.ts';
import { expandedRectangle, latentMasks } from '../../../../electron/pipeline/mixing/latent-masks.ts';
import { tensor, zeros } from '../../../../electron/pipeline/tensor/tensor.ts';
import { textbookMasks } from '../../../oracle/textbook-masks.ts';
import { drawn } from '../masks/mask-arbitraries.ts';
import { anyMask, box, DOWNSCALE, LATENT_SIZE, someLatents } from '../random-scenes.ts';

const anyLayers = fc.array(fc.record({ mask: anyMask, order: fc.integer({ min: -2, max: 2 }) }), {
  minLength: 1,
  maxLength: 8,
});
const anyOptions = fc.record({
  downscale: fc.constant(DOWNSCALE),
  featherPx: fc.constantFrom(0, 1, 3, 8),
  expandLatent: fc.integer({ min: 0, max: 3 }),
  regionGrowPx: fc.constantFrom(0, 0, 1, 3),
  bandLatent: fc.constantFrom(0, 0, 1, 2),
});
/** Leaves elements in the band that are covered by half, but for rounding. */
const halfCovered = {
  downscale: DOWNSCALE,
  featherPx: 3,
  expandLatent: 0,
  regionGrowPx: 0,
  bandLatent: 2,
} as const;
/** No feather, growth, band or margin. */
const plainOptions = { featherPx: 0, expandLatent: 0, regionGrowPx: 0, bandLatent: 0 };

test('M_B and the M_i sum to 1 at every element, for soft and overlapping masks too', () => {
  fc.assert(
    fc.property(anyLayers, anyOptions, (layers, options) => {
      const { regionMasks, backgroundMask } = latentMasks(layers, LATENT_SIZE, options);
      for (const [at, share] of backgroundMask.data.entries()) {
        const sum = regionMasks.reduce((total, { data }) => total + data[at]!, share);
        expect(Math.abs(sum - 1)).toBeLessThanOrEqual(options.featherPx === 0 ? 0 : 1e-6);
        for (const { data } of [backgroundMask, ...regionMasks]) {
          expect(data[at]).toBeGreaterThanOrEqual(0);
          expect(data[at]).toBeLessThanOrEqual(1);
          if (options.featherPx === 0) expect([0, 1]).toContain(data[at]);
        }
      }
    }),
    { numRuns: 60 },
  );
});

test('the masks equal the textbook’s', () => {
  fc.assert(
    fc.property(anyLayers, anyOptions, (layers, options) => {
      const actual = latentMasks(layers, LATENT_SIZE, options);
      const expected = textbookMasks(layers, LATENT_SIZE, options);
      for (const [name, a, b] of [
        ['M', actual.regionMasks, expected.M],
        ['M_B', [actual.backgroundMask], [expected.MB]],
        ['M_E', actual.expandedMasks, expected.ME],
        ['band', options.bandLatent > 0 ? [actual.bandMask!] : [], [expected.band]],
      ] as const) {
        for (const [i, { data }] of a.entries()) {
          for (const [at, value] of b[i]!.entries())
            expect(Math.abs(data[at]! - value), name).toBeLessThan(1e-6);
        }
      }
    }),
    { numRuns: 40, examples: [[[{ mask: box(0, 0, 8, 14), order: 0 }], halfCovered]] },
  );
});

test('an element belongs to the region from half its area on', () => {
  const options = { ...plainOptions, downscale: 2 };
  const mask = drawn('##.#', '..#.', '#...', '....');
  const { regionMasks } = latentMasks([{ mask, order: 0 }], [2, 2], options);
  expect([...regionMasks[0]!.data]).toEqual([1, 1, 0, 0]);
});

test('a mask whose size is not the latents’ times the downscale is an error', () => {
  const options = { ...plainOptions, downscale: 4 };
  expect(() => latentMasks([{ mask: zeros([16, 18]), order: 0 }], LATENT_SIZE, options)).toThrow(/\[16,18\]/);
});

test('M_E is the bounding rectangle grown by the margin and clipped at the border', () => {
  const mask = drawn('......', '..#...', '...#..', '......', '......');
  const expanded = (expandLatent: number, of = mask) =>
    latentMasks([{ mask: of, order: 0 }], [5, 6], { ...plainOptions, downscale: 1, expandLatent })
      .expandedMasks[0];
  expect(expanded(0)).toEqual(drawn('......', '..##..', '..##..', '......', '......'));
  expect(expanded(1)).toEqual(drawn('.####.', '.####.', '.####.', '.####.', '......'));
  expect(expanded(9)!.data.every((value) => value === 1)).toBe(true);
  expect(expanded(3, zeros([5, 6]))).toEqual(zeros([5, 6]));
});

test('a band takes an integer number of elements', () => {
  const layer = { mask: zeros([16, 20]), order: 0 };
  for (const bandLatent of [-1, 0.5, Number.NaN]) {
    const options = { ...plainOptions, downscale: DOWNSCALE, bandLatent };
    expect(() => latentMasks([layer], LATENT_SIZE, options)).toThrow('transition band');
  }
});

test('M_E comes from the original mask: neither concepts in front nor a feather change it', () => {
  fc.assert(
    fc.property(anyLayers, anyOptions, (layers, options) => {
      const { expandedMasks } = latentMasks(layers, LATENT_SIZE, options);
      for (const [index, layer] of layers.entries()) {
        const alone = latentMasks([layer], LATENT_SIZE, { ...options, featherPx: 0 });
        expect(expandedMasks[index]).toEqual(alone.expandedMasks[0]);
      }
    }),
    { numRuns: 40 },
  );
});

test('M_E of a mask that covers no element by half contains the elements that it touches', () => {
  const mask = drawn('......', '.#....', '......', '......', '......', '......');
  const rectangle = expandedRectangle(mask, [3, 3], { ...plainOptions, downscale: 2 });
  expect(rectangle).toEqual({ left: 0, top: 0, width: 1, height: 1 });
});

describe('mixing', () => {
  const plane = LATENT_SIZE[0] * LATENT_SIZE[1];
  const [a, b] = [someLatents(1), someLatents(2)];
  const weight = tensor(
    Float32Array.from({ length: plane }, (_, at) => (at % 3) / 2),
    LATENT_SIZE,
  );

  test('is the weighted sum with the same weight for every channel', () => {
    const other = tensor(
      weight.data.map((share) => 1 - share),
      LATENT_SIZE,
    );
    const mixed = weightedSum([
      { latents: a, weight },
      { latents: b, weight: other },
    ]);
    for (const [at, value] of mixed.data.entries()) {
      const share = weight.data[at % plane]!;
      expect(value).toBeCloseTo(share * a.data[at]! + (1 - share) * b.data[at]!, 6);
      if (share === 1) expect(value).toBe(a.data[at]);
      if (share === 0) expect(value).toBe(b.data[at]);
    }
  });

  test('a part of weight 0 is ignored, including its infinities', () => {
    const infinite = tensor(new Float32Array(a.data.length).fill(Number.POSITIVE_INFINITY), a.dims);
    expect(weightLatents(infinite, zeros(LATENT_SIZE))).toEqual(zeros(a.dims));
  });

  test('dilution is beta * inpaint * (1 - M_E) + ref * M_E', () => {
    const expanded = tensor(
      Float32Array.from({ length: plane }, (_, at) => at % 2),
      LATENT_SIZE,
    );
    for (const beta of [0, 0.4, 0.8, 1]) {
      const diluted = diluteBackground(a, b, expanded, beta);
      for (const [at, value] of diluted.data.entries()) {
        const inside = (at % plane) % 2 === 1;
        expect(value).toBeCloseTo(inside ? a.data[at]! : beta * b.data[at]!, 6);
      }
    }
  });

  test('an error names mismatched dims', () => {
    expect(() => weightLatents(a, zeros([5, 4]))).toThrow(/\[5,4\].*\[4,5\]/);
    expect(() => diluteBackground(a, zeros([4, 5, 4]), zeros(LATENT_SIZE), 1)).toThrow(
      /\[4,\d,\d\].*\[4,\d,\d\]/,
    );
  });
});
