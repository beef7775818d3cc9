/** Where the detail of an input picture belongs in the result: s and w of restore-detail.ts. */
import { gaussianBlur } from '../tensor/image-kernels.ts';
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
 * @returns dims [h, w], 0..1
 * @throws TensorDimsError naming both dims
 */
export function agreement(
  composed: Tensor,
  reconstruction: Tensor,
  { blurPx, toleranceLevels }: AgreementOptions = AGREEMENT,
): Tensor {
  assertSameDims(composed, reconstruction, 'Agreement of pictures');
  const [, h, w] = composed.dims as unknown as [number, number, number];
  const plane = h * w;
  const squares = new Float64Array(plane);
  for (let channel = 0; channel < 3; channel++) {
    const difference = Float32Array.from(
      { length: plane },
      (_, at) => composed.data[channel * plane + at]! - reconstruction.data[channel * plane + at]!,
    );
    // G is linear: the difference of the blurred pictures is the blurred difference.
    const { data } = gaussianBlur(tensor(difference, [h, w]), blurPx);
    for (let at = 0; at < plane; at++) squares[at] = squares[at]! + (data[at]! * 127.5) ** 2;
  }
  return tensor(
    Float32Array.from(squares, (square) => Math.exp(-square / 3 / toleranceLevels ** 2)),
    [h, w],
  );
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
