/** The geometry of placed pictures: invariants under every way of dragging. */
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { Point } from '../../../renderer/editor/mask-plane.ts';
import {
  boundsOfPlaced,
  CORNERS,
  cornerOf,
  cornersOf,
  flip,
  isInPlaced,
  moveBy,
  normaliseDeg,
  nudgeOf,
  type PlacedGeometry,
  rotateByDrag,
  scaleByCorner,
  toPicture,
} from '../../../renderer/editor/placement.ts';

const image = { width: 300, height: 200 };
const at = (x: number, y: number): Point => ({ x, y });

const coordinate = fc.double({ min: -5000, max: 5000, noNaN: true });
const points = fc.record({ x: coordinate, y: coordinate });
const placements: fc.Arbitrary<PlacedGeometry> = fc.record({
  x: coordinate,
  y: coordinate,
  scale: fc.double({ min: 0.05, max: 20, noNaN: true }),
  rotationDeg: fc.double({ min: -179.99, max: 180, noNaN: true }),
  flipX: fc.boolean(),
  flipY: fc.boolean(),
});
const corners = fc.constantFrom(...CORNERS);

function expectNear(a: Point, b: Point, within = 1e-4): void {
  expect(Math.hypot(a.x - b.x, a.y - b.y)).toBeLessThan(within);
}

describe('a placed picture', () => {
  it('has its corners where the formula puts them, and its middle at its centre', () => {
    const placed = { x: 100, y: 50, scale: 2, rotationDeg: 90, flipX: false, flipY: false };
    // Rotated clockwise by a quarter turn, the top left corner is at the top right.
    expectNear(cornerOf(placed, image, 'topLeft'), at(100 + 200, 50 - 300));
    expectNear(cornerOf(placed, image, 'bottomRight'), at(100 - 200, 50 + 300));
    fc.assert(
      fc.property(placements, (any) => {
        const around = cornersOf(any, image);
        const middle = { x: 0, y: 0 };
        for (const { x, y } of around) {
          middle.x += x / 4;
          middle.y += y / 4;
        }
        expectNear(middle, any);
        const { left, right, top, bottom } = boundsOfPlaced(any, image);
        expect((left + right) / 2).toBeCloseTo(any.x, 4);
        expect((top + bottom) / 2).toBeCloseTo(any.y, 4);
      }),
    );
  });

  it('maps a point to the pixel under it, with the corners of the frame at those of the picture, mirrored or not', () => {
    fc.assert(
      fc.property(placements, corners, (placed, corner) => {
        const { x, y } = toPicture(placed, image, cornerOf(placed, image, corner));
        const isRight = corner.endsWith('Right') !== placed.flipX;
        const isBottom = corner.startsWith('bottom') !== placed.flipY;
        expectNear(at(x, y), at(isRight ? image.width : 0, isBottom ? image.height : 0), 1e-3);
        expect(isInPlaced(placed, image, placed)).toBe(true);
      }),
    );
  });
});

describe('scaling by a corner', () => {
  it('moves the corner to the pointer along its diagonal and keeps the opposite one', () => {
    fc.assert(
      fc.property(placements, corners, fc.double({ min: 0.5, max: 3, noNaN: true }), (placed, corner, by) => {
        const opposite = CORNERS[(CORNERS.indexOf(corner) + 2) % 4]!;
        const fixed = cornerOf(placed, image, opposite);
        const from = cornerOf(placed, image, corner);
        const to = at(fixed.x + (from.x - fixed.x) * by, fixed.y + (from.y - fixed.y) * by);
        const scaled = scaleByCorner(placed, image, corner, to, 'opposite');
        expect(scaled.scale).toBeCloseTo(Math.min(placed.scale * by, 64), 6);
        expectNear(cornerOf(scaled, image, opposite), fixed, 1e-3);
        if (placed.scale * by < 64) expectNear(cornerOf(scaled, image, corner), to, 1e-3);
      }),
    );
  });

  it('keeps its centre of scaling, and never flips the picture or shrinks it to nothing', () => {
    fc.assert(
      fc.property(placements, corners, points, (placed, corner, to) => {
        const scaled = scaleByCorner(placed, image, corner, to, 'centre');
        expectNear(scaled, placed);
        expect(scaled.scale * image.width).toBeGreaterThanOrEqual(4 - 1e-9);
        expect(scaled.scale).toBeLessThanOrEqual(64);
        expect(scaled.rotationDeg).toBe(placed.rotationDeg);
      }),
    );
  });
});

describe('rotating', () => {
  it('follows the pointer around the centre, and back again', () => {
    fc.assert(
      fc.property(placements, points, points, (placed, from, to) => {
        fc.pre(Math.hypot(from.x - placed.x, from.y - placed.y) > 1);
        fc.pre(Math.hypot(to.x - placed.x, to.y - placed.y) > 1);
        const turned = rotateByDrag(placed, from, to, false);
        const back = rotateByDrag(turned, to, from, false);
        expect(Math.abs(normaliseDeg(back.rotationDeg - placed.rotationDeg))).toBeLessThan(1e-6);
        expect(Math.abs(turned.rotationDeg)).toBeLessThanOrEqual(180);
      }),
    );
  });

  it('snaps to fifteen degrees with Shift, whatever the starting angle', () => {
    fc.assert(
      fc.property(placements, points, points, (placed, from, to) => {
        const { rotationDeg } = rotateByDrag(placed, from, to, true);
        expect(Math.abs(rotationDeg % 15)).toBe(0);
      }),
    );
  });
});

describe('mirroring', () => {
  it('shows the mirror image, about a line through the centre', () => {
    fc.assert(
      fc.property(placements, points, (placed, point) => {
        const seen = toPicture(placed, image, point);
        const mirrored = at(2 * placed.x - point.x, point.y);
        expectNear(toPicture(flip(placed, 'x'), image, mirrored), seen, 1e-3);
        const upended = at(point.x, 2 * placed.y - point.y);
        expectNear(toPicture(flip(placed, 'y'), image, upended), seen, 1e-3);
      }),
    );
  });

  it('twice changes nothing', () => {
    fc.assert(
      fc.property(placements, (placed) => {
        const twice = flip(flip(placed, 'x'), 'x');
        expect(twice).toEqual({ ...placed, rotationDeg: expect.closeTo(placed.rotationDeg, 9) });
      }),
    );
  });
});

it('moves, and is nudged by one pixel, or ten with Shift', () => {
  const placed = { x: 450, y: 300, scale: 1, rotationDeg: 0, flipX: false, flipY: false };
  expect(moveBy(placed, 3, -2)).toEqual({ ...placed, x: 453, y: 298 });
  expect(nudgeOf('ArrowLeft', false)).toEqual({ x: -1, y: 0 });
  expect(nudgeOf('ArrowDown', true)).toEqual({ x: 0, y: 10 });
  expect(nudgeOf('Enter', false)).toBeUndefined();
});
