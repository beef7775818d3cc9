/** Inputs, parameters and result of the method (pnp-mix.ts). */
import type { AblationRow } from './ablation.ts';
import type { ConceptMask, LatentMasks } from './mixing/latent-masks.ts';
import type { AttentionLayers, CachedHiddenStates, PromptConditioning, Unet } from './ports.ts';
import type { NoiseScheduleConfig, Solver } from './schedulers/noise-schedule.ts';
import type { Tensor } from './tensor/tensor.ts';

/** The parts of a model pack that the method uses while blending. */
export interface PnpMixModels {
  readonly unet: Unet;
  readonly schedule: NoiseScheduleConfig;
  /** Image pixels per latent element along each axis. */
  readonly downscale: number;
  /** Height and width of the latents. */
  readonly latentSize: readonly [height: number, width: number];
}

/** Cached hidden states of one concept at the U-Net's self-attention, by step, from earlier runs. */
export interface AttentionCache {
  /** @param stepIndex 0 for the first step of the run */
  get(stepIndex: number): CachedHiddenStates | undefined;
  /** Stores them if there is room. */
  set(stepIndex: number, states: CachedHiddenStates): void;
}

/** One concept, encoded. */
export interface ConceptInputs extends ConceptMask {
  /** x0 of the concept image, dims [channels, h, w]. */
  readonly latents: Tensor;
  /** The concept image's own prompt. */
  readonly conditioning: PromptConditioning;
  /** Appearance guidance scale of this concept, >= 0; the paper's is 0.15. */
  readonly alpha: number;
  /**
   * Shared by runs with the same latents, prompt, steps, start, seed and attention layers. Without them a run needs
   * one more row for this concept at each step.
   */
  readonly attentionCache?: AttentionCache;
}

/** All inputs of stage 2, encoded. */
export interface PnpMixInputs {
  readonly background: {
    /** x0 of the background, dims [channels, h, w]. */
    readonly latents: Tensor;
    /** The scene prompt. */
    readonly conditioning: PromptConditioning;
    /**
     * eps of every step of the run, from an earlier run with the same background, prompt, steps, start, seed and
     * guidance.
     */
    readonly noisePredictions?: readonly Tensor[];
  };
  readonly inpainted: {
    /** x0 of the background without the objects, dims [channels, h, w]. */
    readonly latents: Tensor;
    /** The scene prompt without the concepts. */
    readonly conditioning: PromptConditioning;
  };
  /** The empty prompt; used by text classifier-free guidance. */
  readonly unconditional: PromptConditioning;
  readonly concepts: readonly ConceptInputs[];
}

/** The method's parameters; docs/method.md gives each one's source. */
export interface PnpMixParameters {
  /** Steps of the whole schedule. */
  readonly steps: number;
  /**
   * Share of the noise at which stage 2 starts, above 0 and up to 1: out and the references start at the background's
   * x_t there, and only the steps after it are inverted and run. The paper uses 1, the cited codes 0.64.
   */
  readonly startAt: number;
  /** `ddpm` is the paper's step; the second-order one, which LEDITS++ uses, does with fewer steps. */
  readonly solver: Solver;
  /** Unsigned 32-bit seed of the inversion noise. */
  readonly seed: number;
  /** Dilution scale, 0..1; the paper's is 0.8. */
  readonly beta: number;
  /** Text classifier-free guidance; 1 is off. It replaces swap guidance. */
  readonly guidanceScale: number;
  /** Swap guidance s >= 1; 1 is off. It applies while text guidance is off. */
  readonly swapGuidanceScale: number;
  readonly attentionLayers: AttentionLayers;
  /** Share of the steps with guided appearance attention: from <= index / steps < to. */
  readonly attentionSteps: { readonly from: number; readonly to: number };
  readonly featherPx: number;
  readonly expandLatent: number;
  readonly regionGrowPx: number;
  readonly bandLatent: number;
  readonly ablation: AblationRow;
}

/** The result of a run of the method. */
export interface PnpMixResult {
  /** x0 of the composed picture, dims [channels, h, w]. */
  readonly latents: Tensor;
  readonly masks: LatentMasks;
  /** eps of the background at every step of the run, to reuse as an input; see {@link PnpMixInputs}. */
  readonly backgroundNoise: readonly Tensor[];
  /** U-Net rows run. */
  readonly unetRows: number;
}
