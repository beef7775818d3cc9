import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { isMaskEmpty, maskCoverage } from '../../../../electron/pipeline/masks/coverage.ts';
import { featherMask } from '../../../../electron/pipeline/masks/feather-mask.ts';
import { moveMask } from '../../../../electron/pipeline/masks/move-mask.ts';
import {
  boundingRectangle,
  expandRectangle,
  rectangleMask,
} from '../../../../electron/pipeline/masks/rectangle.ts';
import {
  intersectMasks,
  invertMask,
  subtractMask,
  uniteMasks,
} from '../../../../electron/pipeline/masks/set-operations.ts';
import { expandedRectangle } from '../../../../electron/pipeline/mixing/latent-masks.ts';
import { maxAbsDifference, zeros } from '../../../../electron/pipeline/tensor/tensor.ts';
import { binaryMask, drawn, isWithin, maskOf, softMask, softMaskPair } from './mask-arbitraries.ts';

describe('set operations', () => {
  it('obey De Morgan’s laws, idempotence and absorption', () => {
    fc.assert(
      fc.property(softMaskPair, ([a, b]) => {
        expect(invertMask(uniteMasks(a, b))).toEqual(intersectMasks(invertMask(a), invertMask(b)));
        expect(invertMask(intersectMasks(a, b))).toEqual(uniteMasks(invertMask(a), invertMask(b)));
        expect(subtractMask(a, b)).toEqual(intersectMasks(a, invertMask(b)));
        expect(uniteMasks(a, a)).toEqual(a);
        expect(intersectMasks(a, uniteMasks(a, b))).toEqual(a);
        expect(isWithin(intersectMasks(a, b), uniteMasks(a, b))).toBe(true);
      }),
    );
  });

  it('invert twice to the same mask, up to rounding', () => {
    fc.assert(
      fc.property(softMask, (mask) => {
        expect(maxAbsDifference(invertMask(invertMask(mask)), mask)).toBeLessThan(6e-8);
      }),
    );
  });

  it('refuse masks of different dims, naming both', () => {
    const [small, large] = [zeros([2, 3]), zeros([3, 2])];
    for (const operation of [uniteMasks, intersectMasks, subtractMask]) {
      expect(() => operation(small, large)).toThrow('[2,3] and [3,2]');
    }
  });
});

describe('feathering', () => {
  it('stays within 0..1', () => {
    fc.assert(
      fc.property(softMask, fc.integer({ min: 0, max: 20 }), (mask, featherPx) => {
        const soft = featherMask(mask, featherPx);
        expect(soft.data.every((value) => value >= 0 && value <= 1)).toBe(true);
      }),
    );
  });

  it('is at its midpoint on a straight edge and symmetrical about it', () => {
    const soft = featherMask(
      maskOf(3, 40, (x) => x >= 20),
      6,
    );
    for (let step = 0; step < 15; step++) {
      expect(soft.data[40 + 20 + step]! + soft.data[40 + 19 - step]!).toBeCloseTo(1, 6);
    }
    // Two sigma beyond the edge about 2 % are left.
    expect(soft.data[40 + 13]!).toBeLessThan(0.025);
    expect(soft.data[40 + 15]!).toBeGreaterThan(0.05);
  });

  it('keeps a full mask full, and any mask without a feather unchanged', () => {
    const full = maskOf(5, 5, () => true);
    expect(maxAbsDifference(featherMask(full, 8), full)).toBeLessThan(1e-6);
    expect(featherMask(full, 0)).toBe(full);
    expect(() => featherMask(full, -1)).toThrow(expect.objectContaining({ code: 'PARAMETER_INVALID' }));
  });
});

