/**
 * A mask in the editor: one byte per pixel, 0 outside and 255 inside, and rectangles of changes. Redrawing and
 * copying work on such a rectangle, never on the whole plane.
 */
import { StudioError } from '../../electron/contract/errors.ts';
import { REGION_THRESHOLD } from '../../electron/pipeline/masks/region.ts';

/** Least value of a pixel inside: the method's region threshold, in bytes. */
export const INSIDE_FROM = Math.ceil(255 * REGION_THRESHOLD);

/** Row-major bytes, 0..255. Mutable by the plane's owner. */
export interface MaskPlane {
  readonly width: number;
  readonly height: number;
  readonly data: Uint8ClampedArray<ArrayBuffer>;
}

/** A point in image pixels; the centre of the first pixel is (0.5, 0.5). */
export interface Point {
  readonly x: number;
  readonly y: number;
}

/** Pixels left <= x < right, top <= y < bottom, whole numbers; empty when right <= left or bottom <= top. */
export interface PixelRect {
  readonly left: number;
  readonly top: number;
  readonly right: number;
  readonly bottom: number;
}

export const EMPTY_RECT: PixelRect = { left: 0, top: 0, right: 0, bottom: 0 };

/** A plane of zeros, or around existing bytes, not copied. */
export function maskPlane(
  width: number,
  height: number,
  data: Uint8ClampedArray<ArrayBuffer> = new Uint8ClampedArray(width * height),
): MaskPlane {
  if (data.length !== width * height) {
    throw new StudioError(
      'SIZE_MISMATCH',
      `A mask of ${width} x ${height} cannot hold ${data.length} pixels.`,
    );
  }
  return { width, height, data };
}

export function copyPlane(plane: MaskPlane): MaskPlane {
  return maskPlane(plane.width, plane.height, plane.data.slice());
}

/** The whole plane as a rectangle. */
export function planeRect({ width, height }: MaskPlane): PixelRect {
  return { left: 0, top: 0, right: width, bottom: height };
}

export function isEmptyRect({ left, top, right, bottom }: PixelRect): boolean {
  return right <= left || bottom <= top;
}

/** The smallest rectangle around two; an empty one adds nothing. */
export function uniteRects(a: PixelRect, b: PixelRect): PixelRect {
  if (isEmptyRect(a)) return b;
  if (isEmptyRect(b)) return a;
  return {
    left: Math.min(a.left, b.left),
    top: Math.min(a.top, b.top),
    right: Math.max(a.right, b.right),
    bottom: Math.max(a.bottom, b.bottom),
  };
}

/** The intersection of two rectangles. */
export function intersectRects(a: PixelRect, b: PixelRect): PixelRect {
  const shared = {
    left: Math.max(a.left, b.left),
    top: Math.max(a.top, b.top),
    right: Math.min(a.right, b.right),
    bottom: Math.min(a.bottom, b.bottom),
  };
  return isEmptyRect(shared) ? EMPTY_RECT : shared;
}

/** The whole pixels that a rectangle in image coordinates touches, clipped to the plane. */
export function touchedRect(
  minX: number,
  minY: number,
  maxX: number,
  maxY: number,
  plane: MaskPlane,
): PixelRect {
  return intersectRects(
    { left: Math.floor(minX), top: Math.floor(minY), right: Math.ceil(maxX), bottom: Math.ceil(maxY) },
    planeRect(plane),
  );
}

/** Copies a rectangle between planes of one size. */
export function copyRect(from: MaskPlane, to: MaskPlane, { left, top, right, bottom }: PixelRect): void {
  for (let y = top; y < bottom; y++) {
    const row = y * from.width;
    to.data.set(from.data.subarray(row + left, row + right), row + left);
  }
}

/** Sets a rectangle to zeros. */
export function clearRect(plane: MaskPlane, { left, top, right, bottom }: PixelRect): void {
  for (let y = top; y < bottom; y++) plane.data.fill(0, y * plane.width + left, y * plane.width + right);
}

/** The smallest rectangle around every pixel of at least a value. */
export function boundsOf({ width, height, data }: MaskPlane, from = 1): PixelRect {
  let [left, top, right, bottom] = [width, height, 0, 0];
  for (let y = 0; y < height; y++) {
    const row = y * width;
    let first = 0;
    while (first < width && data[row + first]! < from) first++;
    if (first === width) continue;
    let last = width - 1;
    while (data[row + last]! < from) last--;
    if (top === height) top = y;
    bottom = y + 1;
    if (first < left) left = first;
    if (last + 1 > right) right = last + 1;
  }
  return bottom === 0 ? EMPTY_RECT : { left, top, right, bottom };
}

/** Share of the plane that is inside (at least half covered), 0..1. */
export function coverageOf({ data }: MaskPlane): number {
  let inside = 0;
  for (let at = 0; at < data.length; at++) if (data[at]! >= INSIDE_FROM) inside++;
  return data.length === 0 ? 0 : inside / data.length;
}

/** Intersection over union of two masks of one size; 1 for two empty ones. */
export function overlapOf(a: MaskPlane, b: MaskPlane): number {
  let both = 0;
  let either = 0;
  for (let at = 0; at < a.data.length; at++) {
    const [isInA, isInB] = [a.data[at]! >= INSIDE_FROM, b.data[at]! >= INSIDE_FROM];
    if (isInA && isInB) both++;
    if (isInA || isInB) either++;
  }
  return either === 0 ? 1 : both / either;
}

/** Whether every pixel is 0. */
export function isBlank({ data }: MaskPlane): boolean {
  return data.every((value) => value === 0);
}
