/** Turns and mirrors a mask about the middle of its own box, so that it stays where it is. Values are exact. */
import { boundsOf, isEmptyRect, type MaskPlane, maskPlane } from './mask-plane.ts';

/** Quarter turns, seen with y downwards, and mirrors. */
export type Turn = 'rotateRight' | 'rotateLeft' | 'flipX' | 'flipY';

/**
 * @returns a new plane of the same size. A turned box that would leave the picture is moved back into it where it fits,
 *   and cut off where it does not.
 */
export function turnPlane(plane: MaskPlane, turn: Turn): MaskPlane {
  const turned = maskPlane(plane.width, plane.height);
  const bounds = boundsOf(plane);
  if (isEmptyRect(bounds)) return turned;
  const [width, height] = [bounds.right - bounds.left, bounds.bottom - bounds.top];
  const isQuarter = turn === 'rotateRight' || turn === 'rotateLeft';
  const [newWidth, newHeight] = isQuarter ? [height, width] : [width, height];
  // Where the middle is not on the grid, a wide box is rounded one way and a tall one the other: two turns in opposite
  // directions, or four in the same, give back the mask.
  const onGrid = width > height ? Math.floor : Math.ceil;
  const left = within(onGrid((bounds.left + bounds.right - newWidth) / 2), newWidth, plane.width);
  const top = within(onGrid((bounds.top + bounds.bottom - newHeight) / 2), newHeight, plane.height);
  for (let y = 0; y < newHeight; y++) {
    if (top + y < 0 || top + y >= plane.height) continue;
    for (let x = 0; x < newWidth; x++) {
      if (left + x < 0 || left + x >= plane.width) continue;
      const [fromX, fromY] = sourceOf(turn, x, y, width, height);
      turned.data[(top + y) * plane.width + left + x] =
        plane.data[(bounds.top + fromY) * plane.width + bounds.left + fromX]!;
    }
  }
  return turned;
}

/** Where a pixel of the turned box comes from, within the box. @param width of the box before, as `height` */
function sourceOf(turn: Turn, x: number, y: number, width: number, height: number): [x: number, y: number] {
  switch (turn) {
    case 'rotateRight':
      return [y, height - 1 - x];
    case 'rotateLeft':
      return [width - 1 - y, x];
    case 'flipX':
      return [width - 1 - x, y];
    case 'flipY':
      return [x, height - 1 - y];
  }
}

/** A position moved so that a length lies in the picture, if it can. */
function within(start: number, length: number, size: number): number {
  return length > size ? start : Math.min(Math.max(start, 0), size - length);
}
