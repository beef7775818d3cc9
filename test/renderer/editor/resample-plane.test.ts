/** Resizing masks. */
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { maskSize } from '../../../electron/contract/frame.ts';
import { coverageOf, maskPlane } from '../../../renderer/editor/mask-plane.ts';
import { resamplePlane } from '../../../renderer/editor/resample-plane.ts';

const filled = (width: number, height: number, value: (x: number, y: number) => number) =>
  maskPlane(
    width,
    height,
    Uint8ClampedArray.from({ length: width * height }, (_, at) => value(at % width, Math.floor(at / width))),
  );

describe('a resized mask', () => {
  it('is equal at the same size, in a plane of its own', () => {
    const plane = filled(3, 2, (x, y) => 10 * x + y);
    const same = resamplePlane(plane, { width: 3, height: 2 });
    expect(same).toEqual(plane);
    expect(same.data).not.toBe(plane.data);
  });

  it('keeps every value of a uniform mask, whatever the sizes', () => {
    fc.assert(
      fc.property(
        fc.integer({ min: 0, max: 255 }),
        fc.integer({ min: 1, max: 40 }),
        fc.integer({ min: 1, max: 40 }),
        fc.integer({ min: 1, max: 4 }),
        (value, width, height, factor) => {
          const small = filled(width, height, () => value);
          const large = resamplePlane(small, { width: width * factor, height: height * factor });
          expect(new Set(large.data)).toEqual(new Set([value]));
          expect(resamplePlane(large, small)).toEqual(small);
        },
      ),
    );
  });

  it('keeps its position and share of the picture', () => {
    const plane = filled(400, 300, (x, y) => (x >= 100 && x < 300 && y >= 60 && y < 150 ? 255 : 0));
    const smaller = resamplePlane(plane, { width: 133, height: 100 });
    expect(coverageOf(smaller)).toBeCloseTo(coverageOf(plane), 2);
    expect(smaller.data[35 * 133 + 66]).toBe(255);
    expect(smaller.data[10 * 133 + 66]).toBe(0);
  });

  it('is refused at another aspect ratio', () => {
    const plane = filled(40, 30, () => 0);
    expect(() => resamplePlane(plane, { width: 30, height: 40 })).toThrow(
      expect.objectContaining({ code: 'SIZE_MISMATCH' }),
    );
  });
});

it('masks have the background’s size up to four megapixels, and its aspect ratio above', () => {
  expect(maskSize({ width: 2000, height: 2000 })).toEqual({ width: 2000, height: 2000 });
  fc.assert(
    fc.property(fc.integer({ min: 1, max: 16_384 }), fc.integer({ min: 1, max: 6000 }), (width, height) => {
      const size = maskSize({ width, height });
      // Sides are integers: a rounded one may be half a pixel longer.
      expect(size.width * size.height).toBeLessThanOrEqual(4_000_000 + size.width + size.height);
      const scale = Math.min(Math.sqrt(4_000_000 / (width * height)), 1);
      expect(Math.abs(size.width - width * scale)).toBeLessThanOrEqual(1);
      expect(Math.abs(size.height - height * scale)).toBeLessThanOrEqual(1);
    }),
  );
});
