/**
 * Masks as fuzzy sets: the operations keep soft values, agree with the usual ones on 0 and 1, and obey
 * De Morgan's laws exactly: invert(unite(a, b)) = intersect(invert(a), invert(b)).
 */
import { maximumPlane } from '../tensor/image-kernels.ts';
import { assertSameDims, type Tensor, tensor } from '../tensor/tensor.ts';
import { maskDims } from './region.ts';

/**
 * 1 - m.
 *
 * @param mask dims [height, width], values 0..1
 * @returns dims of `mask`; inverting twice gives the mask again, up to the rounding of 1 - m (below 6e-8)
 */
export function invertMask(mask: Tensor): Tensor {
  maskDims(mask);
  return tensor(
    mask.data.map((weight) => 1 - weight),
    mask.dims,
  );
}

/**
 * max(a, b).
 *
 * @throws TensorDimsError naming both dims when they differ
 */
export function uniteMasks(a: Tensor, b: Tensor): Tensor {
  assertSameDims(a, b, 'Union of masks');
  return maximumPlane([a, b], maskDims(a));
}

/**
 * min(a, b).
 *
 * @throws TensorDimsError naming both dims when they differ
 */
export function intersectMasks(a: Tensor, b: Tensor): Tensor {
  assertSameDims(a, b, 'Intersection of masks');
  maskDims(a);
  return tensor(
    a.data.map((weight, at) => Math.min(weight, b.data[at]!)),
    a.dims,
  );
}

/**
 * The part of `from` that is not in `taken`: min(from, 1 - taken).
 *
 * @throws TensorDimsError naming both dims when they differ
 */
export function subtractMask(from: Tensor, taken: Tensor): Tensor {
  assertSameDims(from, taken, 'Difference of masks');
  maskDims(from);
  return tensor(
    from.data.map((weight, at) => Math.min(weight, Math.fround(1 - taken.data[at]!))),
    from.dims,
  );
}
