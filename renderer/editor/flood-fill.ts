/** Fills an area enclosed by a drawn outline. */
import {
  EMPTY_RECT,
  INSIDE_FROM,
  type MaskPlane,
  type PixelRect,
  type Point,
  uniteRects,
} from './mask-plane.ts';

/**
 * Raises a coverage plane to 255 over the connected area around a point that is on the same side of the mask as the
 * point, 4-connected, so that a line one pixel wide stops the fill.
 *
 * @param mask that bounds the area
 * @param coverage written to; of the mask's size
 * @returns the pixels that changed; empty for a point outside the picture
 */
export function floodFill(mask: MaskPlane, coverage: MaskPlane, { x, y }: Point): PixelRect {
  const { width, height, data } = mask;
  const startX = Math.floor(x);
  const startY = Math.floor(y);
  if (startX < 0 || startY < 0 || startX >= width || startY >= height) return EMPTY_RECT;
  const inside = data[startY * width + startX]! >= INSIDE_FROM;
  const belongs = (at: number) => data[at]! >= INSIDE_FROM === inside;

  // 1. Span by span: each entry is a pixel whose row has to be filled.
  const pending = [startY * width + startX];
  let changed: PixelRect = EMPTY_RECT;
  while (pending.length > 0) {
    const seed = pending.pop()!;
    if (coverage.data[seed] === 255) continue;
    const row = Math.floor(seed / width);
    const rowStart = row * width;
    let left = seed;
    while (left > rowStart && belongs(left - 1)) left--;
    let right = seed;
    while (right < rowStart + width - 1 && belongs(right + 1)) right++;
    coverage.data.fill(255, left, right + 1);
    changed = uniteRects(changed, {
      left: left - rowStart,
      top: row,
      right: right - rowStart + 1,
      bottom: row + 1,
    });
    // 2. One seed for each run of the rows above and below.
    for (const neighbour of [row > 0 ? -width : 0, row < height - 1 ? width : 0]) {
      if (neighbour === 0) continue;
      for (let at = left + neighbour; at <= right + neighbour; at++) {
        const startsRun = at === left + neighbour || !belongs(at - 1) || coverage.data[at - 1] === 255;
        if (belongs(at) && coverage.data[at] !== 255 && startsRun) pending.push(at);
      }
    }
  }
  return changed;
}
