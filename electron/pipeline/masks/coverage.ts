/** The area covered by a mask. */
import type { Tensor } from '../tensor/tensor.ts';
import { assertNonNegative, maskDims, REGION_THRESHOLD } from './region.ts';

/** Area of a mask. */
export interface MaskCoverage {
  /** Elements of the region (values of at least 0.5). */
  readonly regionPx: number;
  /** Sum of the values: the area in elements, soft edges counted by weight. */
  readonly weightPx: number;
  /** `weightPx` over the picture's area, 0..1; 0 for a picture without elements. */
  readonly share: number;
}

/** @param mask dims [height, width], values 0..1 */
export function maskCoverage(mask: Tensor): MaskCoverage {
  maskDims(mask);
  let regionPx = 0;
  let weightPx = 0;
  for (const weight of mask.data) {
    if (weight >= REGION_THRESHOLD) regionPx++;
    weightPx += weight;
  }
  return { regionPx, weightPx, share: mask.data.length === 0 ? 0 : weightPx / mask.data.length };
}

/**
 * Whether a mask's region is too small to matter.
 *
 * @param minAreaPx smallest region that matters, in elements, >= 0
 */
export function isMaskEmpty(mask: Tensor, minAreaPx = 1): boolean {
  assertNonNegative(minAreaPx, 'The smallest region that counts');
  const { regionPx } = maskCoverage(mask);
  return regionPx === 0 || regionPx < minAreaPx;
}
