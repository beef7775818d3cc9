/** Snapping to edges and centres. */
import fc from 'fast-check';
import { expect, it } from 'vitest';
import { type Box, snapBox } from '../../../renderer/editor/snapping.ts';

const background: Box = { left: 0, top: 0, right: 1000, bottom: 600 };
const box = (left: number, top: number, width = 100, height = 80): Box => ({
  left,
  top,
  right: left + width,
  bottom: top + height,
});

it('snaps edges and the centre to those of the background', () => {
  expect(snapBox(box(4, 200), [background], 6)).toEqual({ x: -4, y: 0, guides: [{ axis: 'x', at: 0 }] });
  expect(snapBox(box(897, 517), [background], 6)).toEqual({
    x: 3,
    y: 3,
    guides: [
      { axis: 'x', at: 1000 },
      { axis: 'y', at: 600 },
    ],
  });
  expect(snapBox(box(448, 100), [background], 6)).toEqual({ x: 2, y: 0, guides: [{ axis: 'x', at: 500 }] });
  expect(snapBox(box(20, 200), [background], 6)).toEqual({ x: 0, y: 0, guides: [] });
});

it('snaps to other placed pictures, the nearest line first', () => {
  const other = box(300, 300);
  expect(snapBox(box(203, 100), [background, other], 6).x).toBe(-3);
  expect(snapBox(box(298, 100), [background, other], 6).x).toBe(2);
});

it('never moves farther than its reach, and stays where it has snapped', () => {
  const numbers = fc.double({ min: -200, max: 1200, noNaN: true });
  const boxes = fc
    .tuple(
      numbers,
      numbers,
      fc.double({ min: 1, max: 400, noNaN: true }),
      fc.double({ min: 1, max: 400, noNaN: true }),
    )
    .map(([left, top, width, height]) => box(left, top, width, height));
  fc.assert(
    fc.property(boxes, fc.array(boxes, { maxLength: 4 }), (moved, others) => {
      const targets = [background, ...others];
      const { x, y } = snapBox(moved, targets, 6);
      expect(Math.max(Math.abs(x), Math.abs(y))).toBeLessThanOrEqual(6);
      const rested = {
        left: moved.left + x,
        right: moved.right + x,
        top: moved.top + y,
        bottom: moved.bottom + y,
      };
      const again = snapBox(rested, targets, 6);
      expect(Math.max(Math.abs(again.x), Math.abs(again.y))).toBeLessThan(1e-9);
    }),
  );
});
