/** Growing and shrinking by a round brush: dilation and erosion of a mask's region by a Euclidean disc. */
import type { Tensor } from '../tensor/tensor.ts';
import { squaredDistanceTo } from './distance-transform.ts';
import { assertNonNegative, maskWhere, regionOf } from './region.ts';

/**
 * Grows a mask's region by a radius: every element within it of the region belongs to the result.
 *
 * dilate(M, r) = { p : min over q in M of |p - q| <= r }, with |.| between the elements' centres.
 *
 * @param mask dims [height, width], values 0..1
 * @param radiusPx in elements, >= 0, need not be whole; 0 gives the region itself
 * @returns dims of `mask`, values 0 or 1
 * @throws PipelineError PARAMETER_INVALID for a negative radius
 */
export function growMask(mask: Tensor, radiusPx: number): Tensor {
  assertNonNegative(radiusPx, 'The radius by which a mask grows');
  const squared = squaredDistanceTo(regionOf(mask));
  const limit = radiusPx * radiusPx;
  return maskWhere(mask.dims, (at) => squared[at]! <= limit);
}

/**
 * Shrinks a mask's region by a radius: what stays is farther than it from every element outside.
 *
 * erode(M, r) = complement of dilate(complement of M, r). The area beyond the border of the picture is ignored, so
 * that a mask touching the border does not shrink from there.
 *
 * @param mask dims [height, width], values 0..1
 * @param radiusPx in elements, >= 0, need not be whole; 0 gives the region itself
 * @returns dims of `mask`, values 0 or 1
 * @throws PipelineError PARAMETER_INVALID for a negative radius
 */
export function shrinkMask(mask: Tensor, radiusPx: number): Tensor {
  assertNonNegative(radiusPx, 'The radius by which a mask shrinks');
  const region = regionOf(mask);
  const outside = { ...region, inside: region.inside.map((element) => 1 - element) };
  const squared = squaredDistanceTo(outside);
  const limit = radiusPx * radiusPx;
  return maskWhere(mask.dims, (at) => squared[at]! > limit);
}
