/**
 * Moves and scales a mask within its picture.
 *
 * Output element p shows the source at (p - origin - offset) / scale + origin, read with a tent filter whose
 * half width is 1 source element when enlarging (bilinear) and 1 / scale when reducing, so that thin parts fade
 * instead of vanishing. Elements have their centres at whole coordinates plus 0.5. Outside its picture the
 * source is 0.
 */
import { PipelineError } from '../errors.ts';
import { type Tensor, tensor } from '../tensor/tensor.ts';
import { maskDims } from './region.ts';

/** A transformation of a mask; the identity by default. */
export interface MaskMove {
  /** To the right, in elements; need not be whole. */
  readonly offsetX?: number;
  /** Down, in elements. */
  readonly offsetY?: number;
  /** Factor along x, > 0. */
  readonly scaleX?: number;
  /** Factor along y, > 0. */
  readonly scaleY?: number;
  /** The point that scaling leaves in place, in elements from the left edge; the middle by default. */
  readonly originX?: number;
  /** The same from the top edge. */
  readonly originY?: number;
}

/** For each output element of one axis: the first source element and the weights from there on. */
interface AxisWeights {
  readonly first: Int32Array;
  readonly weights: readonly Float64Array[];
}

/** Weights of one axis: output element i takes sum_j weights[i][j] * source[first[i] + j]. */
function axisWeights(length: number, offset: number, scale: number, origin: number): AxisWeights {
  const halfWidth = Math.max(1, 1 / scale);
  const first = new Int32Array(length);
  const weights: Float64Array[] = [];
  for (let at = 0; at < length; at++) {
    const centre = (at + 0.5 - origin - offset) / scale + origin - 0.5;
    const begin = Math.ceil(centre - halfWidth);
    const end = Math.floor(centre + halfWidth);
    const tent = Array.from({ length: end - begin + 1 }, (_, index) =>
      Math.max(0, 1 - Math.abs(begin + index - centre) / halfWidth),
    );
    // Normalised over the whole tent, including the part beyond the border, where the source is 0.
    const total = tent.reduce((sum, weight) => sum + weight, 0);
    const from = Math.min(Math.max(begin, 0), length);
    const to = Math.max(Math.min(end, length - 1), from - 1);
    first[at] = from;
    weights.push(
      Float64Array.from({ length: to - from + 1 }, (_, index) => tent[from - begin + index]! / total),
    );
  }
  return { first, weights };
}

/**
 * Moves and scales a mask; what leaves the picture is lost, what comes in is 0.
 *
 * @param mask dims [height, width], values 0..1
 * @returns dims of `mask`, values 0..1; whole offsets without scaling copy the values exactly
 * @throws PipelineError PARAMETER_INVALID for a scale that is not above 0, or a number that is not finite
 */
export function moveMask(mask: Tensor, move: MaskMove): Tensor {
  const [height, width] = maskDims(mask);
  const { offsetX = 0, offsetY = 0, scaleX = 1, scaleY = 1 } = move;
  const { originX = width / 2, originY = height / 2 } = move;
  for (const value of [offsetX, offsetY, originX, originY, scaleX, scaleY]) {
    if (!Number.isFinite(value)) {
      throw new PipelineError('PARAMETER_INVALID', `A mask cannot be moved by ${value}.`);
    }
  }
  if (scaleX <= 0 || scaleY <= 0) {
    throw new PipelineError(
      'PARAMETER_INVALID',
      `The scale of a mask must be above 0, not ${scaleX} x ${scaleY}.`,
    );
  }

  // 1. Along x, row by row.
  const alongX = axisWeights(width, offsetX, scaleX, originX);
  const rows = new Float32Array(mask.data.length);
  for (let y = 0; y < height; y++) {
    for (let x = 0; x < width; x++) {
      const weights = alongX.weights[x]!;
      const first = alongX.first[x]!;
      let sum = 0;
      for (let index = 0; index < weights.length; index++) {
        sum += weights[index]! * mask.data[y * width + first + index]!;
      }
      rows[y * width + x] = sum;
    }
  }

  // 2. Along y.
  const alongY = axisWeights(height, offsetY, scaleY, originY);
  const moved = new Float32Array(mask.data.length);
  for (let y = 0; y < height; y++) {
    const weights = alongY.weights[y]!;
    const first = alongY.first[y]!;
    for (let x = 0; x < width; x++) {
      let sum = 0;
      for (let index = 0; index < weights.length; index++) {
        sum += weights[index]! * rows[(first + index) * width + x]!;
      }
      // Rounding may pass 1 by one unit in the last place.
      moved[y * width + x] = Math.min(sum, 1);
    }
  }
  return tensor(moved, mask.dims);
}
