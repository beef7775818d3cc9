/**
 * Fills a hole in layers: each pixel is the mean of the nearest known ones to its left, right, above and below,
 * weighted by inverse distance, those to the sides ten times as much. Scenes are upright: sky, hills and ground
 * continue sideways, and that is where an object interrupts them. In a row this is linear interpolation.
 *
 * Measured against the true backgrounds of unseen scenes: docs/decisions/0043-remove-objects-by-blended-diffusion.md.
 */
import { throwIfCancelled } from '../batching.ts';
import { REGION_THRESHOLD } from '../masks/region.ts';
import type { CancelSignal } from '../ports.ts';
import type { Inpainter } from '../preparation-ports.ts';
import type { RgbImage } from '../processors/image.ts';
import type { Tensor } from '../tensor/tensor.ts';

/** Weight of the pixels above and below, relative to those at the sides. */
const VERTICAL_WEIGHT = 0.1;

export class LayeredInpainter implements Inpainter {
  readonly name = 'a fill in layers';

  async fill(image: RgbImage, hole: Tensor, signal?: CancelSignal): Promise<RgbImage> {
    throwIfCancelled(signal);
    return fillLayers(image, hole);
  }

  async release(): Promise<void> {
    // It has no resources to release.
  }
}

/**
 * @param hole dims [height, width]; elements of at least 0.5 are filled
 * @returns the picture with its hole filled; unchanged where no pixel in a row or column is known
 */
export function fillLayers({ width, height, data }: RgbImage, hole: Tensor): RgbImage {
  const sums = new Float64Array(3 * width * height);
  const weights = new Float64Array(width * height);
  const isHole = (at: number) => hole.data[at]! >= REGION_THRESHOLD;
  /** Scans a line; each hole pixel adds the last known one, weighted by distance. */
  const sweep = (start: number, step: number, count: number, weight: number) => {
    let known = -1;
    for (let index = 0; index < count; index++) {
      const at = start + index * step;
      if (!isHole(at)) {
        known = index;
        continue;
      }
      if (known < 0) continue;
      const share = weight / (index - known);
      const from = 3 * (start + known * step);
      weights[at] = weights[at]! + share;
      for (let c = 0; c < 3; c++) sums[3 * at + c] = sums[3 * at + c]! + share * data[from + c]!;
    }
  };
  for (let y = 0; y < height; y++) {
    sweep(y * width, 1, width, 1);
    sweep((y + 1) * width - 1, -1, width, 1);
  }
  for (let x = 0; x < width; x++) {
    sweep(x, width, height, VERTICAL_WEIGHT);
    sweep((height - 1) * width + x, -width, height, VERTICAL_WEIGHT);
  }
  const filled = new Uint8Array(data);
  for (let at = 0; at < weights.length; at++) {
    if (!isHole(at) || weights[at] === 0) continue;
    for (let c = 0; c < 3; c++) filled[3 * at + c] = Math.round(sums[3 * at + c]! / weights[at]!);
  }
  return { width, height, data: filled };
}
