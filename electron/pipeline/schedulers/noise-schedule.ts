/**
 * The noise schedule and the step of method.md: the DDPM step (eta = 1), and its second-order form.
 *
 * | paper | here | meaning |
 * | --- | --- | --- |
 * | ᾱ_t | alphaProd | cumulative product of 1 - beta up to timestep t |
 * | ᾱ_prev | alphaProdPrevious | the same at the next, less noisy timestep |
 * | sigma_t | sigma | standard deviation of the noise that the step adds |
 * | x_t, x_prev | latents, previous latents | |
 * | eps | noisePrediction | the U-Net's estimate of the noise in x_t |
 * | z_t | noiseMap | the noise that the step adds |
 *
 * Source: Denoising Diffusion Implicit Models (Song et al., arXiv 2010.02502), equations 12 and 16 with
 * eta = 1, as in diffusers' DDIMScheduler with `timestep_spacing = "leading"`. The first-order step is that of
 * SDE-DPM-Solver++ as well; the second order is its 2M form (Lu et al., arXiv 2211.01095, appendix B), which LEDITS++
 * (Brack et al., arXiv 2311.16711, section 4) inverts with few steps.
 */
import { PipelineError } from '../errors.ts';
import { assertSameDims, type Tensor, tensor } from '../tensor/tensor.ts';

/** The part of a checkpoint's scheduler_config.json that the method reads. */
export interface NoiseScheduleConfig {
  readonly betaStart: number;
  readonly betaEnd: number;
  readonly betaSchedule: 'linear' | 'scaled_linear';
  readonly trainSteps: number;
  readonly stepsOffset: number;
  readonly predictionType: 'epsilon' | 'v_prediction';
  /** Whether the betas are rescaled so that no signal is left at the last training timestep (zero terminal SNR). */
  readonly rescaleZeroSnr: boolean;
}

/** Stable Diffusion's schedule (scheduler/scheduler_config.json of SD 1.x and 2.x base). */
export const STABLE_DIFFUSION_SCHEDULE: NoiseScheduleConfig = {
  betaStart: 0.00085,
  betaEnd: 0.012,
  betaSchedule: 'scaled_linear',
  trainSteps: 1000,
  stepsOffset: 1,
  predictionType: 'epsilon',
  rescaleZeroSnr: false,
};

/**
 * ᾱ at the last timestep of a rescaled schedule, where the formula gives 0: eps = x_T there, which determines no
 * x0_hat. This value replaces it, as in diffusers' schedulers (2^-24, the smallest positive float16); the method
 * stays in float32, in which eps then carries x0_hat to about 1e-3.
 */
export const TERMINAL_ALPHA_PROD = 2 ** -24;

/** One inference step t -> prev with its coefficients, in double precision. */
export interface ScheduleStep {
  /** 0 for the first step of the run. */
  readonly index: number;
  readonly timestep: number;
  readonly alphaProd: number;
  readonly alphaProdPrevious: number;
  readonly sigma: number;
  /** Weight in mu_t of the change of x0_hat since the previous step; 0 for a first-order step. */
  readonly secondOrderWeight: number;
}

/** `ddpm` is first order; `sde-dpmsolver++` second, using the previous x0_hat. Names as in diffusers. */
export const SOLVERS = ['ddpm', 'sde-dpmsolver++'] as const;
export type Solver = (typeof SOLVERS)[number];

/**
 * ᾱ_t for every training timestep, in double precision.
 *
 * With `rescaleZeroSnr`, sqrt(ᾱ) is shifted so that its last value is 0 and scaled so that its first one stays:
 * sqrt(ᾱ'_t) = (sqrt(ᾱ_t) - sqrt(ᾱ_T)) sqrt(ᾱ_1) / (sqrt(ᾱ_1) - sqrt(ᾱ_T)) (Lin et al., arXiv 2305.08891,
 * algorithm 1); {@link TERMINAL_ALPHA_PROD} replaces the 0.
 */
export function alphasCumprod(config: NoiseScheduleConfig): Float64Array {
  const { betaStart, betaEnd, trainSteps, betaSchedule } = config;
  const product = new Float64Array(trainSteps);
  let accumulated = 1;
  for (let t = 0; t < trainSteps; t++) {
    const position = t / (trainSteps - 1);
    const beta =
      betaSchedule === 'linear'
        ? betaStart + (betaEnd - betaStart) * position
        : (Math.sqrt(betaStart) + (Math.sqrt(betaEnd) - Math.sqrt(betaStart)) * position) ** 2;
    accumulated *= 1 - beta;
    product[t] = accumulated;
  }
  if (config.rescaleZeroSnr) rescaleToZeroSnr(product);
  return product;
}

