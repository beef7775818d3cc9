/**
 * Samplers of text to image: from noise to a picture in a few steps.
 *
 * The method itself has its own stepping (noise-schedule.ts); these generate pictures from prompts, with as few steps
 * as look good. Both use the model in the same way: a sampler provides the model's input latents (x_t of the
 * variance-preserving process), and gets eps back.
 */
import type { Tensor } from '../tensor/tensor.ts';
import type { ScheduleStep } from './noise-schedule.ts';

/** The state of sampling. */
export interface SamplerState {
  /** In the sampler's own scale. */
  readonly latents: Tensor;
  /** x0_hat of the previous step; undefined at the start. */
  readonly predOriginalSample?: Tensor;
}

/** A sampler for one schedule and number of steps; stateless. */
export interface Sampler {
  /** Noisiest first. Their `sigma` belongs to the method and is not used here. */
  readonly steps: readonly ScheduleStep[];
  /** Whether every step but the last adds fresh noise. */
  readonly isStochastic: boolean;
  /** @param noise standard normal, dims [channels, h, w] */
  start(noise: Tensor): SamplerState;
  /**
   * Starts from a picture instead of pure noise (SDEdit, Meng et al., arXiv 2108.01073).
   *
   * @param index step to continue from
   */
  startFrom(originalSample: Tensor, noise: Tensor, index: number): SamplerState;
  /** x_t in the scale that the model was trained on, for step `index`. */
  modelLatents(state: SamplerState, index: number): Tensor;
  /**
   * @param noisePrediction eps at `modelLatents(state, index)`
   * @param freshNoise standard normal, of the latents' dims; only for a stochastic sampler, and not for its last step
   * @returns the state before step `index + 1`; after the last step its latents are x0
   */
  advance(state: SamplerState, noisePrediction: Tensor, index: number, freshNoise?: Tensor): SamplerState;
}
