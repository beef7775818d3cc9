/**
 * Region masks at latent resolution.
 *
 * | paper | here | meaning |
 * | --- | --- | --- |
 * | M_i | regionMasks[i] | weight of concept i at each latent element |
 * | M_B | backgroundMask | 1 minus the sum of the M_i |
 * | M_E_i | expandedMasks[i] | bounding rectangle of concept i's own mask, grown by a margin |
 */

import { boundingRectangle, expandRectangle, type Rectangle, rectangleMask } from '../masks/rectangle.ts';
import { REGION_THRESHOLD } from '../masks/region.ts';
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
    expandedMasks: concepts.map(({ mask }) => {
      const rectangle = expandedRectangle(mask, dims, options);
      return rectangle === undefined ? zeros(dims) : rectangleMask(rectangle, dims);
    }),
  };
}

/**
 * M_E as a rectangle of latent elements: the bounds of a concept's own mask, grown by the margin on every side and cut
 * at the border (paper 3.5).
 *
 * It is the rectangle of the original object mask: concepts in front take nothing of it, and a feather adds nothing.
 * Its elements are those of the region in paper mode; a mask that covers no element by half, which a feather can still
 * render, has the bounds of the elements that it touches.
 *
 * @param mask dims [height, width] at image resolution, values 0..1
 * @returns undefined for a mask of zeros
 * @throws PipelineError PARAMETER_INVALID for a margin that is negative or not whole
 */
export function expandedRectangle(
  mask: Tensor,
  dims: readonly [height: number, width: number],
  { downscale, expandLatent }: Pick<LatentMaskOptions, 'downscale' | 'expandLatent'>,
): Rectangle | undefined {
  const covered = areaAverage(mask, downscale);
  const bounds = boundingRectangle(hardRegion(covered)) ?? boundingRectangle(covered);
  return bounds && expandRectangle(bounds, expandLatent, dims);
}

function reduceMask(mask: Tensor, { downscale, featherPx }: LatentMaskOptions): Tensor {
  if (featherPx > 0) return areaAverage(gaussianBlur(mask, featherPx / 2), downscale);
  return hardRegion(areaAverage(mask, downscale));
}

/** 1 for the elements that are covered by half or more, 0 for the others. */
function hardRegion(covered: Tensor): Tensor {
  return tensor(
    covered.data.map((share) => (share >= REGION_THRESHOLD ? 1 : 0)),
    covered.dims,
  );
}