function rescaleToZeroSnr(product: Float64Array): void {
  const first = Math.sqrt(product[0]!);
  const last = Math.sqrt(product.at(-1)!);
  for (const [t, value] of product.entries()) {
    product[t] = (((Math.sqrt(value) - last) * first) / (first - last)) ** 2;
  }
  product[product.length - 1] = TERMINAL_ALPHA_PROD;
}

/**
 * The inference steps t_T > ... > t_1 with "leading" spacing: multiples of floor(trainSteps / steps), shifted
 * by the steps offset.
 *
 * @param steps number of inference steps, 1..trainSteps - stepsOffset
 * @throws PipelineError PARAMETER_INVALID for another number; SCHEDULER_UNSUPPORTED for a steps offset of 0,
 *   with which the last step adds no noise and no noise map could lead to x0
 */
export function scheduleSteps(config: NoiseScheduleConfig, steps: number): ScheduleStep[] {
  const { trainSteps, stepsOffset } = config;
  if (stepsOffset < 1) {
    throw new PipelineError(
      'SCHEDULER_UNSUPPORTED',
      `The steps offset must be at least 1, not ${stepsOffset}.`,
    );
  }
  const mostSteps = trainSteps - stepsOffset;
  if (!Number.isInteger(steps) || steps < 1 || steps > mostSteps) {
    throw new PipelineError(
      'PARAMETER_INVALID',
      `Steps must be a whole number from 1 to ${mostSteps}, not ${steps}.`,
    );
  }
  const products = alphasCumprod(config);
  const spacing = Math.floor(trainSteps / steps);
  return Array.from({ length: steps }, (_, index) => {
    const timestep = (steps - 1 - index) * spacing + stepsOffset;
    const previous = timestep - spacing;
    const alphaProd = products[timestep]!;
    // The last step leads to x0; its ᾱ_prev is the schedule's first product (set_alpha_to_one = false). With 1
    // instead, sigma would be 0, and no noise map could correct the U-Net's error.
    const alphaProdPrevious = products[Math.max(previous, 0)]!;
    const variance = ((1 - alphaProdPrevious) / (1 - alphaProd)) * (1 - alphaProd / alphaProdPrevious);
    const sigma = Math.sqrt(Math.max(variance, 0));
    return { index, timestep, alphaProd, alphaProdPrevious, sigma, secondOrderWeight: 0 };
  });
}

/**
 * The steps of a run that starts at a share of the noise: the last round(startAt * steps) of the schedule,
 * at least one, counted again from 0. The paper uses 1; the cited codes skip the first 32 to 36 of 100 steps (0.64).
 *
 * @param startAt share of the steps to run, above 0 and up to 1
 * @param solver the first step of the run is first order with either
 * @throws PipelineError PARAMETER_INVALID, SCHEDULER_UNSUPPORTED; see {@link scheduleSteps}
 */
export function stepsFrom(
  config: NoiseScheduleConfig,
  steps: number,
  startAt: number,
  solver: Solver,
): ScheduleStep[] {
  if (!(startAt > 0 && startAt <= 1)) {
    throw new PipelineError(
      'PARAMETER_INVALID',
      `The share of the noise to start at must be above 0 and at most 1, not ${startAt}.`,
    );
  }
  const all = scheduleSteps(config, steps);
  const run = Math.max(Math.round(startAt * steps), 1);
  return all.slice(steps - run).map((step, index, taken) => ({
    ...step,
    index,
    secondOrderWeight:
      solver === 'sde-dpmsolver++' && index > 0 ? secondOrderWeight(taken[index - 1]!.alphaProd, step) : 0,
  }));
}

/**
 * sqrt(ᾱ_prev) (1 - e^(-2h)) / (2 r): SDE-DPM-Solver++ (2M), with lambda = log(sqrt(ᾱ) / sqrt(1 - ᾱ)), h the stride of
 * lambda in this step and r the stride of the step before over h.
 */
function secondOrderWeight(alphaProdBefore: number, { alphaProd, alphaProdPrevious }: ScheduleStep): number {
  const stride = logSnr(alphaProdPrevious) - logSnr(alphaProd);
  const strideBefore = logSnr(alphaProd) - logSnr(alphaProdBefore);
  return (Math.sqrt(alphaProdPrevious) * -Math.expm1(-2 * stride) * stride) / (2 * strideBefore);
}

/** Half the log of the signal-to-noise ratio. */
function logSnr(alphaProd: number): number {
  return Math.log(alphaProd / (1 - alphaProd)) / 2;
}

/**
 * x_t = sqrt(ᾱ_t) x0 + sqrt(1 - ᾱ_t) noise (paper 3.1).
 *
 * @param originalSample x0, any dims
 * @param noise standard normal, the same dims
 */
