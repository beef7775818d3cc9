/**
 * DPM-Solver++ (2M): second order, one model call per step, from the two latest estimates of x0; and SDE-DPM-Solver++
 * (2M), which adds fresh noise in every step.
 *
 * | paper | here | meaning |
 * | --- | --- | --- |
 * | alpha_t, sigma_t | signal, noise | sqrt(ᾱ_t), sqrt(1 - ᾱ_t) |
 * | lambda_t | logSnr | log(alpha_t / sigma_t), half the log signal-to-noise ratio |
 * | h | stride | lambda of the next step minus lambda of this one |
 * | r | ratio | stride of the step before over stride |
 * | x_theta | predOriginalSample | x0_hat |
 * | D | direction | x0_hat, extrapolated from this step's and the one before's |
 *
 * Source: Lu et al., "DPM-Solver++" (arXiv 2211.01095), algorithm 2 and section 6.2. The timesteps use "trailing" spacing: they start
 * at the last training step, where a picture really is pure noise (Lin et al., arXiv 2305.08891, section 3.3). The
 * numbers are those of diffusers' DPMSolverMultistepScheduler with `algorithm_type` "dpmsolver++" or "sde-dpmsolver++",
 * `solver_order = 2`, `timestep_spacing = "trailing"` and `final_sigmas_type = "zero"`.
 */
import { PipelineError } from '../errors.ts';
import { assertSameDims, tensor } from '../tensor/tensor.ts';
import {
  addNoise,
  alphasCumprod,
  type NoiseScheduleConfig,
  predictOriginalSample,
  type ScheduleStep,
} from './noise-schedule.ts';
import type { Sampler } from './sampler.ts';

/**
 * @throws PipelineError PARAMETER_INVALID
 */
export function dpmSolverSampler(
  schedule: NoiseScheduleConfig,
  stepCount: number,
  { isStochastic }: { readonly isStochastic: boolean },
): Sampler {
  const steps = trailingSteps(schedule, stepCount);
  const logSnrOf = (alphaProd: number) => 0.5 * Math.log(alphaProd / (1 - alphaProd));
  return {
    steps,
    isStochastic,
    start: (noise) => ({ latents: noise }),
    startFrom: (originalSample, noise, index) => ({
      latents: addNoise(originalSample, noise, steps[index]!.alphaProd),
    }),
    modelLatents: ({ latents }) => latents,
    advance: ({ latents, predOriginalSample: earlier }, noisePrediction, index, freshNoise) => {
      const step = steps[index]!;
      const predOriginalSample = predictOriginalSample(latents, noisePrediction, step);
      // After the last step the noise is 0: h is infinite and x0_hat itself is the result.
      if (index === steps.length - 1) return { latents: predOriginalSample, predOriginalSample };
      const stride = logSnrOf(step.alphaProdPrevious) - logSnrOf(step.alphaProd);
      const signal = Math.sqrt(step.alphaProdPrevious);
      const ratioOfNoise = Math.sqrt((1 - step.alphaProdPrevious) / (1 - step.alphaProd));
      // With fresh noise, x_t keeps e^(-h) less of its own, and x0_hat gains as if the stride were twice as long.
      const kept = isStochastic ? ratioOfNoise * Math.exp(-stride) : ratioOfNoise;
      const decay = Math.expm1(isStochastic ? -2 * stride : -stride);
      const fresh = isStochastic ? Math.sqrt((1 - step.alphaProdPrevious) * -decay) : 0;
      if (isStochastic && freshNoise === undefined) {
        throw new RangeError('A stochastic step needs fresh noise.');
      }
      // D = x0_hat + (x0_hat - x0_hat before) / (2 r); of first order at the start.
      let extrapolation = 0;
      if (earlier !== undefined) {
        assertSameDims(earlier, latents, 'DPM-Solver step');
        const strideBefore = logSnrOf(step.alphaProd) - logSnrOf(steps[index - 1]!.alphaProd);
        extrapolation = stride / (2 * strideBefore);
      }
      return {
        predOriginalSample,
        latents: tensor(
          latents.data.map((value, at) => {
            const original = predOriginalSample.data[at]!;
            const direction = original + extrapolation * (original - (earlier?.data[at] ?? original));
            return kept * value - signal * decay * direction + fresh * (freshNoise?.data[at] ?? 0);
          }),
          latents.dims,
        ),
      };
    },
  };
}

/** t = round(trainSteps (1 - k / steps)) - 1 for k = 0, 1, ...: from the last training step downwards. */
function trailingSteps(schedule: NoiseScheduleConfig, stepCount: number): ScheduleStep[] {
  const { trainSteps } = schedule;
  if (!Number.isInteger(stepCount) || stepCount < 1 || stepCount > trainSteps) {
    throw new PipelineError(
      'PARAMETER_INVALID',
      `Steps must be a whole number from 1 to ${trainSteps}, not ${stepCount}.`,
    );
  }
  const products = alphasCumprod(schedule);
  const timesteps = Array.from(
    { length: stepCount },
    (_, index) => roundHalfToEven(trainSteps - (index * trainSteps) / stepCount) - 1,
  );
  return timesteps.map((timestep, index) => ({
    index,
    timestep,
    alphaProd: products[timestep]!,
    alphaProdPrevious: index + 1 < stepCount ? products[timesteps[index + 1]!]! : 1,
    secondOrderWeight: 0,
    sigma: 0,
  }));
}

/** Rounds like NumPy. */
function roundHalfToEven(value: number): number {
  const below = Math.floor(value);
  const isHalf = value - below === 0.5;
  return isHalf ? below + (below % 2) : Math.round(value);
}
