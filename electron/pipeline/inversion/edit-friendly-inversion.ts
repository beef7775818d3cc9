/**
 * Edit-friendly DDPM inversion (paper 3.1 and 3.2; Huberman-Spiegelglas et al., arXiv 2304.06140, section 3.2).
 *
 * | paper | here | meaning |
 * | --- | --- | --- |
 * | x0 | latents | VAE latents of the image, times the scaling factor |
 * | x_t | trajectory[k] | the image with independent noise at step k; trajectory[T] is x0 |
 * | eps | noisePredictions[k] | the U-Net's prediction at trajectory[k] |
 * | z_t | noiseMaps[k] | the noise that leads the DDPM step from trajectory[k] to trajectory[k + 1] |
 *
 * The x_t are drawn independently of each other, so all are known before the first U-Net call, and a branch that only
 * needs its x_t (the inpainted background, the concepts) needs no U-Net at all.
 */
import type { GroupRow, NoisePredictor } from '../batching.ts';
import type { PromptConditioning } from '../ports.ts';
import {
  addNoise,
  predictOriginalSample,
  type ScheduleStep,
  stepMean,
  stepWithNoise,
} from '../schedulers/noise-schedule.ts';
import { keptNoise } from '../tensor/kept-noise.ts';
import type { NoiseStream } from '../tensor/noise.ts';
import { type Tensor, tensor } from '../tensor/tensor.ts';

/** An inverted image: everything needed to step back to it. */
export interface Inversion {
  /** x_t for every step, noisiest first, and x0 last: steps + 1 tensors of dims [channels, h, w]. */
  readonly trajectory: readonly Tensor[];
  /** eps at trajectory[k], one per step. */
  readonly noisePredictions: readonly Tensor[];
  /** z_t, one per step. */
  readonly noiseMaps: readonly Tensor[];
}

/**
 * The independent x_t of an image: x_t = sqrt(ᾱ_t) x0 + sqrt(1 - ᾱ_t) e_t (paper 3.1).
 *
 * @param latents x0, dims [channels, h, w]
 * @param seed unsigned 32-bit seed of the noise
 * @param stream role of the noise
 * @returns steps + 1 tensors, noisiest first, x0 itself last
 */
export function sampleTrajectory(
  latents: Tensor,
  steps: readonly ScheduleStep[],
  seed: number,
  stream: NoiseStream,
): Tensor[] {
  const noised = steps.map((step) =>
    addNoise(latents, keptNoise(seed, stream, step.timestep, latents.dims), step.alphaProd),
  );
  return [...noised, latents];
}

/**
 * eps at every x_t of a trajectory. The rows are independent, so they are batched freely.
 *
 * @param trajectory steps + 1 tensors, as from {@link sampleTrajectory}
 * @param conditioning the image's own prompt
 * @param onStep called with the number of finished predictions
 */
export async function predictTrajectoryNoise(
  trajectory: readonly Tensor[],
  steps: readonly ScheduleStep[],
  conditioning: PromptConditioning,
  predictor: NoisePredictor,
  onStep?: (done: number) => void,
): Promise<Tensor[]> {
  const predictions: Tensor[] = [];
  // Chunks are only for progress and cancellation: the predictor splits each into calls that fit.
  const chunkSteps = 8;
  for (let start = 0; start < steps.length; start += chunkSteps) {
    const groups = steps.slice(start, start + chunkSteps).map((step): GroupRow[] => [
      {
        latents: trajectory[step.index]!,
        step,
        ...conditioning,
        keyValueSource: 0,
        appearanceScale: 0,
      },
    ]);
    for (const [prediction] of await predictor.predict(groups)) predictions.push(prediction!);
    onStep?.(predictions.length);
  }
  return predictions;
}

/**
 * The noise maps z_t = (x_prev - mu_t) / sigma_t (paper 3.2).
 *
 * Each x_prev is then replaced by mu_t + sigma_t z_t in the arithmetic of the later stepping, so that rounding
 * does not add up over the steps (the cited method's drift correction). The replaced x_prev differs from the
 * sampled one by rounding only.
 */
export function extractNoiseMaps(
  trajectory: readonly Tensor[],
  noisePredictions: readonly Tensor[],
  steps: readonly ScheduleStep[],
): Inversion {
  const corrected = [...trajectory];
  let originalBefore: Tensor | undefined;
  const noiseMaps = steps.map((step) => {
    const latents = corrected[step.index]!;
    const noisePrediction = noisePredictions[step.index]!;
    const mean = stepMean(latents, noisePrediction, step, originalBefore);
    const previous = corrected[step.index + 1]!;
    const values = new Float32Array(previous.data.length);
    for (let index = 0; index < values.length; index++) {
      values[index] = (previous.data[index]! - mean.data[index]!) / step.sigma;
    }
    const noiseMap = tensor(values, previous.dims);
    corrected[step.index + 1] = stepWithNoise(latents, noisePrediction, noiseMap, step, originalBefore);
    originalBefore = predictOriginalSample(latents, noisePrediction, step);
    return noiseMap;
  });
  return { trajectory: corrected, noisePredictions, noiseMaps };
}

/**
 * The complete inversion of an image, including its noise maps. Blending needs this only for the background; tracing
 * a run needs it for the other branches too.
 */
export async function invert(
  trajectory: readonly Tensor[],
  steps: readonly ScheduleStep[],
  conditioning: PromptConditioning,
  predictor: NoisePredictor,
): Promise<Inversion> {
  return extractNoiseMaps(
    trajectory,
    await predictTrajectoryNoise(trajectory, steps, conditioning, predictor),
    steps,
  );
}
