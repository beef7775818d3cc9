/**
 * Euler's method for the probability flow ODE.
 *
 * | paper | here | meaning |
 * | --- | --- | --- |
 * | sigma(t) | sigmas[index] | sqrt((1 - ᾱ_t) / ᾱ_t), noise per unit of signal; 0 behind the last step |
 * | x | latents | x_t / sqrt(ᾱ_t), the variance-exploding scale |
 * | d | noisePrediction | dx / dsigma = (x - x0_hat) / sigma = eps |
 *
 * Source: Karras et al., "Elucidating the Design Space of Diffusion-Based Generative Models" (arXiv 2206.00364),
 * algorithm 1 without its second-order correction; the numbers are those of diffusers' EulerDiscreteScheduler with
 * `timestep_spacing = "leading"` and `steps_offset = 1`, as SDXL's scheduler_config.json has it.
 */
import { assertSameDims, type Tensor, tensor } from '../tensor/tensor.ts';
import { type NoiseScheduleConfig, scheduleSteps } from './noise-schedule.ts';
import type { Sampler } from './sampler.ts';

/**
 * @throws PipelineError PARAMETER_INVALID, SCHEDULER_UNSUPPORTED
 */
export function eulerSampler(schedule: NoiseScheduleConfig, stepCount: number): Sampler {
  const steps = scheduleSteps(schedule, stepCount);
  const sigmas = [...steps.map(({ alphaProd }) => Math.sqrt((1 - alphaProd) / alphaProd)), 0];
  return {
    steps,
    isStochastic: false,
    start: (noise) => {
      // x_T = sqrt(sigma^2 + 1) noise: the whole variance of signal and noise at the noisiest step.
      const scale = Math.sqrt(sigmas[0]! ** 2 + 1);
      return { latents: map(noise, (value) => scale * value) };
    },
    startFrom: (originalSample, noise, index) => ({
      latents: combine(originalSample, noise, (original, value) => original + sigmas[index]! * value),
    }),
    modelLatents: ({ latents }, index) => {
      const scale = Math.sqrt(sigmas[index]! ** 2 + 1);
      return map(latents, (value) => value / scale);
    },
    advance: ({ latents }, noisePrediction, index) => {
      const sigma = sigmas[index]!;
      const change = sigmas[index + 1]! - sigma;
      return {
        predOriginalSample: combine(latents, noisePrediction, (value, eps) => value - sigma * eps),
        latents: combine(latents, noisePrediction, (value, eps) => value + change * eps),
      };
    },
  };
}

function map(value: Tensor, of: (element: number) => number): Tensor {
  return tensor(value.data.map(of), value.dims);
}

function combine(a: Tensor, b: Tensor, of: (a: number, b: number) => number): Tensor {
  assertSameDims(a, b, 'Euler step');
  return tensor(
    a.data.map((element, at) => of(element, b.data[at]!)),
    a.dims,
  );
}
