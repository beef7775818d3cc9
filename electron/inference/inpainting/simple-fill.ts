/**
 * Fills the masks of a picture from their surroundings, in place of a missing inpainted background. The result is
 * smooth colour without texture, the minimum that dilution needs.
 *
 * Pull-push (Gortler et al., "The Lumigraph", 1996, section 3.4.2): the known pixels are averaged down to ever
 * smaller pictures, and the unknown ones take the colour of the next smaller picture that knows one.
 */
import type { RgbImage } from '../../pipeline/processors/image.ts';
import type { Tensor } from '../../pipeline/tensor/tensor.ts';

interface Level {
  readonly width: number;
  readonly height: number;
  /** Weighted colours: 3 per pixel. */
  readonly colours: Float32Array;
  /** Confidence of each pixel, 0..1. */
  readonly weights: Float32Array;
}

/**
 * @param masks dims [height, width] each, 0..1; pixels above 0 in any, and their neighbours, are filled
 * @returns the picture with its masks filled; unchanged when nothing is left to fill from
 */
export function fillMasks(image: RgbImage, masks: readonly Tensor[]): RgbImage {
  const { width, height } = image;
  const weights = new Float32Array(width * height).fill(1);
  for (const { data } of masks) {
    for (let at = 0; at < weights.length; at++) if (data[at]! > 0) weights[at] = 0;
  }
  // The edge of an object blends into the background over a pixel or two: that colour must not spread.
  const known = erode(erode(weights, width, height), width, height);
  const colours = new Float32Array(3 * width * height);
  for (let at = 0; at < colours.length; at++) colours[at] = image.data[at]! * known[Math.floor(at / 3)]!;
  const levels: Level[] = [{ width, height, colours, weights: known }];
  while (levels.at(-1)!.width > 1 || levels.at(-1)!.height > 1) levels.push(pull(levels.at(-1)!));
  if (levels.at(-1)!.weights[0] === 0) return image;
  let filled = levels.at(-1)!;
  for (const level of levels.slice(0, -1).reverse()) filled = push(level, filled);
  const data = new Uint8Array(image.data);
  for (let at = 0; at < data.length; at++) {
    if (known[Math.floor(at / 3)]! === 0) data[at] = Math.round(filled.colours[at]!);
  }
  return { width, height, data };
}

function erode(weights: Float32Array, width: number, height: number): Float32Array {
  return weights.map((weight, at) => {
    const x = at % width;
    const left = x > 0 ? weights[at - 1]! : 1;
    const right = x < width - 1 ? weights[at + 1]! : 1;
    const above = at >= width ? weights[at - width]! : 1;
    const below = at < width * (height - 1) ? weights[at + width]! : 1;
    return Math.min(weight, left, right, above, below);
  });
}

/** Half the size: sums of 2 x 2 weighted colours, their weight limited to 1. */
function pull(fine: Level): Level {
  const width = Math.ceil(fine.width / 2);
  const height = Math.ceil(fine.height / 2);
  const colours = new Float32Array(3 * width * height);
  const weights = new Float32Array(width * height);
  for (let y = 0; y < fine.height; y++) {
    for (let x = 0; x < fine.width; x++) {
      const from = y * fine.width + x;
      const to = (y >> 1) * width + (x >> 1);
      weights[to] = weights[to]! + fine.weights[from]!;
      for (let c = 0; c < 3; c++) colours[3 * to + c] = colours[3 * to + c]! + fine.colours[3 * from + c]!;
    }
  }
  for (let at = 0; at < weights.length; at++) {
    const scale = Math.max(weights[at]!, 1);
    weights[at] = weights[at]! / scale;
    for (let c = 0; c < 3; c++) colours[3 * at + c] = colours[3 * at + c]! / scale;
  }
  return { width, height, colours, weights };
}

/** Fills unknown parts of the finer picture with the coarser one's colour, interpolated bilinearly. */
function push(fine: Level, coarse: Level): Level {
  const colours = new Float32Array(fine.colours.length);
  for (let y = 0; y < fine.height; y++) {
    for (let x = 0; x < fine.width; x++) {
      const at = y * fine.width + x;
      const missing = 1 - fine.weights[at]!;
      for (let c = 0; c < 3; c++) {
        colours[3 * at + c] =
          fine.colours[3 * at + c]! + (missing > 0 ? missing * sample(coarse, x, y, c) : 0);
      }
    }
  }
  return {
    width: fine.width,
    height: fine.height,
    colours,
    weights: new Float32Array(fine.weights.length).fill(1),
  };
}

/** The coarser picture's colour at a pixel of the finer one. */
function sample({ width, height, colours }: Level, x: number, y: number, channel: number): number {
  const clampX = (value: number) => Math.min(Math.max(value, 0), width - 1);
  const clampY = (value: number) => Math.min(Math.max(value, 0), height - 1);
  const [coarseX, coarseY] = [(x + 0.5) / 2 - 0.5, (y + 0.5) / 2 - 0.5];
  const [left, top] = [Math.floor(coarseX), Math.floor(coarseY)];
  const [shareX, shareY] = [coarseX - left, coarseY - top];
  const at = (column: number, row: number) => colours[3 * (clampY(row) * width + clampX(column)) + channel]!;
  const upper = at(left, top) * (1 - shareX) + at(left + 1, top) * shareX;
  const lower = at(left, top + 1) * (1 - shareX) + at(left + 1, top + 1) * shareX;
  return upper * (1 - shareY) + lower * shareY;
}
