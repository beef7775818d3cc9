/** Placements: the matrix, and its bounding box. */
import * as fc from 'fast-check';
import { expect, it } from 'vitest';
import { firstPlacement, placementBox, placementMatrix } from '../../../electron/contract/placement.ts';

const image = { width: 40, height: 20 };
const upright = { ...firstPlacement(image, { width: 400, height: 300 }), x: 100, y: 50, scale: 2 };

it('maps the picture’s centre to the placement’s, for any rotation and mirroring', () => {
  fc.assert(
    fc.property(
      fc.integer({ min: -180, max: 180 }),
      fc.boolean(),
      fc.boolean(),
      (rotationDeg, flipX, flipY) => {
        const { a, b, c, d, e, f } = placementMatrix({ ...upright, rotationDeg, flipX, flipY }, image);
        expect(a * 20 + c * 10 + e).toBeCloseTo(100);
        expect(b * 20 + d * 10 + f).toBeCloseTo(50);
        // No shear: the axes stay perpendicular and equally long.
        expect(a * c + b * d).toBeCloseTo(0);
        expect(Math.hypot(a, b)).toBeCloseTo(2);
      },
    ),
  );
});

it('rotates clockwise, and mirrors before it rotates', () => {
  const { a, b, c, d, e, f } = placementMatrix({ ...upright, rotationDeg: 90, flipX: true }, image);
  // Mirrored to the left and then rotated by a quarter turn, the picture's right end points up.
  expect([a * 40 + c * 10 + e, b * 40 + d * 10 + f].map(Math.round)).toEqual([100, 10]);
});

it('has a box around the picture or its subject, including its shadow', () => {
  expect(placementBox(upright, image)).toEqual({ left: 60, top: 30, width: 80, height: 40 });
  expect(placementBox(upright, image, { left: 10, top: 0, width: 5, height: 20 })).toEqual({
    left: 80,
    top: 30,
    width: 10,
    height: 40,
  });
  const shadow = { offsetXPx: 5, offsetYPx: 10, blurPx: 2, opacity: 0.5 };
  expect(placementBox({ ...upright, shadow }, image)).toEqual({ left: 59, top: 30, width: 92, height: 56 });
});

it('is centred at first, and never enlarged', () => {
  expect(firstPlacement({ width: 4000, height: 2000 }, { width: 1000, height: 800 })).toMatchObject({
    x: 500,
    y: 400,
    scale: 0.1,
  });
  expect(firstPlacement({ width: 40, height: 20 }, { width: 1000, height: 800 }).scale).toBe(1);
});
