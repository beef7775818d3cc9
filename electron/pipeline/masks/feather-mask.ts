/** A soft edge for a mask. */
import { gaussianBlur } from '../tensor/image-kernels.ts';
import { type Tensor, tensor } from '../tensor/tensor.ts';
import { assertNonNegative, maskDims } from './region.ts';

/**
 * Softens a mask's edge on both sides of it.
 *
 * The same definition as `feather` among the render parameters: a Gaussian with sigma = width / 2, cut off at
 * three sigma; beyond the picture's border the nearest element is repeated, so that a mask that reaches the
 * border stays full there.
 *
 * @param mask dims [height, width], values 0..1
 * @param featherPx width of the soft edge in elements, >= 0; 0 returns the mask itself
 * @returns dims of `mask`, values 0..1
 * @throws PipelineError PARAMETER_INVALID for a negative width
 */
export function featherMask(mask: Tensor, featherPx: number): Tensor {
  assertNonNegative(featherPx, 'The feather of a mask');
  maskDims(mask);
  if (featherPx === 0) return mask;
  const blurred = gaussianBlur(mask, featherPx / 2);
  // The weights sum to 1 only up to rounding; a mask must not leave 0..1.
  return tensor(
    blurred.data.map((weight) => Math.min(Math.max(weight, 0), 1)),
    mask.dims,
  );
}
