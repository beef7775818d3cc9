/**
 * Region masks at latent resolution.
 *
 * | paper | here | meaning |
 * | --- | --- | --- |
 * | M_i | regionMasks[i] | weight of concept i at each latent element |
 * | M_B | backgroundMask | 1 minus the sum of the M_i |
 * | M_E_i | expandedMasks[i] | bounding rectangle of concept i's own mask, grown by a margin |
 */

import { PipelineError } from '../errors.ts';
import { growMask } from '../masks/grow-shrink.ts';
import { boundingRectangle, expandRectangle, type Rectangle, rectangleMask } from '../masks/rectangle.ts';
import { assertNonNegative, REGION_THRESHOLD } from '../masks/region.ts';
import { areaAverage, dilate, gaussianBlur } from '../tensor/image-kernels.ts';
import { type Tensor, tensor, zeros } from '../tensor/tensor.ts';

/** A concept's mask and layer order. */
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
  /** 1 in the transition bands, 0 elsewhere; undefined without bands. */
  readonly bandMask: Tensor | undefined;
}

/** How masks are converted to latent resolution. */
export interface LatentMaskOptions {
  /** Image pixels per latent element. */
  readonly downscale: number;
  /** Width of the soft edge in image pixels (two standard deviations of a Gaussian); 0 is the paper's mode. */
  readonly featherPx: number;
  /** Margin of the expanded mask in latent elements per side. */
  readonly expandLatent: number;
  /** Radius in image pixels by which regions grow into the background; 0 is the paper's mode. */
  readonly regionGrowPx: number;
  /** Width in latent elements of the transition band around each region; 0 is the paper's mode. */
  readonly bandLatent: number;
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
 * for soft weights. From the front layer to the back, each concept takes its weight of what the previous layers left,
 * so that M_B and the M_i sum to 1 at every element and in paper mode the front concept takes the element.
 *
 * Only then do regions grow and get their transition bands: both take elements only from the background, never from
 * another concept.
 *
 * @returns masks in the order of `concepts`
 */
export function latentMasks(
  concepts: readonly ConceptMask[],
  dims: readonly [height: number, width: number],
  options: LatentMaskOptions,
): LatentMasks {
  const { bandLatent } = options;
  assertNonNegative(bandLatent, 'The width of a transition band');
  if (!Number.isInteger(bandLatent)) {
    throw new PipelineError(
      'PARAMETER_INVALID',
      `The width of a transition band must be a whole number, not ${bandLatent}.`,
    );
  }
  const remaining = new Float32Array(dims[0] * dims[1]).fill(1);
  const regions = concepts.map(() => new Float32Array(remaining.length));
  const takeInOrder = (weightsOf: (index: number) => Tensor) => {
    for (const index of frontToBack(concepts)) takeRemaining(regions[index]!, remaining, weightsOf(index));
  };
  takeInOrder((index) => reduceMask(concepts[index]!.mask, options));
  const grown = concepts.map(({ mask }) => grownBy(mask, options.regionGrowPx));
  if (options.regionGrowPx > 0) takeInOrder((index) => reduceMask(grown[index]!, options));
  let bandMask: Tensor | undefined;
  if (bandLatent > 0) {
    const withoutBands = remaining.slice();
    const inner = regions.map((region) => tensor(region.slice(), dims));
    takeInOrder((index) => dilate(inner[index]!, bandLatent));
    bandMask = hardRegion(
      tensor(
        withoutBands.map((weight, at) => weight - remaining[at]!),
        dims,
      ),
    );
  }
  return {
    regionMasks: regions.map((region) => tensor(region, dims)),
    backgroundMask: tensor(remaining, dims),
    expandedMasks: grown.map((mask) => {
      const rectangle = expandedRectangle(mask, dims, { ...options, regionGrowPx: 0 });
      return rectangle === undefined ? zeros(dims) : rectangleMask(rectangle, dims);
    }),
    bandMask,
  };
}

/** Moves a concept's share from the remainder to its region. */
function takeRemaining(region: Float32Array, remaining: Float32Array, { data }: Tensor): void {
  for (let at = 0; at < remaining.length; at++) {
    const taken = data[at]! * remaining[at]!;
    region[at] = region[at]! + taken;
    remaining[at] = remaining[at]! - taken;
  }
}

/**
 * M_E as a rectangle of latent elements: the bounds of a concept's own mask, grown by the margin on every side and
 * clipped to the picture (paper 3.5).
 *
 * It is the rectangle of the original object mask: concepts in front do not reduce it, and a feather does not enlarge
 * it. Its elements are those of the region in paper mode; a mask that covers no element by half, which a feather can
 * still render, has the bounds of the elements that it touches. If regions grow or have bands, the rectangle contains
 * those too: dilution must not change the region.
 *
 * @param mask dims [height, width] at image resolution, values 0..1
 * @returns undefined for a mask of zeros
 * @throws PipelineError PARAMETER_INVALID for a margin that is negative or not whole
 */
export function expandedRectangle(
  mask: Tensor,
  dims: readonly [height: number, width: number],
  { downscale, expandLatent, regionGrowPx, bandLatent }: Omit<LatentMaskOptions, 'featherPx'>,
): Rectangle | undefined {
  const covered = areaAverage(grownBy(mask, regionGrowPx), downscale);
  const bounds = boundingRectangle(hardRegion(covered)) ?? boundingRectangle(covered);
  return bounds && expandRectangle(bounds, expandLatent + bandLatent, dims);
}

/** Growing by nothing would make the mask hard. */
function grownBy(mask: Tensor, regionGrowPx: number): Tensor {
  return regionGrowPx > 0 ? growMask(mask, regionGrowPx) : mask;
}

function reduceMask(mask: Tensor, { downscale, featherPx }: LatentMaskOptions): Tensor {
  if (featherPx > 0) return areaAverage(gaussianBlur(mask, featherPx / 2), downscale);
  return hardRegion(areaAverage(mask, downscale));
}

/** What sums of float32 may lack of a half: without it, rounding decides where symmetrical masks cover exactly half. */
const ROUNDING = 1e-6;

/** 1 for elements covered by half or more, 0 for the others. */
function hardRegion(covered: Tensor): Tensor {
  return tensor(
    covered.data.map((share) => (share >= REGION_THRESHOLD - ROUNDING ? 1 : 0)),
    covered.dims,
  );
}