describe('rectangles', () => {
  it('contain the mask and are the smallest that do', () => {
    fc.assert(
      fc.property(binaryMask, (mask) => {
        const dims = mask.dims as [number, number];
        const rectangle = boundingRectangle(mask);
        if (rectangle === undefined) {
          expect(mask.data.every((value) => value === 0)).toBe(true);
          return;
        }
        const { left, top, width, height } = rectangle;
        expect(isWithin(mask, rectangleMask(rectangle, dims))).toBe(true);
        for (const smaller of [
          { left: left + 1, top, width: width - 1, height },
          { left, top, width: width - 1, height },
          { left, top: top + 1, width, height: height - 1 },
          { left, top, width, height: height - 1 },
        ]) {
          expect(isWithin(mask, rectangleMask(smaller, dims))).toBe(false);
        }
      }),
    );
  });

  it('expand like the method’s expanded masks', () => {
    fc.assert(
      fc.property(binaryMask, fc.nat(4), (mask, margin) => {
        const dims = mask.dims as [number, number];
        const rectangle = boundingRectangle(mask);
        const expected = rectangle && expandRectangle(rectangle, margin, dims);
        expect(
          expandedRectangle(mask, dims, {
            downscale: 1,
            expandLatent: margin,
            regionGrowPx: 0,
            bandLatent: 0,
          }),
        ).toEqual(expected);
      }),
    );
  });

  it('accept integer margins only', () => {
    const rectangle = { left: 0, top: 0, width: 1, height: 1 };
    for (const margin of [-1, 0.5]) {
      expect(() => expandRectangle(rectangle, margin, [2, 2])).toThrow(
        expect.objectContaining({ code: 'PARAMETER_INVALID' }),
      );
    }
  });
});

describe('moving', () => {
  it('copies values exactly by integer offsets, and fills with zeros', () => {
    fc.assert(
      fc.property(
        softMask,
        fc.integer({ min: -10, max: 10 }),
        fc.integer({ min: -10, max: 10 }),
        (mask, offsetX, offsetY) => {
          const [height, width] = mask.dims as [number, number];
          const moved = moveMask(mask, { offsetX, offsetY });
          for (let y = 0; y < height; y++) {
            for (let x = 0; x < width; x++) {
              const [fromX, fromY] = [x - offsetX, y - offsetY];
              const inside = fromX >= 0 && fromY >= 0 && fromX < width && fromY < height;
              expect(moved.data[y * width + x]).toBe(inside ? mask.data[fromY * width + fromX] : 0);
            }
          }
        },
      ),
    );
  });

  it('leaves a mask unchanged without a move', () => {
    fc.assert(
      fc.property(softMask, (mask) => {
        expect(moveMask(mask, {})).toEqual(mask);
      }),
    );
  });

  it('stays within 0..1 for every move', () => {
    const scale = fc.double({ min: 0.05, max: 8, noNaN: true });
    const offset = fc.double({ min: -12, max: 12, noNaN: true });
    fc.assert(
      fc.property(softMask, scale, scale, offset, offset, (mask, scaleX, scaleY, offsetX, offsetY) => {
        const moved = moveMask(mask, { scaleX, scaleY, offsetX, offsetY });
        expect(moved.data.every((value) => value >= 0 && value <= 1)).toBe(true);
      }),
    );
  });

  it('splits an element between two at half a step', () => {
    expect(moveMask(drawn('.#..'), { offsetX: 0.5 })).toEqual(drawn('.55.'));
  });

  it('scales the area by the square of the scale, about its origin', () => {
    const square = maskOf(64, 64, (x, y) => x >= 24 && x < 40 && y >= 24 && y < 40);
    for (const scale of [0.25, 0.5, 0.8, 1.5, 2]) {
      const { weightPx } = maskCoverage(moveMask(square, { scaleX: scale, scaleY: scale }));
      expect(weightPx / (256 * scale * scale)).toBeCloseTo(1, 1);
    }
    const corner = moveMask(square, { scaleX: 0.5, scaleY: 0.5, originX: 24, originY: 24 });
    expect(corner.data[27 * 64 + 27]).toBe(1);
    expect(corner.data[36 * 64 + 36]).toBe(0);
  });

  it('refuses a scale of 0 and invalid numbers', () => {
    for (const move of [{ scaleX: 0 }, { scaleY: -1 }, { offsetX: Number.NaN }]) {
      expect(() => moveMask(zeros([2, 2]), move)).toThrow(
        expect.objectContaining({ code: 'PARAMETER_INVALID' }),
      );
    }
  });
});

describe('coverage', () => {
  it('counts the region and the weight', () => {
    expect(maskCoverage(drawn('#5..', '2...'))).toEqual({
      regionPx: 2,
      weightPx: expect.closeTo(1.7, 5),
      share: expect.closeTo(0.2125, 5),
    });
    expect(maskCoverage(zeros([0, 0])).share).toBe(0);
  });

  it('is zero for an empty mask', () => {
    expect(isMaskEmpty(drawn('44', '44'))).toBe(true);
    expect(isMaskEmpty(drawn('4#', '44'))).toBe(false);
    expect(isMaskEmpty(drawn('4#', '44'), 2)).toBe(true);
  });
});