export function addNoise(originalSample: Tensor, noise: Tensor, alphaProd: number): Tensor {
  assertSameDims(originalSample, noise, 'Adding noise');
  const signalScale = Math.sqrt(alphaProd);
  const noiseScale = Math.sqrt(1 - alphaProd);
  const noised = new Float32Array(noise.data.length);
  for (let index = 0; index < noised.length; index++) {
    noised[index] = signalScale * originalSample.data[index]! + noiseScale * noise.data[index]!;
  }
  return tensor(noised, noise.dims);
}

/**
 * Turns a model's raw output into the noise prediction eps.
 *
 * For v-prediction (Salimans & Ho, arXiv 2202.00512, appendix D): eps = sqrt(ᾱ) v + sqrt(1 - ᾱ) x_t.
 */
export function noiseFromModelOutput(
  modelOutput: Tensor,
  latents: Tensor,
  step: ScheduleStep,
  predictionType: NoiseScheduleConfig['predictionType'],
): Tensor {
  if (predictionType === 'epsilon') return modelOutput;
  assertSameDims(modelOutput, latents, 'v-prediction');
  const velocityScale = Math.sqrt(step.alphaProd);
  const latentScale = Math.sqrt(1 - step.alphaProd);
  return tensor(
    modelOutput.data.map((value, index) => velocityScale * value + latentScale * latents.data[index]!),
    latents.dims,
  );
}

/** x0_hat = (x_t - sqrt(1 - ᾱ_t) eps) / sqrt(ᾱ_t). */
export function predictOriginalSample(latents: Tensor, noisePrediction: Tensor, step: ScheduleStep): Tensor {
  assertSameDims(latents, noisePrediction, 'Predicting x0');
  const noiseScale = Math.sqrt(1 - step.alphaProd);
  const signalScale = Math.sqrt(step.alphaProd);
  const original = new Float32Array(latents.data.length);
  for (let index = 0; index < original.length; index++) {
    original[index] = (latents.data[index]! - noiseScale * noisePrediction.data[index]!) / signalScale;
  }
  return tensor(original, latents.dims);
}

/**
 * mu_t = sqrt(ᾱ_prev) x0_hat + sqrt(1 - ᾱ_prev - sigma_t^2) eps: the step's mean, before noise is added.
 * A second-order step adds {@link ScheduleStep.secondOrderWeight} (x0_hat - previous x0_hat).
 *
 * @param originalBefore the previous step's x0_hat; unused by a first-order step
 */
export function stepMean(
  latents: Tensor,
  noisePrediction: Tensor,
  step: ScheduleStep,
  originalBefore?: Tensor,
): Tensor {
  assertSameDims(latents, noisePrediction, 'DDPM step');
  // mu is linear in x_t and eps: both factors in double precision, one rounding per element.
  const originalScale = Math.sqrt(step.alphaProdPrevious / step.alphaProd);
  const direction = Math.sqrt(Math.max(1 - step.alphaProdPrevious - step.sigma ** 2, 0));
  const noiseScale = direction - originalScale * Math.sqrt(1 - step.alphaProd);
  const { secondOrderWeight: weight } = step;
  if (weight === 0) {
    const mean = new Float32Array(latents.data.length);
    for (let index = 0; index < mean.length; index++) {
      mean[index] = originalScale * latents.data[index]! + noiseScale * noisePrediction.data[index]!;
    }
    return tensor(mean, latents.dims);
  }
  if (!originalBefore) throw new TypeError('A second-order step needs x0_hat of the step before.');
  assertSameDims(latents, originalBefore, 'x0_hat of the step before');
  // x0_hat is linear in x_t and eps too.
  const changeScale = weight / Math.sqrt(step.alphaProd);
  const latentScale = originalScale + changeScale;
  const predictionScale = noiseScale - changeScale * Math.sqrt(1 - step.alphaProd);
  return tensor(
    latents.data.map(
      (value, index) =>
        latentScale * value +
        predictionScale * noisePrediction.data[index]! -
        weight * originalBefore.data[index]!,
    ),
    latents.dims,
  );
}

/** The step: x_prev = mu_t + sigma_t z; see {@link stepMean} for `originalBefore`. */
export function stepWithNoise(
  latents: Tensor,
  noisePrediction: Tensor,
  noiseMap: Tensor,
  step: ScheduleStep,
  originalBefore?: Tensor,
): Tensor {
  assertSameDims(latents, noiseMap, 'Noise map of a DDPM step');
  const previous = stepMean(latents, noisePrediction, step, originalBefore);
  for (let index = 0; index < previous.data.length; index++) {
    previous.data[index] = previous.data[index]! + step.sigma * noiseMap.data[index]!;
  }
  return previous;
}
