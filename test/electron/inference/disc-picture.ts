/** The picture of test/golden/segmentation. */
import { hashPixels } from '../../../electron/inference/images/images.ts';
import type { NamedImage } from '../../../electron/pipeline/compose.ts';

/** A disc on a gradient, as in make_golden.py. */
export function disc(width: number, height: number): NamedImage {
  const data = new Uint8Array(3 * width * height);
  const roundHalfToEven = (value: number) => {
    const rounded = Math.round(value);
    return value % 1 === 0.5 && rounded % 2 === 1 ? rounded - 1 : rounded;
  };
  for (let y = 0; y < height; y++) {
    for (let x = 0; x < width; x++) {
      const isDisc = Math.hypot(x - 0.6 * width, y - 0.4 * height) < 0.2 * height;
      const colour = isDisc
        ? [240, 30, 60]
        : [roundHalfToEven((x * 255) / width), 120, roundHalfToEven((y * 255) / height)];
      data.set(colour, 3 * (y * width + x));
    }
  }
  const pixels = { width, height, data };
  return { pixels, contentHash: hashPixels(pixels) };
}
