/** The masks of a scene in colours over its faded background. */
import type { RgbImage } from '../pipeline/processors/image.ts';
import type { Tensor } from '../pipeline/tensor/tensor.ts';

/** Okabe and Ito's palette, which people with any colour vision can tell apart; one per concept. */
export const CONCEPT_COLORS = [
  '#d55e00',
  '#0072b2',
  '#009e73',
  '#cc79a7',
  '#e69f00',
  '#56b4e9',
  '#7d5fb2',
  '#666666',
] as const;

/** How much of the mask's colour covers the background. */
const OPACITY = 0.65;

/**
 * @param masks dims [height, width] each, 0..1, at most as many as there are colours
 * @param orders layer order of each; larger numbers are painted over smaller ones
 */
export function overlayMasks(
  background: RgbImage,
  masks: readonly Tensor[],
  orders: readonly number[],
): RgbImage {
  // Half faded to white and grey, to emphasise the masks.
  const data = new Uint8Array(background.data.length);
  for (let at = 0; at < data.length; at += 3) {
    const [red, green, blue] = background.data.subarray(at, at + 3) as unknown as [number, number, number];
    data.fill(Math.round(127 + (red + green + blue) / 6), at, at + 3);
  }
  const backToFront = masks.map((_, index) => index).sort((a, b) => orders[a]! - orders[b]!);
  for (const index of backToFront) {
    const color = Number.parseInt(CONCEPT_COLORS[index]!.slice(1), 16);
    const rgb = [color >> 16, (color >> 8) & 0xff, color & 0xff];
    masks[index]!.data.forEach((value, pixel) => {
      const weight = OPACITY * value;
      for (let channel = 0; channel < 3; channel++) {
        const at = pixel * 3 + channel;
        data[at] = Math.round(weight * rgb[channel]! + (1 - weight) * data[at]!);
      }
    });
  }
  return { width: background.width, height: background.height, data };
}
