import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { applyStroke, type Dab, stampCapsule } from '../../../renderer/editor/brush-stroke.ts';
import { floodFill } from '../../../renderer/editor/flood-fill.ts';
import {
  boundsOf,
  coverageOf,
  EMPTY_RECT,
  type MaskPlane,
  maskPlane,
  planeRect,
} from '../../../renderer/editor/mask-plane.ts';
import { ellipseOutline, fillPolygon, rectangleOutline } from '../../../renderer/editor/polygon-fill.ts';
import { transformPlane } from '../../../renderer/editor/transform-plane.ts';

/** A plane from lines of text: '#' is 255, '+' is 128, anything else 0. */
function drawn(...lines: string[]): MaskPlane {
  const data = Uint8ClampedArray.from(lines.join(''), (sign) => ({ '#': 255, '+': 128 })[sign] ?? 0);
  return maskPlane(lines[0]!.length, lines.length, data);
}

const dab = fc.record({
  x: fc.double({ min: -10, max: 50, noNaN: true }),
  y: fc.double({ min: -10, max: 50, noNaN: true }),
  radiusPx: fc.double({ min: 0.5, max: 20, noNaN: true }),
});

function distanceToSegment(x: number, y: number, from: Dab, to: Dab): number {
  const length = Math.hypot(to.x - from.x, to.y - from.y);
  const share =
    length === 0 ? 0 : ((x - from.x) * (to.x - from.x) + (y - from.y) * (to.y - from.y)) / length ** 2;
  const at = Math.min(Math.max(share, 0), 1);
  return Math.hypot(x - from.x - at * (to.x - from.x), y - from.y - at * (to.y - from.y));
}

describe('brush strokes', () => {
  it('cover everything within the radius of the line, and nothing beyond its edge', () => {
    fc.assert(
      fc.property(dab, dab, (from, end) => {
        const to = { ...end, radiusPx: from.radiusPx };
        const plane = maskPlane(40, 40);
        stampCapsule(plane, from, to, 1);
        for (let at = 0; at < plane.data.length; at++) {
          const away = distanceToSegment((at % 40) + 0.5, Math.floor(at / 40) + 0.5, from, to);
          if (away <= from.radiusPx - 0.51) expect(plane.data[at]).toBe(255);
          if (away >= from.radiusPx + 0.51) expect(plane.data[at]).toBe(0);
        }
      }),
    );
  });

  it('report every pixel that they change', () => {
    fc.assert(
      fc.property(dab, dab, fc.double({ min: 0, max: 1, noNaN: true }), (from, to, hardness) => {
        const plane = maskPlane(40, 40);
        const { left, top, right, bottom } = stampCapsule(plane, from, to, hardness);
        const bounds = boundsOf(plane);
        if (bounds === EMPTY_RECT) return;
        expect(bounds.left).toBeGreaterThanOrEqual(left);
        expect(bounds.top).toBeGreaterThanOrEqual(top);
        expect(bounds.right).toBeLessThanOrEqual(right);
        expect(bounds.bottom).toBeLessThanOrEqual(bottom);
      }),
    );
  });

  it('are the same in one piece and in two', () => {
    const whole = maskPlane(40, 40);
    stampCapsule(whole, { x: 5, y: 20, radiusPx: 4 }, { x: 35, y: 20, radiusPx: 4 }, 0.3);
    const pieces = maskPlane(40, 40);
    stampCapsule(pieces, { x: 5, y: 20, radiusPx: 4 }, { x: 17, y: 20, radiusPx: 4 }, 0.3);
    stampCapsule(pieces, { x: 17, y: 20, radiusPx: 4 }, { x: 35, y: 20, radiusPx: 4 }, 0.3);
    expect(pieces).toEqual(whole);
  });

  it('fall off from the middle of a soft brush and are full up to the edge of a hard one', () => {
    const at = (hardness: number, x: number) => {
      const plane = maskPlane(41, 1);
      const middle = { x: 20.5, y: 0.5, radiusPx: 20 };
      stampCapsule(plane, middle, middle, hardness);
      return plane.data[x]!;
    };
    expect(at(1, 39)).toBe(255);
    expect(at(0, 30)).toBeGreaterThan(100);
    expect(at(0, 30)).toBeLessThan(150);
    expect(at(0, 38)).toBeLessThan(20);
    expect(at(0.5, 30)).toBeGreaterThan(at(0, 30));
  });

  it('paint towards white, erase towards black, and change nothing outside the stroke', () => {
    const base = drawn('.+#');
    const into = maskPlane(3, 1);
    const half = maskPlane(3, 1, Uint8ClampedArray.of(128, 128, 0));
    applyStroke(base, half, into, 'paint', planeRect(base));
    expect([...into.data]).toEqual([128, 192, 255]);
    applyStroke(base, half, into, 'erase', planeRect(base));
    expect([...into.data]).toEqual([0, 64, 255]);
  });
});

