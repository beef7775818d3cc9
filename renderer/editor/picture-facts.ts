/** What small copies of pictures say about them, for warnings before a render. Pure. */
import { INSIDE_FROM, type MaskPlane } from './mask-plane.ts';

/** A small copy of a picture: row-major RGBA bytes. */
export interface PictureSample {
  readonly width: number;
  readonly height: number;
  readonly data: Uint8ClampedArray;
}

/** Longer side of a sample in pixels; the thresholds below were measured at this size. */
export const SAMPLE_SIDE_PX = 128;

/** Largest value of the Laplacian, in levels of lightness, in an area without texture. */
const FLAT_LEVELS = 6;
/**
 * Least share of a drawing that is without texture. Measured at 128 px: 0.72 to 0.89 in the starter pack's drawings,
 * 0.36 to 0.47 in photographs.
 */
const DRAWING_FLAT_SHARE = 0.6;
/** Width of the surroundings of a mask, in pixels of the sample. */
const SURROUNDINGS_PX = 6;
/** Levels of a channel in a bin of the colour histograms: 8 bins a channel. */
const BIN_SHIFT = 5;

/** Whether a picture is a photograph and not a drawing: it has texture almost everywhere. */
export function looksLikePhotograph({ width, height, data }: PictureSample): boolean {
  const lightness = (at: number) =>
    0.299 * data[4 * at]! + 0.587 * data[4 * at + 1]! + 0.114 * data[4 * at + 2]!;
  let [flat, count] = [0, 0];
  for (let y = 1; y < height - 1; y++) {
    for (let x = 1; x < width - 1; x++) {
      const at = y * width + x;
      const around = lightness(at - 1) + lightness(at + 1) + lightness(at - width) + lightness(at + width);
      if (Math.abs(4 * lightness(at) - around) <= FLAT_LEVELS) flat++;
      count++;
    }
  }
  return count > 0 && flat / count < DRAWING_FLAT_SHARE;
}

/** Whether each pixel of a sample is inside a mask of the same picture at another size. */
export function maskInSample(mask: MaskPlane, { width, height }: PictureSample): Uint8Array {
  const inside = new Uint8Array(width * height);
  for (let y = 0; y < height; y++) {
    const row = Math.floor(((y + 0.5) * mask.height) / height) * mask.width;
    for (let x = 0; x < width; x++) {
      const at = row + Math.floor(((x + 0.5) * mask.width) / width);
      if (mask.data[at]! >= INSIDE_FROM) inside[y * width + x] = 1;
    }
  }
  return inside;
}

/**
 * How much the colours under a mask are those of its surroundings, 0 to 1: the intersection of the two histograms.
 * Measured on the starter pack's scenes: at most 0.1 where the mask covers an object, 0.36 to 0.89 where it was moved
 * off it. null for a mask that covers nothing, or everything.
 */
export function sharedColours(picture: PictureSample, inside: Uint8Array): number | null {
  const { width, height, data } = picture;
  const bins = 1 << (3 * (8 - BIN_SHIFT));
  const [own, around] = [new Float64Array(bins), new Float64Array(bins)];
  const near = surroundingsOf(inside, width, height);
  let [ownCount, aroundCount] = [0, 0];
  for (let at = 0; at < width * height; at++) {
    const [red, green, blue] = [data[4 * at]!, data[4 * at + 1]!, data[4 * at + 2]!];
    const bits = 8 - BIN_SHIFT;
    const bin = ((((red >> BIN_SHIFT) << bits) + (green >> BIN_SHIFT)) << bits) + (blue >> BIN_SHIFT);
    if (inside[at] === 1) {
      own[bin]!++;
      ownCount++;
    } else if (near[at] === 1) {
      around[bin]!++;
      aroundCount++;
    }
  }
  if (ownCount === 0 || aroundCount === 0) return null;
  return own.reduce((sum, count, bin) => sum + Math.min(count / ownCount, around[bin]! / aroundCount), 0);
}

/** The pixels within {@link SURROUNDINGS_PX} of the inside, along rows and then columns. */
function surroundingsOf(inside: Uint8Array, width: number, height: number): Uint8Array {
  const grown = (from: Uint8Array, step: number, length: number, lines: number, lineStep: number) => {
    const to = new Uint8Array(from.length);
    for (let line = 0; line < lines; line++) {
      for (let at = 0; at < length; at++) {
        if (from[line * lineStep + at * step] !== 1) continue;
        const last = Math.min(at + SURROUNDINGS_PX, length - 1);
        for (let one = Math.max(at - SURROUNDINGS_PX, 0); one <= last; one++) {
          to[line * lineStep + one * step] = 1;
        }
      }
    }
    return to;
  };
  return grown(grown(inside, 1, width, height, width), width, height, width, 1);
}
