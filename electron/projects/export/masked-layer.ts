/** A cut-out as a layer with a mask, without the empty space around it. Pure. */
import type { PixelLayer, Pixels } from '../../foundation/pictures/picture-codec.ts';

/**
 * The part of a cut-out that its mask shows. Where the mask is 0 the layer has the picture's own pixels, so that a mask
 * enlarged in another program reveals the picture.
 *
 * @param cutOut four channels; the colours are not multiplied by alpha
 * @param picture three channels, of the cut-out's size
 * @returns one empty pixel where nothing is shown
 */
export function maskedLayer(
  name: string,
  cutOut: Pixels,
  picture: Pixels,
): Omit<PixelLayer, 'mask'> & { readonly mask: Pixels } {
  const { left, top, width, height } = shownPart(cutOut);
  const pixels = { width, height, data: new Uint8Array(width * height * 3) };
  const mask = { width, height, data: new Uint8Array(width * height) };
  for (let y = 0; y < height; y++) {
    for (let x = 0; x < width; x++) {
      const from = (top + y) * cutOut.width + left + x;
      const to = y * width + x;
      const alpha = cutOut.data[4 * from + 3]!;
      mask.data[to] = alpha;
      for (let channel = 0; channel < 3; channel++) {
        pixels.data[3 * to + channel] =
          alpha === 0 ? picture.data[3 * from + channel]! : cutOut.data[4 * from + channel]!;
      }
    }
  }
  return { name, left, top, pixels, mask, isVisible: true };
}

/** The smallest rectangle with everything that is not transparent. */
function shownPart({ width, height, data }: Pixels) {
  let [left, top, right, bottom] = [width, height, -1, -1];
  for (let y = 0; y < height; y++) {
    for (let x = 0; x < width; x++) {
      if (data[4 * (y * width + x) + 3] === 0) continue;
      left = Math.min(left, x);
      right = Math.max(right, x);
      top = Math.min(top, y);
      bottom = y;
    }
  }
  if (bottom < 0) return { left: 0, top: 0, width: 1, height: 1 };
  return { left, top, width: right - left + 1, height: bottom - top + 1 };
}
