/** Decides whether a mask found under a point is an object, and not the ground or the sky. Pure. */
import { boundsOf, coverageOf, INSIDE_FROM, type MaskPlane } from './mask-plane.ts';

/** Smallest and largest share of the picture covered by an object. */
const MIN_SHARE = 0.001;
const MAX_SHARE = 0.4;
/** An object may touch one border of the picture; a region that touches two is part of the scene. */
const MAX_BORDERS = 1;

/** @param x in mask pixels */
export function isInside({ width, height, data }: MaskPlane, x: number, y: number): boolean {
  const [column, row] = [Math.floor(x), Math.floor(y)];
  if (column < 0 || row < 0 || column >= width || row >= height) return false;
  return data[row * width + column]! >= INSIDE_FROM;
}

/** @param x the point, in mask pixels */
export function isObjectUnder(mask: MaskPlane, x: number, y: number): boolean {
  if (!isInside(mask, x, y)) return false;
  const share = coverageOf(mask);
  if (share < MIN_SHARE || share > MAX_SHARE) return false;
  const { left, top, right, bottom } = boundsOf(mask);
  const borders = [left === 0, top === 0, right === mask.width, bottom === mask.height];
  return borders.filter(Boolean).length <= MAX_BORDERS;
}
