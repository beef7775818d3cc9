/** Pictures of any shape for a model that sees squares, without distorting them: squares along the longer side. */
import type { RgbImage } from '../../pipeline/processors/image.ts';
import { imageToTensor } from '../../pipeline/processors/image.ts';
import { type Tensor, tensor } from '../../pipeline/tensor/tensor.ts';
import { resizeImage } from '../images/images.ts';

/** A square of the reduced picture. */
export interface SquareWindow {
  /** Its first column, or row, within the reduced picture, as a share of the square's side. */
  readonly start: number;
  /** float32 [3, side, side], values -1..1. */
  readonly picture: Tensor;
}

/** One square's map. */
export interface WindowMap {
  readonly start: number;
  /** [side, side]; undefined where the square shows nothing that was looked for. */
  readonly logits: Tensor | undefined;
}

/** What counts for elements that only squares without a map show: a probability of 5e-5. */
const OUTSIDE_LOGIT = -10;

/**
 * Reduces or enlarges a picture until its shorter side is `side`, and cuts squares from it, evenly spread; each
 * overlaps the next by at least half, so that what one cuts through lies whole in another, up to half a square's size.
 */
export async function squareWindows(pixels: RgbImage, side: number): Promise<SquareWindow[]> {
  const scale = side / Math.min(pixels.width, pixels.height);
  const [width, height] = [pixels.width, pixels.height].map((size) =>
    Math.max(side, Math.round(size * scale)),
  ) as [number, number];
  const { dims, data } = imageToTensor(await resizeImage(pixels, { width, height }));
  const rest = Math.max(width, height) - side;
  const count = Math.ceil(rest / (side / 2)) + 1;
  return Array.from({ length: count }, (_, index) => {
    const from = count === 1 ? 0 : Math.round((rest * index) / (count - 1));
    const [left, top] = width > height ? [from, 0] : [0, from];
    const square = new Float32Array(3 * side * side);
    for (let channel = 0; channel < dims[0]!; channel++) {
      for (let y = 0; y < side; y++) {
        const at = (channel * height + top + y) * width + left;
        square.set(data.subarray(at, at + side), (channel * side + y) * side);
      }
    }
    return { start: from / side, picture: tensor(square, [3, side, side]) };
  });
}

/**
 * The map of the whole picture: where squares overlap, the mean of those with a map, weighted by how near an element is
 * to a square's middle, where the square shows most of its surroundings.
 *
 * @param isWide whether the squares lie side by side; one above the other otherwise
 * @returns dims [height, width] in the scale of the squares' maps; undefined if none of them has one
 */
export function joinWindows(maps: readonly WindowMap[], isWide: boolean): Tensor | undefined {
  const side = maps.find(({ logits }) => logits !== undefined)?.logits?.dims[0];
  if (side === undefined) return undefined;
  if (maps.length === 1) return maps[0]!.logits;
  const length = Math.round(maps.at(-1)!.start * side) + side;
  const [height, width] = isWide ? [side, length] : [length, side];
  const sums = new Float32Array(height * width);
  const weights = new Float32Array(length);
  for (const { start, logits } of maps) {
    if (logits === undefined) continue;
    const from = Math.round(start * side);
    for (let along = 0; along < side; along++) {
      // Never zero: the picture's ends are shown by one square each.
      const weight = 1 - Math.abs((2 * along + 1) / side - 1) + 1 / side;
      weights[from + along]! += weight;
      for (let across = 0; across < side; across++) {
        const [x, y, column, row] = isWide
          ? [along, across, from + along, across]
          : [across, along, across, from + along];
        sums[row * width + column]! += weight * logits.data[y * side + x]!;
      }
    }
  }
  for (let at = 0; at < sums.length; at++) {
    const weight = weights[isWide ? at % width : Math.floor(at / width)]!;
    sums[at] = weight > 0 ? sums[at]! / weight : OUTSIDE_LOGIT;
  }
  return tensor(sums, [height, width]);
}
