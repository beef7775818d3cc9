import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { type ContourLine, MaskContour } from '../../../renderer/editor/mask-contour.ts';
import { type MaskPlane, maskPlane } from '../../../renderer/editor/mask-plane.ts';

const WIDTH = 7;
const HEIGHT = 6;

/** Every unit edge between a pixel inside and one outside, as "x,y-x,y". */
function sidesOf(plane: MaskPlane): string[] {
  const isInside = (x: number, y: number) =>
    x >= 0 && y >= 0 && x < plane.width && y < plane.height && plane.data[y * plane.width + x]! >= 128;
  const sides: string[] = [];
  for (let y = 0; y <= plane.height; y++) {
    for (let x = 0; x <= plane.width; x++) {
      if (isInside(x, y) !== isInside(x, y - 1)) sides.push(`${x},${y}-${x + 1},${y}`);
      if (isInside(x, y) !== isInside(x - 1, y)) sides.push(`${x},${y}-${x},${y + 1}`);
    }
  }
  return sides.toSorted();
}

function sidesIn(contour: MaskContour): string[] {
  const sides: string[] = [];
  for (const { fromX, fromY, toX, toY } of contour.lines()) {
    for (let x = fromX; x < toX; x++) sides.push(`${x},${fromY}-${x + 1},${fromY}`);
    for (let y = fromY; y < toY; y++) sides.push(`${fromX},${y}-${fromX},${y + 1}`);
  }
  return sides.toSorted();
}

const rows = fc.array(fc.constantFrom(0, 127, 128, 255), {
  minLength: WIDTH * HEIGHT,
  maxLength: WIDTH * HEIGHT,
});

describe('the contour of a mask', () => {
  it('is every edge between inside and outside, including the picture’s border', () => {
    fc.assert(
      fc.property(rows, (data) => {
        const plane = maskPlane(WIDTH, HEIGHT, Uint8ClampedArray.from(data));
        const contour = new MaskContour(plane);
        contour.update(plane, 0, HEIGHT);
        expect(sidesIn(contour)).toEqual(sidesOf(plane));
      }),
    );
  });

  it('is still right when only the changed rows are updated', () => {
    fc.assert(
      fc.property(rows, rows, fc.nat(HEIGHT), fc.nat(HEIGHT), (before, after, a, b) => {
        const [top, bottom] = [Math.min(a, b), Math.max(a, b)];
        const plane = maskPlane(WIDTH, HEIGHT, Uint8ClampedArray.from(before));
        const contour = new MaskContour(plane);
        contour.update(plane, 0, HEIGHT);
        plane.data.set(after.slice(top * WIDTH, bottom * WIDTH), top * WIDTH);
        contour.update(plane, top, bottom);
        expect(sidesIn(contour)).toEqual(sidesOf(plane));
      }),
    );
  });

  it('gives the lines that touch a rectangle, which need not be of whole pixels', () => {
    const coordinate = fc.oneof(fc.double({ min: -2, max: 9, noNaN: true }), fc.integer({ min: -2, max: 9 }));
    fc.assert(
      fc.property(rows, coordinate, coordinate, coordinate, coordinate, (data, x1, y1, x2, y2) => {
        const within = {
          left: Math.min(x1, x2),
          right: Math.max(x1, x2),
          top: Math.min(y1, y2),
          bottom: Math.max(y1, y2),
        };
        const touches = ({ fromX, fromY, toX, toY }: ContourLine) =>
          fromX <= within.right && toX >= within.left && fromY <= within.bottom && toY >= within.top;
        const plane = maskPlane(WIDTH, HEIGHT, Uint8ClampedArray.from(data));
        const contour = new MaskContour(plane);
        contour.update(plane, 0, HEIGHT);
        expect([...contour.lines(within)]).toEqual([...contour.lines()].filter(touches));
      }),
    );
  });
});
