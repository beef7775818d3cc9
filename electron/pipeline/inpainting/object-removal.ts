/**
 * Removes objects from a picture (docs/method.md, stage 1 step 3): the union of their masks, grown to include soft
 * edges and shadows, is a hole; its content is generated, and only the hole's pixels change.
 *
 * One inpainter is here: blended latent diffusion (Avrahami et al., arXiv 2206.02779). A smooth first fill is partly
 * noised and denoised with the prompt of the empty scene; after every step the latents outside the hole are replaced
 * by the picture's own, noised to the same level.
 */
import { NoisePredictor, throwIfCancelled } from '../batching.ts';
import type { ComposeModels } from '../compose.ts';
import { PipelineError } from '../errors.ts';
import { isMaskEmpty } from '../masks/coverage.ts';
import { squaredDistanceTo } from '../masks/distance-transform.ts';
import { growMask } from '../masks/grow-shrink.ts';
import { complement, weightedSum } from '../mixing/blend-latents.ts';
import type { CancelSignal } from '../ports.ts';
import type { Inpainter } from '../preparation-ports.ts';
import { compositeOver, imageToTensor, type RgbImage, tensorToImage } from '../processors/image.ts';
import { addNoise, scheduleSteps, stepWithNoise } from '../schedulers/noise-schedule.ts';
import { areaAverage, dilate, maximumPlane } from '../tensor/image-kernels.ts';
import { gaussianNoise } from '../tensor/noise.ts';
import { firstNonFinite, type Tensor, tensor } from '../tensor/tensor.ts';

/** Widest fade of a fill into the picture, in pixels, within the margin around the objects. */
const MOST_FADE_PX = 4;

/**
 * The hole left by objects.
 *
 * @param masks dims [height, width] each, values 0..1
 * @param growPx margin, >= 0
 * @returns dims of the masks, values 0 or 1
 * @throws PipelineError MASK_EMPTY if there is nothing to remove, SIZE_MISMATCH naming both sizes
 */
export function removalHole(
  masks: readonly Tensor[],
  growPx: number,
  { width, height }: { readonly width: number; readonly height: number },
): Tensor {
  for (const { dims } of masks) {
    if (dims[0] !== height || dims[1] !== width) {
      throw new PipelineError(
        'SIZE_MISMATCH',
        `A mask is ${dims[1]} x ${dims[0]} pixels, but the picture is ${width} x ${height}.`,
      );
    }
  }
  const union = maximumPlane(masks, [height, width]);
  if (isMaskEmpty(union)) {
    throw new PipelineError('MASK_EMPTY', 'The masks cover nothing: there is no object to remove.');
  }
  const hole = growMask(union, growPx);
  if (!hole.data.includes(0)) {
    throw new PipelineError(
      'MASK_EMPTY',
      'The masks, with their margin, cover the whole picture: there is nothing left to fill from. Make the margin smaller.',
    );
  }
  return hole;
}

/**
 * Pastes a fill into a picture's hole. Pixels outside the hole stay unchanged, byte for byte; the fade lies in the
 * margin, so that nothing of the objects shows through.
 *
 * @param growPx margin of the hole
 */
export function pasteFill(image: RgbImage, filled: RgbImage, hole: Tensor, growPx: number): RgbImage {
  const [height, width] = hole.dims as [number, number];
  const fadePx = Math.min(MOST_FADE_PX, Math.max(growPx - 2, 0));
  const outside = { inside: Uint8Array.from(hole.data, (value) => 1 - value), height, width };
  const squared = squaredDistanceTo(outside);
  const opacity = tensor(
    squared.map((distance) => Math.min(Math.sqrt(distance) / (fadePx + 1), 1)),
    hole.dims,
  );
  return compositeOver(image, filled, opacity);
}

/** Settings of the denoising. */
export interface BlendedFillParameters {
  /** Describes the picture without the objects. */
  readonly prompt: string;
  readonly seed: number;
  readonly steps: number;
  /** Classifier-free guidance >= 1. */
  readonly guidanceScale: number;
  /** Share of the steps to run, 0..1: how far the first fill is noised. */
  readonly strength: number;
  /**
   * Number of fills with different noise whose latents are averaged: what is certain stays, invented detail averages
   * out.
   */
  readonly samples: number;
}

/** Chosen on held-out scenes (docs/decisions/0043-remove-objects-by-blended-diffusion.md). */
export const BLENDED_FILL_DEFAULTS = { steps: 8, guidanceScale: 1, strength: 0.6, samples: 8 } as const;

