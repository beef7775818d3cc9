/**
 * Cleans up a mask: fills holes, removes specks.
 *
 * The region is connected by corners too (8), its surroundings only by edges (4): with one connectivity for
 * both, a diagonal line would neither separate nor connect its two sides.
 */
import type { Tensor } from '../tensor/tensor.ts';
import { connectedComponents } from './connected-components.ts';
import { assertNonNegative, maskWhere, regionOf } from './region.ts';

/**
 * Fills the holes of a mask's region: parts of the outside that do not reach the border of the picture.
 *
 * @param mask dims [height, width], values 0..1
 * @param maxAreaPx largest hole that is filled, in elements; every hole by default
 * @returns dims of `mask`, values 0 or 1
 * @throws PipelineError PARAMETER_INVALID for a negative area
 */
export function fillHoles(mask: Tensor, maxAreaPx?: number): Tensor {
  if (maxAreaPx !== undefined) assertNonNegative(maxAreaPx, 'The largest hole that is filled');
  const region = regionOf(mask);
  const outside = { ...region, inside: region.inside.map((element) => 1 - element) };
  const { labels, areas, atBorder } = connectedComponents(outside, 4);
  const filled = areas.map((area, part) => !atBorder[part] && (maxAreaPx === undefined || area <= maxAreaPx));
  return maskWhere(mask.dims, (at) => region.inside[at] === 1 || filled[labels[at]! - 1] === true);
}

/**
 * Removes the parts of a mask's region that are smaller than an area.
 *
 * @param mask dims [height, width], values 0..1
 * @param minAreaPx smallest part that stays, in elements, >= 0; 0 and 1 keep every part
 * @returns dims of `mask`, values 0 or 1
 * @throws PipelineError PARAMETER_INVALID for a negative area
 */
export function removeSpecks(mask: Tensor, minAreaPx: number): Tensor {
  assertNonNegative(minAreaPx, 'The smallest part that stays');
  const { labels, areas } = connectedComponents(regionOf(mask), 8);
  return maskWhere(mask.dims, (at) => labels[at] !== 0 && areas[labels[at]! - 1]! >= minAreaPx);
}
