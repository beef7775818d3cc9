/**
 * Text to image: a prompt becomes candidates for a background (docs/method.md, stage 1 step 1).
 *
 * Classifier-free guidance (Ho & Salimans, arXiv 2207.12598): eps = eps_n + g (eps_c - eps_n), where n is the negative
 * prompt; on request in an interval of the timesteps alone (Kynkäänniemi et al., arXiv 2404.07724). The candidates are generated one after another, so that the first can be viewed, and the run cancelled,
 * before the last has started; each depends only on its own seed.
 *
 * With regional prompts the first steps, which decide the layout, follow a prompt per subject, each in its own part of
 * the picture (mixing/prompt-regions.ts); the others follow the whole prompt.
 */
import { NoisePredictor, type RowGroup, throwIfCancelled } from './batching.ts';
import { PipelineError } from './errors.ts';
import type { Autoencoder, PromptConditioner, PromptConditioning, RunControls, Unet } from './ports.ts';
import { type RgbImage, tensorToImage } from './processors/image.ts';
import { alignPrompts } from './processors/weighted-prompt.ts';
import { openRegionalPrompts, type RegionalPrompts } from './regional-prompts.ts';
import { createSampler, type SamplerKind } from './schedulers/create-sampler.ts';
import type { NoiseScheduleConfig, ScheduleStep } from './schedulers/noise-schedule.ts';
import { gaussianNoise, MAX_SEED } from './tensor/noise.ts';
import { firstNonFinite, type Tensor } from './tensor/tensor.ts';

/** The models that turn prompts into pictures. */
export interface TextToImageModels {
  readonly conditioner: PromptConditioner;
  readonly unet: Unet;
  readonly autoencoder: Autoencoder;
  readonly schedule: NoiseScheduleConfig;
  readonly sampler: SamplerKind;
}

/** A request for candidates. */
export interface TextToImageRequest {
  readonly prompt: string;
  /** Describes what the pictures should not show; '' for nothing. */
  readonly negativePrompt: string;
  /** One candidate each. Unsigned 32-bit. */
  readonly seeds: readonly number[];
  /** In pixels; multiples of the autoencoder's downscale. */
  readonly width: number;
  readonly height: number;
  readonly steps: number;
  /** Classifier-free guidance g >= 1; 1 is off. */
  readonly guidanceScale: number;
  /** Where guidance counts; elsewhere eps = eps_c, at half the cost. By default everywhere. */
  readonly guidanceInterval?: GuidanceInterval | undefined;
  /** Prompts for parts of the picture in the first steps; by default the prompt alone is followed. */
  readonly regional?: RegionalPrompts | undefined;
}

/** Timesteps t with `low` <= t / trainSteps <= `high`, 0..1; small ones have little noise. */
export interface GuidanceInterval {
  readonly low: number;
  readonly high: number;
}

/** One candidate. */
export interface Candidate {
  readonly image: RgbImage;
  readonly seed: number;
}

/** What someone thinks of one draw. */
export interface Judgement {
  /** The draw with the largest value is kept; of several, the earliest. */
  readonly quality: number;
  /** A seed to draw this candidate again with; null: enough. */
  readonly retrySeed: number | null;
}

/** Progress: `step` of `total` over all candidates; a regenerated candidate starts again. */
export interface TextToImageControls extends Pick<RunControls, 'signal' | 'onBatchReduced' | 'onTrace'> {
  readonly onProgress?: (step: number, total: number) => void;
  /** x0_hat of the current candidate, dims [channels, h, w]. */
  readonly onPreview?: (predOriginalSample: Tensor, candidate: number, step: number) => void;
  /** Judges each draw of a candidate; without it the first is kept. */
  readonly judge?: (draw: Candidate) => Promise<Judgement>;
  /** Called as soon as a candidate is finished; the next one starts after it returns. */
  readonly onCandidate?: (candidate: Candidate, index: number) => void | Promise<void>;
}

/** The seeds of `count` candidates: consecutive from the first, wrapping to 0 after the largest. */
export function consecutiveSeeds(first: number, count: number): number[] {
  return Array.from({ length: count }, (_, index) => (first + index) % (MAX_SEED + 1));
}

/**
 * Generates the candidates.
 *
 * @throws PipelineError PARAMETER_INVALID (no seed, steps), SIZE_MISMATCH, CANCELLED (between calls of the models),
 *   OUT_OF_MEMORY, NON_FINITE; RangeError for a seed out of range
 */
