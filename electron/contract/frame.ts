/** Sizes that follow from a background's: of its masks. */

/** A size in pixels. */
export interface PixelSize {
  readonly width: number;
  readonly height: number;
}

/** Most pixels of a mask. */
export const MAX_MASK_PIXELS = 4_000_000;

/**
 * Size of the masks of a background: its own, or, above {@link MAX_MASK_PIXELS}, the largest of its aspect with at most
 * as many, each side within 1 px of one common scale.
 */
export function maskSize({ width, height }: PixelSize): PixelSize {
  const scale = Math.sqrt(MAX_MASK_PIXELS / (width * height));
  if (scale >= 1) return { width, height };
  return { width: Math.max(Math.floor(width * scale), 1), height: Math.max(Math.floor(height * scale), 1) };
}