describe('outlines', () => {
  it('cover exactly the area of a rectangle, with partial pixels by their share', () => {
    fc.assert(
      fc.property(
        fc.double({ min: 0, max: 19, noNaN: true }),
        fc.integer({ min: 0, max: 9 }),
        fc.double({ min: 0.1, max: 20, noNaN: true }),
        fc.integer({ min: 1, max: 10 }),
        (left, top, width, height) => {
          const plane = maskPlane(40, 20);
          fillPolygon(plane, rectangleOutline({ x: left, y: top }, { x: left + width, y: top + height }));
          const area = plane.data.reduce((sum, value) => sum + value, 0) / 255;
          // Every pixel is rounded to one of 255 steps.
          expect(Math.abs(area - width * height)).toBeLessThan(0.1);
        },
      ),
    );
  });

  it('fill a self-intersecting outline completely, whatever its direction', () => {
    const star = [0, 2, 4, 1, 3].map((tip) => ({
      x: 20 + 18 * Math.sin((tip * 2 * Math.PI) / 5),
      y: 20 - 18 * Math.cos((tip * 2 * Math.PI) / 5),
    }));
    const one = maskPlane(40, 40);
    fillPolygon(one, star);
    const other = maskPlane(40, 40);
    fillPolygon(other, star.toReversed());
    expect(one.data[20 * 40 + 20]).toBe(255);
    expect(other).toEqual(one);
  });

  it('draw an ellipse of the right area', () => {
    const plane = maskPlane(60, 40);
    fillPolygon(plane, ellipseOutline({ x: 5, y: 5 }, { x: 55, y: 35 }));
    const area = plane.data.reduce((sum, value) => sum + value, 0) / 255;
    expect(Math.abs(area / (Math.PI * 25 * 15) - 1)).toBeLessThan(0.01);
  });

  it('draw nothing for fewer than three corners or beyond the picture', () => {
    const plane = maskPlane(10, 10);
    expect(
      fillPolygon(plane, [
        { x: 1, y: 1 },
        { x: 5, y: 5 },
      ]),
    ).toBe(EMPTY_RECT);
    fillPolygon(plane, rectangleOutline({ x: 20, y: 20 }, { x: 30, y: 30 }));
    expect(boundsOf(plane)).toBe(EMPTY_RECT);
  });
});

describe('flood fill', () => {
  const ring = drawn('......', '.####.', '.#..#.', '.#..#.', '.####.', '......');

  it('fills what an outline encloses and nothing else', () => {
    const plane = maskPlane(6, 6);
    expect(floodFill(ring, plane, { x: 2.5, y: 2.5 })).toEqual({ left: 2, top: 2, right: 4, bottom: 4 });
    expect(plane).toEqual(drawn('......', '......', '..##..', '..##..', '......', '......'));
  });

  it('is stopped by a line whose pixels touch only at corners', () => {
    const diagonal = drawn('#..', '.#.', '..#');
    const plane = maskPlane(3, 3);
    floodFill(diagonal, plane, { x: 2.5, y: 0.5 });
    expect(plane).toEqual(drawn('.##', '..#', '...'));
  });

  it('finds its way around every corner', () => {
    const maze = drawn('.#...', '.#.#.', '...#.', '####.', '.....');
    const plane = maskPlane(5, 5);
    floodFill(maze, plane, { x: 0.5, y: 0.5 });
    expect(plane).toEqual(drawn('#.###', '#.#.#', '###.#', '....#', '#####'));
  });

  it('does nothing outside the picture', () => {
    expect(floodFill(ring, maskPlane(6, 6), { x: -1, y: 2 })).toBe(EMPTY_RECT);
    expect(floodFill(ring, maskPlane(6, 6), { x: 2, y: 6 })).toBe(EMPTY_RECT);
  });
});

describe('moving', () => {
  const none = { offsetX: 0, offsetY: 0, scaleX: 1, scaleY: 1, originX: 0, originY: 0 };

  it('copies exactly when moving by whole pixels', () => {
    const mask = drawn('......', '.#+...', '.##...', '......');
    const into = maskPlane(6, 4);
    transformPlane(mask, boundsOf(mask), { ...none, offsetX: 2, offsetY: 1 }, into);
    expect(into).toEqual(drawn('......', '......', '...#+.', '...##.'));
  });

  it('scales about the given origin', () => {
    const mask = drawn('........', '..##....', '..##....', '........');
    const into = maskPlane(8, 4);
    transformPlane(mask, boundsOf(mask), { ...none, scaleX: 2, originX: 2 }, into);
    expect(boundsOf(into).top).toBe(1);
    expect(into.data[8 + 3]).toBe(255);
    expect(into.data[8 + 4]).toBe(255);
    expect(into.data[8 + 7]).toBe(0);
  });
});

describe('mask measurements', () => {
  it('find the bounds and the share inside', () => {
    const mask = drawn('.....', '..#+.', '..#..', '.....');
    expect(boundsOf(mask)).toEqual({ left: 2, top: 1, right: 4, bottom: 3 });
    expect(coverageOf(mask)).toBeCloseTo(3 / 20);
    expect(boundsOf(maskPlane(3, 3))).toBe(EMPTY_RECT);
  });

  it('refuse data that do not fill the plane', () => {
    expect(() => maskPlane(3, 3, new Uint8ClampedArray(8))).toThrow(
      expect.objectContaining({ code: 'SIZE_MISMATCH' }),
    );
  });
});
