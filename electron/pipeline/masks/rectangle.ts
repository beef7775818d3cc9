/** Rectangles around masks, in whole elements. */
import { PipelineError } from '../errors.ts';
import type { Tensor } from '../tensor/tensor.ts';
import { assertNonNegative, maskDims, maskWhere } from './region.ts';

/** Elements left <= x < left + width, top <= y < top + height. */
export interface Rectangle {
  readonly left: number;
  readonly top: number;
  readonly width: number;
  readonly height: number;
}

/**
 * The smallest rectangle that holds everything a mask touches, its soft edge included (values above 0).
 *
 * @param mask dims [height, width], values 0..1
 * @returns undefined for a mask of zeros
 */
export function boundingRectangle(mask: Tensor): Rectangle | undefined {
  const [height, width] = maskDims(mask);
  let [top, bottom, left, right] = [height, -1, width, -1];
  for (let y = 0; y < height; y++) {
    const row = y * width;
    for (let x = 0; x < width; x++) {
      if (mask.data[row + x]! > 0) {
        if (top === height) top = y;
        bottom = y;
        if (x < left) left = x;
        if (x > right) right = x;
      }
    }
  }
  if (bottom < 0) return undefined;
  return { left, top, width: right - left + 1, height: bottom - top + 1 };
}

/**
 * A rectangle grown by a margin on every side and clipped to the picture.
 *
 * @param marginPx whole and >= 0
 * @param dims [height, width] of the picture
 * @throws PipelineError PARAMETER_INVALID for another margin
 */
export function expandRectangle(
  { left, top, width, height }: Rectangle,
  marginPx: number,
  dims: readonly [height: number, width: number],
): Rectangle {
  assertNonNegative(marginPx, 'The margin of a rectangle');
  if (!Number.isInteger(marginPx)) {
    throw new PipelineError(
      'PARAMETER_INVALID',
      `The margin of a rectangle must be a whole number, not ${marginPx}.`,
    );
  }
  const newLeft = Math.max(left - marginPx, 0);
  const newTop = Math.max(top - marginPx, 0);
  return {
    left: newLeft,
    top: newTop,
    width: Math.min(left + width + marginPx, dims[1]) - newLeft,
    height: Math.min(top + height + marginPx, dims[0]) - newTop,
  };
}

/** A mask of dims [height, width] that is 1 inside a rectangle. */
export function rectangleMask(
  { left, top, width, height }: Rectangle,
  dims: readonly [height: number, width: number],
): Tensor {
  return maskWhere(dims, (at) => {
    const y = Math.floor(at / dims[1]);
    const x = at - y * dims[1];
    return x >= left && x < left + width && y >= top && y < top + height;
  });
}
