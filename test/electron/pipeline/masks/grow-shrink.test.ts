import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { growMask, shrinkMask } from '../../../../electron/pipeline/masks/grow-shrink.ts';
import { moveMask } from '../../../../electron/pipeline/masks/move-mask.ts';
import { invertMask } from '../../../../electron/pipeline/masks/set-operations.ts';
import type { Tensor } from '../../../../electron/pipeline/tensor/tensor.ts';
import { binaryMask, drawn, isWithin, maskOf, radius } from './mask-arbitraries.ts';

/** Dilation by its definition: every element against every element of the region. */
function grownByDefinition(mask: Tensor, radiusPx: number): Tensor {
  const [height, width] = mask.dims as [number, number];
  return maskOf(height, width, (x, y) =>
    mask.data.some(
      (value, at) =>
        value >= 0.5 && (x - (at % width)) ** 2 + (y - Math.floor(at / width)) ** 2 <= radiusPx * radiusPx,
    ),
  );
}

describe('growing and shrinking', () => {
  it('grows by exactly the elements within the radius', () => {
    fc.assert(
      fc.property(binaryMask, radius, (mask, radiusPx) => {
        expect(growMask(mask, radiusPx)).toEqual(grownByDefinition(mask, radiusPx));
      }),
      { numRuns: 500 },
    );
  });

  it('shrinks a mask by growing what surrounds it', () => {
    fc.assert(
      fc.property(binaryMask, radius, (mask, radiusPx) => {
        expect(shrinkMask(mask, radiusPx)).toEqual(invertMask(growMask(invertMask(mask), radiusPx)));
      }),
    );
  });

  it('keeps the mask inside the grown one and around the shrunk one, more so for a larger radius', () => {
    fc.assert(
      fc.property(binaryMask, radius, radius, (mask, one, other) => {
        const [small, large] = one < other ? [one, other] : [other, one];
        expect(isWithin(mask, growMask(mask, small))).toBe(true);
        expect(isWithin(growMask(mask, small), growMask(mask, large))).toBe(true);
        expect(isWithin(shrinkMask(mask, small), mask)).toBe(true);
        expect(isWithin(shrinkMask(mask, large), shrinkMask(mask, small))).toBe(true);
      }),
    );
  });

  it('opens and closes idempotently', () => {
    const open = (mask: Tensor, radiusPx: number) => growMask(shrinkMask(mask, radiusPx), radiusPx);
    const close = (mask: Tensor, radiusPx: number) => shrinkMask(growMask(mask, radiusPx), radiusPx);
    fc.assert(
      fc.property(binaryMask, radius, (mask, radiusPx) => {
        const opened = open(mask, radiusPx);
        const closed = close(mask, radiusPx);
        expect(open(opened, radiusPx)).toEqual(opened);
        expect(close(closed, radiusPx)).toEqual(closed);
        expect(isWithin(opened, mask)).toBe(true);
        expect(isWithin(mask, closed)).toBe(true);
      }),
    );
  });

  it('grows the same wherever the mask is', () => {
    fc.assert(
      fc.property(
        fc.integer({ min: -5, max: 5 }),
        fc.integer({ min: -5, max: 5 }),
        fc.integer({ min: 0, max: 4 }),
        (offsetX, offsetY, radiusPx) => {
          // Far enough from the border that nothing is cut off.
          const mask = maskOf(
            30,
            32,
            (x, y) => (x === 15 || y === 14) && x > 12 && x < 19 && y > 12 && y < 17,
          );
          expect(growMask(moveMask(mask, { offsetX, offsetY }), radiusPx)).toEqual(
            moveMask(growMask(mask, radiusPx), { offsetX, offsetY }),
          );
        },
      ),
    );
  });

  it('grows an element to a disc', () => {
    const element = maskOf(7, 7, (x, y) => x === 3 && y === 3);
    expect(growMask(element, 2)).toEqual(
      drawn('.......', '...#...', '..###..', '.#####.', '..###..', '...#...', '.......'),
    );
    expect(growMask(element, 1.5)).toEqual(
      drawn('.......', '.......', '..###..', '..###..', '..###..', '.......', '.......'),
    );
  });

  it('does not shrink a mask from the border of the picture', () => {
    expect(shrinkMask(drawn('##..', '##..', '##..'), 1)).toEqual(drawn('#...', '#...', '#...'));
    expect(shrinkMask(drawn('###', '###'), 5)).toEqual(drawn('###', '###'));
  });

  it('leaves an empty mask empty', () => {
    expect(growMask(drawn('...', '...'), 100)).toEqual(drawn('...', '...'));
    expect(shrinkMask(drawn('...', '...'), 0)).toEqual(drawn('...', '...'));
  });

  it('treats what is at least half covered as the region', () => {
    expect(growMask(drawn('.45.'), 0)).toEqual(drawn('..#.'));
  });

  it('refuses a negative radius', () => {
    for (const wrong of [-1, Number.NaN, Number.POSITIVE_INFINITY]) {
      expect(() => growMask(drawn('#'), wrong)).toThrow(
        expect.objectContaining({ code: 'PARAMETER_INVALID' }),
      );
      expect(() => shrinkMask(drawn('#'), wrong)).toThrow(
        expect.objectContaining({ code: 'PARAMETER_INVALID' }),
      );
    }
  });
});
