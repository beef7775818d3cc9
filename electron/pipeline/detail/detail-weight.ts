/** Where the detail of an input picture belongs in the result: s and w of restore-detail.ts. */
import { expandRectangle, type Rectangle } from '../masks/rectangle.ts';
import { blurReach, gaussianBlur } from '../tensor/image-kernels.ts';
import { assertDims, assertSameDims, type Tensor, tensor } from '../tensor/tensor.ts';

/** How similar two pictures must be for the detail of one to belong in the other. */
export interface AgreementOptions {
  /** Standard deviation in pixels of the Gaussian G applied before comparison: shape counts, fine detail does not. */
  readonly blurPx: number;
  /** Difference in levels of 0..255, root mean square over the channels, at which agreement falls to 1/e. */
  readonly toleranceLevels: number;
}

/** Measured and inspected on held-out scenes (docs/decisions/0151). */
export const AGREEMENT: AgreementOptions = { blurPx: 2, toleranceLevels: 20 };

/**
 * Local agreement exp(-(|G(D(out)) - G(R)| / tolerance)^2): 1 where the shapes agree, near 0 where the model drew
 * something else, whose edges the detail would cross.
 *
 * @param composed D(out), dims [3, h, w], values about -1..1
 * @param reconstruction R, the same dims
 * @param area the only part that is wanted; elsewhere the result is 0
 * @returns dims [h, w], 0..1
 * @throws TensorDimsError naming both dims
 */
export function agreement(
  composed: Tensor,
  reconstruction: Tensor,
  { blurPx, toleranceLevels }: AgreementOptions = AGREEMENT,
  area?: Rectangle,
): Tensor {
  assertSameDims(composed, reconstruction, 'Agreement of pictures');
  const [, h, w] = composed.dims as unknown as [number, number, number];
  const wanted = area ?? { left: 0, top: 0, width: w, height: h };
  // What the blur sees: within `wanted` its result is that of the whole pictures, bit for bit.
  const seen = expandRectangle(wanted, blurReach(blurPx), [h, w]);
  const difference = new Float32Array(seen.width * seen.height);
  const squares = new Float64Array(seen.width * seen.height);
  for (let channel = 0; channel < 3; channel++) {
    for (let y = 0, at = 0; y < seen.height; y++) {
      const row = (channel * h + seen.top + y) * w + seen.left;
      for (let x = 0; x < seen.width; x++, at++) {
        difference[at] = composed.data[row + x]! - reconstruction.data[row + x]!;
      }
    }
    // G is linear: the difference of the blurred pictures is the blurred difference.
    const { data } = gaussianBlur(tensor(difference, [seen.height, seen.width]), blurPx);
    for (let at = 0; at < squares.length; at++) squares[at] = squares[at]! + (data[at]! * 127.5) ** 2;
  }
  const agreed = new Float32Array(h * w);
  for (let y = wanted.top; y < wanted.top + wanted.height; y++) {
    const row = (y - seen.top) * seen.width - seen.left;
    for (let x = wanted.left; x < wanted.left + wanted.width; x++) {
      agreed[y * w + x] = Math.exp(-squares[row + x]! / 3 / toleranceLevels ** 2);
    }
  }
  return tensor(agreed, [h, w]);
}

/**
 * w of a concept that replaces an object: region x opacity x agreement.
 *
 * @param region the concept's mask as the composite shows it, dims [h, w], 0..1
 * @param opacity of the aligned concept's subject, dims [h, w], 0..1; where it is 0 the picture is the inpainted
 *   background, whose detail is no concern of the concept's
 * @param agreed from {@link agreement}
 * @throws TensorDimsError naming both dims
 */
export function replaceWeight(region: Tensor, opacity: Tensor, agreed: Tensor): Tensor {
  assertSameDims(opacity, region, 'Weight of the detail');
  assertSameDims(agreed, region, 'Weight of the detail');
  return tensor(
    region.data.map((share, at) => share * opacity.data[at]! * agreed.data[at]!),
    region.dims,
  );
}

/**
 * s of one concept: its strength inside its region, 1 elsewhere.
 *
 * @param region dims [h, w], 0..1, with a soft edge where the change is to be soft
 * @param strength 0..1
 */
export function strengthMap(region: Tensor, strength: number): Tensor {
  assertDims(region, region.dims.slice(0, 2), 'A region');
  return tensor(
    region.data.map((share) => 1 - share * (1 - strength)),
    region.dims,
  );
}
