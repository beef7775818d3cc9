/**
 * Painting with a round brush.
 *
 * A stroke is a chain of capsules: between two points with radii r0 and r1, a pixel's coverage depends on its
 * distance to the segment relative to the radius there. A stroke uses the maximum of its coverages, so that it does
 * not get darker where it crosses itself; the whole stroke is then added to the mask (paint) or subtracted from it
 * (erase). So a soft brush's edge does not depend on the speed of the hand.
 */
import { type MaskPlane, type PixelRect, type Point, touchedRect } from './mask-plane.ts';

/** One point of a stroke. */
export interface Dab extends Point {
  /** Radius in image pixels, > 0. */
  readonly radiusPx: number;
  /** Largest coverage, 0..1; 1 by default. */
  readonly opacity?: number | undefined;
}

export type StrokeMode = 'paint' | 'erase';

/** Edge of the hardest brush, in image pixels: just enough for antialiasing. */
const EDGE_PX = 1;

/**
 * Raises the coverage of a stroke by the capsule between two dabs.
 *
 * Coverage is 255 up to `hardness * radius` from the segment and falls to 0 at the radius along a smooth step;
 * the fall is never narrower than one pixel, centred on the radius of a hard brush.
 *
 * @param coverage the stroke so far, written to
 * @param hardness 0 (soft from the middle on) to 1 (hard edge)
 * @returns the pixels that may have changed
 */
export function stampCapsule(coverage: MaskPlane, from: Dab, to: Dab, hardness: number): PixelRect {
  const largest = Math.max(from.radiusPx, to.radiusPx) + EDGE_PX;
  const rect = touchedRect(
    Math.min(from.x, to.x) - largest,
    Math.min(from.y, to.y) - largest,
    Math.max(from.x, to.x) + largest,
    Math.max(from.y, to.y) + largest,
    coverage,
  );
  const { data, width } = coverage;
  const alongX = to.x - from.x;
  const alongY = to.y - from.y;
  const lengthSquared = alongX * alongX + alongY * alongY;
  const perLength = lengthSquared > 0 ? 1 / lengthSquared : 0;
  const radiusChange = to.radiusPx - from.radiusPx;
  const opacity = from.opacity ?? 1;
  const opacityChange = (to.opacity ?? 1) - opacity;
  for (let y = rect.top; y < rect.bottom; y++) {
    const offsetY = y + 0.5 - from.y;
    for (let x = rect.left; x < rect.right; x++) {
      const at = y * width + x;
      if (data[at] === 255) continue;
      const offsetX = x + 0.5 - from.x;
      // 1. The nearest point of the segment, as a share of its length.
      const share = Math.min(Math.max((offsetX * alongX + offsetY * alongY) * perLength, 0), 1);
      const awayX = offsetX - share * alongX;
      const awayY = offsetY - share * alongY;
      const distanceSquared = awayX * awayX + awayY * awayY;
      // 2. The distances at which the coverage starts and ends falling there.
      const radius = from.radiusPx + share * radiusChange;
      const outer = radius + EDGE_PX / 2;
      if (distanceSquared >= outer * outer) continue;
      const inner = Math.min(hardness * radius, radius - EDGE_PX / 2);
      // 3. Its value, unless the stroke already covers more.
      const fall = Math.min(Math.max((outer - Math.sqrt(distanceSquared)) / (outer - inner), 0), 1);
      const most = 255 * (opacity + share * opacityChange);
      const value = most * fall * fall * (3 - 2 * fall);
      if (value > data[at]!) data[at] = value;
    }
  }
  return rect;
}

/**
 * Adds a stroke to a mask, or subtracts it, within a rectangle.
 *
 * paint: m = base + (255 - base) s / 255; erase: m = base (255 - s) / 255.
 *
 * @param base the mask before the stroke
 * @param coverage the stroke
 * @param into written to; planes are of one size
 */
export function applyStroke(
  base: MaskPlane,
  coverage: MaskPlane,
  into: MaskPlane,
  mode: StrokeMode,
  { left, top, right, bottom }: PixelRect,
): void {
  for (let y = top; y < bottom; y++) {
    const end = y * base.width + right;
    for (let at = y * base.width + left; at < end; at++) {
      const before = base.data[at]!;
      const stroke = coverage.data[at]!;
      into.data[at] =
        mode === 'paint' ? before + ((255 - before) * stroke) / 255 : (before * (255 - stroke)) / 255;
    }
  }
}
