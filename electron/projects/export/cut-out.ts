/** The visible part of each concept in a picture. Pure. */
import { StudioError } from '../../contract/errors.ts';
import type { Pixels } from '../../foundation/pictures/picture-codec.ts';

/**
 * The visible part of each mask when those in front cover those behind, like paint on glass:
 * visible_i = mask_i * product over j in front of i of (1 - mask_j).
 *
 * @param masks one channel, 0..255, of one size
 * @param orders the larger number is in front; of equals the earlier one is, as in the method
 * @returns in the order of `masks`; their sum at a pixel is at most 255
 * @throws StudioError SIZE_MISMATCH
 */
export function visibleMasks(masks: readonly Pixels[], orders: readonly number[]): Pixels[] {
  const [first] = masks;
  if (first === undefined) return [];
  for (const mask of masks) requireSize(mask, first);
  const frontFirst = masks
    .map((mask, index) => ({ mask, index, order: orders[index]! }))
    .sort((a, b) => b.order - a.order);
  const uncovered = new Float64Array(first.width * first.height).fill(1);
  const visible: Pixels[] = [];
  for (const { mask, index } of frontFirst) {
    const data = new Uint8Array(uncovered.length);
    for (let pixel = 0; pixel < data.length; pixel++) {
      // Rounded down, so that the sum stays below 255.
      data[pixel] = Math.floor(uncovered[pixel]! * mask.data[pixel]! + 1e-9);
      uncovered[pixel]! *= 1 - mask.data[pixel]! / 255;
    }
    visible[index] = { width: first.width, height: first.height, data };
  }
  return visible;
}

/**
 * The part of a mask that is not behind something else: mask (1 - front), one channel each, 0..255.
 *
 * @throws StudioError SIZE_MISMATCH
 */
export function withoutFront(mask: Pixels, front: Pixels): Pixels {
  requireSize(front, mask);
  const data = mask.data.map((value, pixel) => Math.round((value * (255 - front.data[pixel]!)) / 255));
  return { ...mask, data };
}

/**
 * The visible part of each shadow, which lies under its own concept and those in front.
 *
 * @param shadows one channel each, 0..255; null if a concept casts none
 * @param masks of the concepts, in the order of `shadows`
 * @returns in the order of `shadows`
 * @throws StudioError SIZE_MISMATCH
 */
export function visibleShadows(
  shadows: readonly (Pixels | null)[],
  masks: readonly Pixels[],
  orders: readonly number[],
): (Pixels | null)[] {
  return shadows.map((shadow, index) => {
    if (shadow === null) return null;
    let left = shadow;
    for (const [other, mask] of masks.entries()) {
      const isInFront = orders[other]! > orders[index]! || (orders[other] === orders[index] && other < index);
      if (other === index || isInFront) left = withoutFront(left, mask);
    }
    return left;
  });
}

/**
 * Separates what lies on a background: drawn on the background again, it gives the picture.
 *
 *     alpha = opacity + shadow, colour = (picture - (1 - alpha) background) / alpha
 *
 * @param picture three channels
 * @param background three channels, of the picture's size
 * @param opacity one channel: the object's
 * @param shadow one channel: the visible part of its shadow
 * @returns four channels; the colours are not multiplied by alpha
 * @throws StudioError SIZE_MISMATCH
 */
export function liftedOff(
  picture: Pixels,
  background: Pixels,
  opacity: Pixels,
  shadow: Pixels | null,
): Pixels {
  for (const plane of [background, opacity, ...(shadow ? [shadow] : [])]) requireSize(plane, picture);
  const { width, height } = picture;
  const data = new Uint8ClampedArray(width * height * 4);
  for (let pixel = 0; pixel < width * height; pixel++) {
    const alpha = Math.min(opacity.data[pixel]! + (shadow?.data[pixel] ?? 0), 255);
    data[4 * pixel + 3] = alpha;
    if (alpha === 0) continue;
    for (let channel = 0; channel < 3; channel++) {
      const under = background.data[3 * pixel + channel]!;
      const shown = picture.data[3 * pixel + channel]!;
      data[4 * pixel + channel] = under + ((shown - under) * 255) / alpha;
    }
  }
  return { width, height, data: new Uint8Array(data.buffer) };
}

/**
 * A picture with a mask as its alpha.
 *
 * @param picture three channels
 * @param mask one channel
 * @returns four channels; the colours are not multiplied by alpha
 * @throws StudioError SIZE_MISMATCH
 */
export function withAlpha(picture: Pixels, mask: Pixels): Pixels {
  requireSize(mask, picture);
  const { width, height } = picture;
  const data = new Uint8Array(width * height * 4);
  for (let pixel = 0; pixel < width * height; pixel++) {
    data.set(picture.data.subarray(pixel * 3, pixel * 3 + 3), pixel * 4);
    data[pixel * 4 + 3] = mask.data[pixel]!;
  }
  return { width, height, data };
}

function requireSize(found: Pixels, expected: Pixels): void {
  if (found.width === expected.width && found.height === expected.height) return;
  throw new StudioError(
    'SIZE_MISMATCH',
    `A mask is ${found.width} x ${found.height} pixels, but the picture is ${expected.width} x ${expected.height}.`,
  );
}
