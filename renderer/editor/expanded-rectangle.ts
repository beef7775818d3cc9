/** The rectangle around a mask within which dilution leaves the object alone (method.md, stage 2 step 5). */
import { boundsOf, intersectRects, type MaskPlane, type PixelRect, planeRect } from './mask-plane.ts';

/**
 * The bounding rectangle of the latent elements of which the mask covers at least half, grown by a margin. It is
 * the method's own as long as no concept in front covers the mask and masks have no feather.
 *
 * @param expandLatent margin per side in latent elements
 * @param downscale image pixels per latent element
 * @returns in image pixels; undefined when the mask covers half of no element
 */
export function expandedRectangle(
  mask: MaskPlane,
  expandLatent: number,
  downscale: number,
): PixelRect | undefined {
  const bounds = boundsOf(mask);
  let [left, top, right, bottom] = [Number.POSITIVE_INFINITY, Number.POSITIVE_INFINITY, -1, -1];
  for (let row = Math.floor(bounds.top / downscale); row * downscale < bounds.bottom; row++) {
    for (let column = Math.floor(bounds.left / downscale); column * downscale < bounds.right; column++) {
      if (!isHalfCovered(mask, column * downscale, row * downscale, downscale)) continue;
      left = Math.min(left, column);
      top = Math.min(top, row);
      right = Math.max(right, column + 1);
      bottom = Math.max(bottom, row + 1);
    }
  }
  if (right < 0) return undefined;
  const grown = {
    left: (left - expandLatent) * downscale,
    top: (top - expandLatent) * downscale,
    right: (right + expandLatent) * downscale,
    bottom: (bottom + expandLatent) * downscale,
  };
  return intersectRects(grown, planeRect(mask));
}

function isHalfCovered({ data, width, height }: MaskPlane, left: number, top: number, size: number): boolean {
  let sum = 0;
  for (let y = top; y < Math.min(top + size, height); y++) {
    for (let x = left; x < Math.min(left + size, width); x++) sum += data[y * width + x]!;
  }
  return sum >= 127.5 * size * size;
}