/** The inpainter that fills with the blending model itself. */
export class BlendedDiffusionInpainter implements Inpainter {
  readonly name: string;
  readonly #models: ComposeModels;
  readonly #first: Inpainter;
  readonly #parameters: BlendedFillParameters;
  readonly #onStep: ((step: number, total: number) => void) | undefined;

  /**
   * @param models of the blending pack; their owner releases them
   * @param first makes the smooth fill to start from
   */
  constructor(
    models: ComposeModels,
    first: Inpainter,
    parameters: BlendedFillParameters,
    onStep?: (step: number, total: number) => void,
  ) {
    this.#models = models;
    this.#first = first;
    this.#parameters = parameters;
    this.#onStep = onStep;
    this.name = `blended latent diffusion from ${first.name}`;
  }

  /** @throws PipelineError CANCELLED, NON_FINITE, OUT_OF_MEMORY, PARAMETER_INVALID */
  async fill(image: RgbImage, hole: Tensor, signal?: CancelSignal): Promise<RgbImage> {
    const { unet, autoencoder, schedule, conditioner } = this.#models;
    const { prompt, seed, guidanceScale, strength, samples } = this.#parameters;
    const steps = scheduleSteps(schedule, this.#parameters.steps);
    const first = await this.#first.fill(image, hole, signal);
    throwIfCancelled(signal);
    const originalLatents = await autoencoder.encode(imageToTensor(first));
    throwIfCancelled(signal);
    const conditioning = await conditioner.condition(prompt, image);
    const unconditional = await conditioner.conditionNegative('', image);
    const predictor = new NoisePredictor({
      unet,
      predictionType: schedule.predictionType,
      guidanceScale,
      unconditional,
      attentionLayers: 'all',
      controls: { ...(signal && { signal }) },
    });
    // A latent element belongs to the hole if any of its pixels, or of its neighbours', does.
    const inside = latentHole(hole, autoencoder.downscale);
    const outside = complement(inside);
    const from = Math.min(Math.round((1 - strength) * steps.length), steps.length - 1);
    const remaining = steps.slice(from);
    const noiseAt = (sample: number, index: number) =>
      gaussianNoise(seed, 'removal', sample * (2 * steps.length + 2) + index, originalLatents.dims);
    // 1. Noise the first fill.
    let latents = Array.from({ length: samples }, (_, sample) =>
      addNoise(originalLatents, noiseAt(sample, 0), remaining[0]!.alphaProd),
    );
    // 2. Denoise; replace the latents outside the hole after every step.
    for (const [done, step] of remaining.entries()) {
      throwIfCancelled(signal);
      const predictions = await predictor.predict(
        latents.map((value) => [
          { step, latents: value, ...conditioning, keyValueSource: 0, appearanceScale: 0 },
        ]),
      );
      const isLast = done === remaining.length - 1;
      latents = latents.map((value, sample) => {
        const noiseMap = noiseAt(sample, 1 + 2 * step.index);
        const next = stepWithNoise(
          value,
          predictions[sample]![0]!,
          // The last step adds no noise.
          isLast ? tensor(new Float32Array(noiseMap.data.length), noiseMap.dims) : noiseMap,
          step,
        );
        const known = isLast
          ? originalLatents
          : addNoise(originalLatents, noiseAt(sample, 2 + 2 * step.index), step.alphaProdPrevious);
        return weightedSum([
          { latents: next, weight: inside },
          { latents: known, weight: outside },
        ]);
      });
      this.#onStep?.(done + 1, remaining.length);
    }
    // 3. Average and decode.
    throwIfCancelled(signal);
    const mean = new Float32Array(originalLatents.data.length);
    for (const { data } of latents) {
      for (let at = 0; at < mean.length; at++) mean[at] = mean[at]! + data[at]! / samples;
    }
    const decoded = await autoencoder.decode(tensor(mean, originalLatents.dims));
    if (firstNonFinite(decoded) >= 0) {
      throw new PipelineError('NON_FINITE', 'The decoder returned a value that is not a number.');
    }
    return tensorToImage(decoded);
  }

  async release(): Promise<void> {
    await this.#first.release();
  }
}

function latentHole(hole: Tensor, downscale: number): Tensor {
  const covered = areaAverage(hole, downscale);
  return dilate(
    tensor(
      covered.data.map((share) => (share > 0 ? 1 : 0)),
      covered.dims,
    ),
    1,
  );
}
