/** The soft edge of a cut-out: for renders, exports and the canvas alike. */
import { squaredDistanceTo } from './distance-transform.ts';
import { REGION_THRESHOLD } from './region.ts';

/** A side of pixels where the cut-out goes on: nothing fades there. */
export interface OpenSides {
  readonly left?: boolean;
  readonly right?: boolean;
  readonly top?: boolean;
  readonly bottom?: boolean;
}

/**
 * Lowers the opacity at the cut-out's outline to 0, rising linearly to what it was at a distance inside. A side of the
 * pixels is an outline, too, unless it is open.
 *
 * @param data RGBA, row-major, `4 * width * height` values of 0..255; only the fourth of each pixel changes
 * @param widthPx width of the edge in pixels; 0 changes nothing
 */
export function softenEdge(
  data: Uint8Array | Uint8ClampedArray,
  { width, height }: { readonly width: number; readonly height: number },
  widthPx: number,
  { left = false, right = false, top = false, bottom = false }: OpenSides = {},
): void {
  if (widthPx <= 0) return;
  const padded = { width: width + 2, height: height + 2 };
  const outside = new Uint8Array(padded.width * padded.height).fill(1);
  for (let y = 0; y < padded.height; y++) {
    if (left) outside[y * padded.width] = 0;
    if (right) outside[(y + 1) * padded.width - 1] = 0;
  }
  if (top) outside.fill(0, 0, padded.width);
  if (bottom) outside.fill(0, (padded.height - 1) * padded.width);
  for (let y = 0; y < height; y++) {
    for (let x = 0; x < width; x++) {
      const isInside = data[4 * (y * width + x) + 3]! >= 255 * REGION_THRESHOLD;
      if (isInside) outside[(y + 1) * padded.width + x + 1] = 0;
    }
  }
  const squared = squaredDistanceTo({ inside: outside, ...padded });
  for (let y = 0; y < height; y++) {
    for (let x = 0; x < width; x++) {
      const distance = Math.sqrt(squared[(y + 1) * padded.width + x + 1]!);
      const at = 4 * (y * width + x) + 3;
      data[at] = Math.round(data[at]! * Math.min(distance / (widthPx + 1), 1));
    }
  }
}
