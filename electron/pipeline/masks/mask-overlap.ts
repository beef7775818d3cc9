/** Overlap of two masks. */

import { assertSameDims, type Tensor } from '../tensor/tensor.ts';
import { REGION_THRESHOLD } from './region.ts';

/**
 * Intersection over union of two masks' regions (values of at least 0.5), 0..1; 1 for two empty ones.
 *
 * @throws TensorDimsError when their dims differ
 */
export function maskOverlap(a: Tensor, b: Tensor): number {
  assertSameDims(a, b, 'Overlap of masks');
  let [both, either] = [0, 0];
  for (let at = 0; at < a.data.length; at++) {
    const [inA, inB] = [a.data[at]! >= REGION_THRESHOLD, b.data[at]! >= REGION_THRESHOLD];
    if (inA && inB) both++;
    if (inA || inB) either++;
  }
  return either === 0 ? 1 : both / either;
}
