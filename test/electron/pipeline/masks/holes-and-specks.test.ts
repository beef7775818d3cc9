import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { fillHoles, removeSpecks } from '../../../../electron/pipeline/masks/holes-and-specks.ts';
import type { Tensor } from '../../../../electron/pipeline/tensor/tensor.ts';
import { binaryMask, drawn, isWithin, maskOf } from './mask-arbitraries.ts';

/** Elements reachable from a start by the given steps, found by repeated passes over the plane. */
function reachable(mask: Tensor, value: number, starts: (x: number, y: number) => boolean, corners: boolean) {
  const [height, width] = mask.dims as [number, number];
  const reached = maskOf(height, width, (x, y) => starts(x, y) && mask.data[y * width + x] === value);
  for (let changed = true; changed; ) {
    changed = false;
    for (let y = 0; y < height; y++) {
      for (let x = 0; x < width; x++) {
        if (reached.data[y * width + x] === 1 || mask.data[y * width + x] !== value) continue;
        for (let stepY = -1; stepY <= 1; stepY++) {
          for (let stepX = -1; stepX <= 1; stepX++) {
            if (!corners && stepX !== 0 && stepY !== 0) continue;
            const [nearX, nearY] = [x + stepX, y + stepY];
            if (nearX < 0 || nearY < 0 || nearX >= width || nearY >= height) continue;
            if (reached.data[nearY * width + nearX] === 1 && reached.data[y * width + x] === 0) {
              reached.data[y * width + x] = 1;
              changed = true;
            }
          }
        }
      }
    }
  }
  return reached;
}

describe('holes', () => {
  it('are filled if they cannot be reached from the border', () => {
    fc.assert(
      fc.property(binaryMask, (mask) => {
        const [height, width] = mask.dims as [number, number];
        const atBorder = (x: number, y: number) => x === 0 || y === 0 || x === width - 1 || y === height - 1;
        const outside = reachable(mask, 0, atBorder, false);
        expect(fillHoles(mask)).toEqual(maskOf(height, width, (x, y) => outside.data[y * width + x] === 0));
      }),
    );
  });

  it('are filled idempotently; filling only adds, and adds more for a larger limit', () => {
    fc.assert(
      fc.property(binaryMask, fc.nat(6), fc.nat(6), (mask, limit, more) => {
        const filled = fillHoles(mask, limit);
        expect(fillHoles(filled, limit)).toEqual(filled);
        expect(isWithin(mask, filled)).toBe(true);
        expect(isWithin(filled, fillHoles(mask, limit + more))).toBe(true);
      }),
    );
  });

  it('are filled only up to an area', () => {
    const mask = drawn('#######', '#.##..#', '#######');
    expect(fillHoles(mask, 1)).toEqual(drawn('#######', '####..#', '#######'));
    expect(fillHoles(mask, 2)).toEqual(drawn('#######', '#######', '#######'));
    expect(fillHoles(mask, 0)).toEqual(mask);
  });

  it('may be closed by a diagonal wall', () => {
    const ring = drawn('..#..', '.#.#.', '..#..');
    expect(fillHoles(ring)).toEqual(drawn('..#..', '.###.', '..#..'));
  });
});

describe('specks', () => {
  it('are removed below exactly the given area', () => {
    fc.assert(
      fc.property(binaryMask, fc.nat(8), (mask, minAreaPx) => {
        const [height, width] = mask.dims as [number, number];
        const kept = maskOf(height, width, (x, y) => {
          if (mask.data[y * width + x] !== 1) return false;
          const part = reachable(mask, 1, (atX, atY) => atX === x && atY === y, true);
          return part.data.reduce((sum, value) => sum + value, 0) >= minAreaPx;
        });
        expect(removeSpecks(mask, minAreaPx)).toEqual(kept);
      }),
      { numRuns: 60 },
    );
  });

  it('are removed idempotently; removal only removes, and removes more for a larger area', () => {
    fc.assert(
      fc.property(binaryMask, fc.nat(8), fc.nat(8), (mask, minAreaPx, more) => {
        const cleaned = removeSpecks(mask, minAreaPx);
        expect(removeSpecks(cleaned, minAreaPx)).toEqual(cleaned);
        expect(isWithin(cleaned, mask)).toBe(true);
        expect(isWithin(removeSpecks(mask, minAreaPx + more), cleaned)).toBe(true);
      }),
    );
  });

  it('include elements connected only by a corner', () => {
    expect(removeSpecks(drawn('#...', '.#..', '...#'), 2)).toEqual(drawn('#...', '.#..', '....'));
  });

  it('cannot have a negative area', () => {
    expect(() => removeSpecks(drawn('#'), -1)).toThrow(
      expect.objectContaining({ code: 'PARAMETER_INVALID' }),
    );
    expect(() => fillHoles(drawn('#'), Number.NaN)).toThrow(
      expect.objectContaining({ code: 'PARAMETER_INVALID' }),
    );
  });
});
