/** Resamples a mask to another size: masks are painted at one size (mask-space.ts), but imported in any. */
import { StudioError } from '../../electron/contract/errors.ts';
import { copyPlane, type MaskPlane, maskPlane } from './mask-plane.ts';
import type { Size } from './view-transform.ts';

/** For one output element: the first input element and the weights from there on, which sum to 1. */
interface Taps {
  readonly from: number;
  readonly weights: readonly number[];
}

/**
 * Resamples by a tent as wide as two input or two output pixels, whichever is larger: bilinear where the mask grows, an
 * antialiased average where it shrinks.
 *
 * @returns a new plane, values 0..255 rounded to nearest
 * @throws StudioError SIZE_MISMATCH for a size of another aspect: more than one pixel per side off a common scale
 */
export function resamplePlane(plane: MaskPlane, { width, height }: Size): MaskPlane {
  if (plane.width === width && plane.height === height) return copyPlane(plane);
  const scale = Math.sqrt((plane.width * plane.height) / (width * height));
  const isOfAspect =
    Math.abs(plane.width - width * scale) <= Math.max(scale, 1) &&
    Math.abs(plane.height - height * scale) <= Math.max(scale, 1);
  if (!isOfAspect) {
    throw new StudioError(
      'SIZE_MISMATCH',
      `A mask of ${plane.width} x ${plane.height} does not fit the background: it has another aspect.`,
    );
  }
  return resamplePart(
    plane,
    { left: 0, top: 0, width: plane.width, height: plane.height },
    { width, height },
  );
}

/**
 * Resamples the part of a mask that the model sees, at any aspect. Beyond the mask its border is repeated.
 *
 * @param part in pixels of the mask, may be fractional
 * @returns a new plane, values 0..255 rounded to nearest
 */
export function resamplePart(
  plane: MaskPlane,
  part: { readonly left: number; readonly top: number } & Size,
  { width, height }: Size,
): MaskPlane {
  const across = tapsOf(plane.width, part.left, part.width, width);
  const down = tapsOf(plane.height, part.top, part.height, height);
  // 1. Rows.
  const rows = new Float32Array(width * plane.height);
  for (let y = 0; y < plane.height; y++) {
    for (let x = 0; x < width; x++) {
      const { from, weights } = across[x]!;
      let sum = 0;
      for (let tap = 0; tap < weights.length; tap++)
        sum += weights[tap]! * plane.data[y * plane.width + from + tap]!;
      rows[y * width + x] = sum;
    }
  }
  // 2. Columns.
  const result = maskPlane(width, height);
  for (let y = 0; y < height; y++) {
    const { from, weights } = down[y]!;
    for (let x = 0; x < width; x++) {
      let sum = 0;
      for (let tap = 0; tap < weights.length; tap++) sum += weights[tap]! * rows[(from + tap) * width + x]!;
      // Clamped arrays round to nearest.
      result.data[y * width + x] = sum;
    }
  }
  return result;
}

function tapsOf(inputs: number, start: number, length: number, outputs: number): Taps[] {
  const perOutput = length / outputs;
  const radius = Math.max(perOutput, 1);
  return Array.from({ length: outputs }, (_, output) => {
    const centre = Math.min(Math.max(start + (output + 0.5) * perOutput, 0.5), inputs - 0.5);
    const from = Math.max(Math.ceil(centre - radius - 0.5), 0);
    const to = Math.min(Math.floor(centre + radius - 0.5), inputs - 1);
    const weights: number[] = [];
    for (let input = from; input <= to; input++)
      weights.push(Math.max(1 - Math.abs(input + 0.5 - centre) / radius, 0));
    const sum = weights.reduce((total, weight) => total + weight, 0);
    return { from, weights: weights.map((weight) => weight / sum) };
  });
}