export async function textToImage(
  models: TextToImageModels,
  request: TextToImageRequest,
  controls: TextToImageControls = {},
): Promise<Candidate[]> {
  const { unet, autoencoder } = models;
  const { width, height, seeds, guidanceScale, guidanceInterval } = request;
  checkSize(request, autoencoder.downscale);
  if (seeds.length === 0) {
    throw new PipelineError('PARAMETER_INVALID', 'At least one candidate must be requested.');
  }
  if (!(guidanceScale >= 1)) {
    throw new PipelineError('PARAMETER_INVALID', `Guidance must be 1 or larger, not ${guidanceScale}.`);
  }
  const sampler = createSampler(models.sampler, models.schedule, request.steps);
  throwIfCancelled(controls.signal);
  const size = { width, height };
  const ofPrompt = await models.conditioner.condition(request.prompt, size);
  const ofNegative = await models.conditioner.conditionNegative(request.negativePrompt, size);
  // Without guidance the negative prompt has no rows, and must not make the others longer.
  const [conditioning, negative] = (
    guidanceScale === 1 ? [ofPrompt, ofNegative] : alignPrompts([ofPrompt, ofNegative])
  ) as [PromptConditioning, PromptConditioning];
  const predictor = new NoisePredictor({
    unet,
    predictionType: models.schedule.predictionType,
    guidanceScale,
    unconditional: negative,
    attentionLayers: 'all',
    controls,
  });
  const latentSize = [height / autoencoder.downscale, width / autoencoder.downscale] as const;
  const dims = [unet.latentChannels, ...latentSize];
  const guidanceAt = ({ timestep }: ScheduleStep): number => {
    const { low, high } = guidanceInterval ?? { low: 0, high: 1 };
    const share = timestep / models.schedule.trainSteps;
    return low <= share && share <= high ? guidanceScale : 1;
  };
  const regional = await openRegionalPrompts(request.regional, {
    whole: conditioning,
    condition: (prompt) => models.conditioner.condition(prompt, size),
    negative,
    predictor,
    steps: sampler.steps.length,
    guidanceAt,
  });
  const total = seeds.length * sampler.steps.length;
  const draw = async (seed: number, index: number): Promise<Candidate> => {
    let state = sampler.start(gaussianNoise(seed, 'textToImage', 0, dims));
    const predictByPart = regional?.begin(seed, latentSize);
    for (const step of sampler.steps) {
      throwIfCancelled(controls.signal);
      const latents = sampler.modelLatents(state, step.index);
      const rowOf = (prompted: PromptConditioning): RowGroup => [
        { step, latents, ...prompted, keyValueSource: 0, appearanceScale: 0 },
      ];
      const noisePrediction =
        (await predictByPart?.(rowOf, step)) ??
        (await predictor.predict([rowOf(conditioning)], guidanceAt(step)))[0]![0]!;
      const isLast = step.index === sampler.steps.length - 1;
      const freshNoise =
        sampler.isStochastic && !isLast
          ? gaussianNoise(seed, 'textToImage', step.index + 1, dims)
          : undefined;
      state = sampler.advance(state, noisePrediction, step.index, freshNoise);
      controls.onTrace?.(`candidate-${index + 1}/${step.index}`, state.latents);
      controls.onPreview?.(state.predOriginalSample!, index, step.index + 1);
      controls.onProgress?.(index * sampler.steps.length + step.index + 1, total);
    }
    throwIfCancelled(controls.signal);
    const decoded = await autoencoder.decode(state.latents);
    throwIfCancelled(controls.signal);
    if (firstNonFinite(decoded) >= 0) {
      throw new PipelineError('NON_FINITE', 'The decoder returned a value that is not a number.');
    }
    return { image: tensorToImage(decoded), seed };
  };
  const candidates: Candidate[] = [];
  for (const [index, first] of seeds.entries()) {
    let candidate: Candidate | undefined;
    let best = Number.NEGATIVE_INFINITY;
    for (let seed: number | null = first; seed !== null; ) {
      const drawn = await draw(seed, index);
      const judgement = await controls.judge?.(drawn);
      if (candidate === undefined || (judgement?.quality ?? 0) > best) {
        candidate = drawn;
        best = judgement?.quality ?? 0;
      }
      seed = judgement?.retrySeed ?? null;
    }
    candidates.push(candidate!);
    await controls.onCandidate?.(candidate!, index);
  }
  return candidates;
}

function checkSize({ width, height }: TextToImageRequest, downscale: number): void {
  for (const side of [width, height]) {
    if (!Number.isInteger(side) || side < downscale || side % downscale !== 0) {
      throw new PipelineError(
        'SIZE_MISMATCH',
        `A picture of ${width} x ${height} pixels cannot be generated: both sides must be multiples of ${downscale}.`,
      );
    }
  }
}
