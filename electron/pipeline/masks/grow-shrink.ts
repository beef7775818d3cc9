/** Growing and shrinking by a round brush: dilation and erosion of a mask's region by a Euclidean disc. */
import { cutPlane } from '../tensor/image-kernels.ts';
import { type Tensor, tensor } from '../tensor/tensor.ts';
import { squaredDistanceTo } from './distance-transform.ts';
import { boundingRectangle, expandRectangle } from './rectangle.ts';
import { assertNonNegative, maskDims, maskWhere, regionOf } from './region.ts';

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
  const [height, width] = maskDims(mask);
  const grown = new Float32Array(height * width);
  const bounds = boundingRectangle(mask);
  if (bounds === undefined) return tensor(grown, mask.dims);
  // Farther than the radius from everything that the mask touches, nothing has to be measured.
  const area = expandRectangle(bounds, Math.ceil(radiusPx), [height, width]);
  const squared = squaredDistanceTo(regionOf(cutPlane(mask, area)));
  const limit = radiusPx * radiusPx;
  for (let y = 0, from = 0; y < area.height; y++) {
    const row = (area.top + y) * width + area.left;
    for (let at = row; at < row + area.width; at++, from++) grown[at] = squared[from]! <= limit ? 1 : 0;
  }
  return tensor(grown, mask.dims);
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
