/**
 * Region masks at latent resolution.
 *
 * | paper | here | meaning |
 * | --- | --- | --- |
 * | M_i | regionMasks[i] | weight of concept i at each latent element |
 * | M_B | backgroundMask | 1 minus the sum of the M_i |
 * | M_E_i | expandedMasks[i] | bounding rectangle of M_i, grown by a margin |
 */

import { boundingRectangle, expandRectangle, rectangleMask } from '../masks/rectangle.ts';
import { maskDims, REGION_THRESHOLD } from '../masks/region.ts';
import { areaAverage, gaussianBlur } from '../tensor/image-kernels.ts';
import { type Tensor, tensor, zeros } from '../tensor/tensor.ts';

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
 * @throws PipelineError PARAMETER_INVALID for another margin
 */
export function expandedMask(region: Tensor, margin: number): Tensor {
  const dims = maskDims(region);
  const bounds = boundingRectangle(region);
  return bounds === undefined ? zeros(dims) : rectangleMask(expandRectangle(bounds, margin, dims), dims);
}
