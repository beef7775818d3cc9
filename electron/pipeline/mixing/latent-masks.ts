/**
 * Region masks at latent resolution.
 *
 * | paper | here | meaning |
 * | --- | --- | --- |
 * | M_i | regionMasks[i] | weight of concept i at each latent element |
 * | M_B | backgroundMask | 1 minus the sum of the M_i |
 * | M_E_i | expandedMasks[i] | bounding rectangle of M_i, grown by a margin |
 */
import { areaAverage, gaussianBlur } from '../tensor/image-kernels.ts';
import { type Tensor, tensor } from '../tensor/tensor.ts';

/** A concept's mask with its place in the layer order. */
export interface ConceptMask {
  /** dims [height, width] at image resolution, values 0..1. */
  readonly mask: Tensor;
  /** Layer order: the larger number is nearer the viewer and takes overlapping elements. */
  readonly order: number;
}

/** Masks at latent resolution, dims [h, w] each. */
export interface LatentMasks {
  readonly regionMasks: readonly Tensor[];
  readonly backgroundMask: Tensor;
  readonly expandedMasks: readonly Tensor[];
}

/** How masks are brought to latent resolution. */
export interface LatentMaskOptions {
  /** Image pixels per latent element. */
  readonly downscale: number;
  /** Width of the soft edge in image pixels (two standard deviations of a Gaussian); 0 is the paper's mode. */
  readonly featherPx: number;
  /** Margin of the expanded mask in latent elements per side. */
  readonly expandLatent: number;
}

/** A mask element belongs to the region from this share of its area on (method.md, stage 2 step 3). */
const REGION_THRESHOLD = 0.5;

/**
 * Indices of the concepts from the front layer to the back; of equal order, the one named first is in front.
 */
export function frontToBack(concepts: readonly Pick<ConceptMask, 'order'>[]): number[] {
  return concepts.map((_, index) => index).sort((a, b) => concepts[b]!.order - concepts[a]!.order);
}

/**
 * Brings the concepts' masks to latent resolution and resolves overlaps.
 *
 * Without a feather the area average is thresholded at 0.5; with one, the mask is blurred and the average kept,
 * for soft weights. Going from the front layer to the back, each concept takes its weight of what the layers
 * before it left, so that M_B and the M_i sum to 1 at every element and in paper mode the concept in front
 * takes the element.
 *
 * @returns masks in the order of `concepts`
 */
export function latentMasks(
  concepts: readonly ConceptMask[],
  dims: readonly [height: number, width: number],
  options: LatentMaskOptions,
): LatentMasks {
  const remaining = new Float32Array(dims[0] * dims[1]).fill(1);
  const regionMasks: Tensor[] = new Array(concepts.length);
  for (const index of frontToBack(concepts)) {
    const weights = reduceMask(concepts[index]!.mask, options);
    const region = weights.data.map((weight, at) => weight * remaining[at]!);
    for (let at = 0; at < remaining.length; at++) remaining[at] = remaining[at]! - region[at]!;
    regionMasks[index] = tensor(region, dims);
  }
  return {
    regionMasks,
    backgroundMask: tensor(remaining, dims),
    expandedMasks: regionMasks.map((region) => expandedMask(region, options.expandLatent)),
  };
}

function reduceMask(mask: Tensor, { downscale, featherPx }: LatentMaskOptions): Tensor {
  if (featherPx > 0) return areaAverage(gaussianBlur(mask, featherPx / 2), downscale);
  const average = areaAverage(mask, downscale);
  return tensor(
    average.data.map((share) => (share >= REGION_THRESHOLD ? 1 : 0)),
    average.dims,
  );
}

/**
 * M_E: the bounding rectangle of a mask, grown by a margin on every side and cut at the border (paper 3.5).
 *
 * @param region dims [h, w]; elements above 0 belong to it
 * @param margin elements per side, whole and >= 0
 * @returns 1 inside the rectangle, 0 outside; all 0 for an empty mask
 */
export function expandedMask(region: Tensor, margin: number): Tensor {
  const [height, width] = region.dims as unknown as [number, number];
  let [top, bottom, left, right] = [height, -1, width, -1];
  for (let y = 0; y < height; y++) {
    for (let x = 0; x < width; x++) {
      if (region.data[y * width + x]! > 0) {
        top = Math.min(top, y);
        bottom = Math.max(bottom, y);
        left = Math.min(left, x);
        right = Math.max(right, x);
      }
    }
  }
  const rectangle = new Float32Array(height * width);
  if (bottom < 0) return tensor(rectangle, region.dims);
  for (let y = Math.max(top - margin, 0); y <= Math.min(bottom + margin, height - 1); y++) {
    rectangle.fill(
      1,
      y * width + Math.max(left - margin, 0),
      y * width + Math.min(right + margin, width - 1) + 1,
    );
  }
  return tensor(rectangle, region.dims);
}
