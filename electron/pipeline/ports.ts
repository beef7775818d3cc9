/**
 * The method's interfaces to models and to its caller. `electron/inference` implements these with ONNX
 * Runtime; the tests implement them with small networks written out in TypeScript.
 */
import type { Tensor } from './tensor/tensor.ts';

/** SDXL's conditioning besides the prompt's tokens. */
export interface AddedConditioning {
  /** Pooled embedding of the prompt, dims [textDim]. */
  readonly textEmbedding: Tensor;
  /** Original height and width, crop top and left, target height and width, in pixels. */
  readonly timeIds: readonly number[];
}

/** A prompt's conditioning for the U-Net. */
export interface PromptConditioning {
  /** dims [tokens, hidden]. */
  readonly promptEmbedding: Tensor;
  /** Only for the U-Nets of SDXL. */
  readonly added?: AddedConditioning;
}

/** Turns prompts into the U-Net's conditioning. */
export interface PromptConditioner {
  /**
   * @param size of the picture that the U-Net sees, in pixels
   * @throws an error of the models
   */
  condition(
    prompt: string,
    size: { readonly width: number; readonly height: number },
  ): Promise<PromptConditioning>;
  /**
   * The other side of classifier-free guidance.
   *
   * @param negativePrompt what the picture should not show; '' for nothing
   */
  conditionNegative(
    negativePrompt: string,
    size: { readonly width: number; readonly height: number },
  ): Promise<PromptConditioning>;
}

/**
 * Cached hidden states of one row at the self-attention layers, for rows of later calls to attend to. Opaque to the
 * method.
 */
export interface CachedHiddenStates {
  readonly layers: AttentionLayers;
  readonly byteLength: number;
}

/** One row of a U-Net batch. */
export interface UnetRow extends PromptConditioning {
  /** x_t, dims [channels, h, w]. */
  readonly latents: Tensor;
  /** Training timestep, 0..999. */
  readonly timestep: number;
  /** Source of the keys and values that this row attends to: a row of the same batch, or a cached one. */
  readonly keyValueSource: number | CachedHiddenStates;
  /** Requests this row's states, so that rows of later calls can attend to them. */
  readonly onHiddenStates?: (states: CachedHiddenStates) => void;
  /** alpha of guided appearance attention (paper 3.3): V' = V_source + alpha (V_source - V_own). */
  readonly appearanceScale: number;
}

/** Which self-attention layers take their keys and values from `keyValueSource`. */
export type AttentionLayers = 'all' | 'decoder';

/** The denoising U-Net. */
export interface Unet {
  readonly latentChannels: number;
  /** Preferred number of rows of [channels, h, w] latents per call; the method halves it when memory runs out. */
  preferredRows(latentHeight: number, latentWidth: number): number;
  /**
   * @param rows a batch of at least one row of equal dims
   * @param layers self-attention layers where `keyValueSource` and `appearanceScale` apply
   * @returns the model's raw output, dims [rows, channels, h, w]: epsilon or v, as `NoiseScheduleConfig` says
   * @throws an error with code OUT_OF_MEMORY when the batch does not fit, INTERNAL for cached hidden states of other layers
   */
  predict(rows: readonly UnetRow[], layers: AttentionLayers): Promise<Tensor>;
}

/** The image autoencoder, with its scaling factor applied: latents have about unit variance. */
export interface Autoencoder {
  /** Image pixels per latent element along each axis; 8 for Stable Diffusion. */
  readonly downscale: number;
  /** @param image dims [3, height, width], values -1..1; @returns latents [channels, h, w] */
  encode(image: Tensor): Promise<Tensor>;
  /** @param latents dims [channels, h, w]; @returns image [3, height, width], values about -1..1 */
  decode(latents: Tensor): Promise<Tensor>;
}

/** The part of AbortSignal that the method needs (this folder uses no platform globals). */
export interface CancelSignal {
  readonly aborted: boolean;
}

export type Stage = 'encode' | 'invert' | 'blend' | 'decode';

/** Progress of a run: `step` of `total` in this stage are done. */
export interface Progress {
  readonly stage: Stage;
  readonly step: number;
  readonly total: number;
}

/** Options of a run that do not affect its result. */
export interface RunControls {
  readonly signal?: CancelSignal;
  readonly onProgress?: (progress: Progress) => void;
  /** The current estimate of the finished latents (x0_hat of out), dims [channels, h, w]. */
  readonly onPreview?: (predOriginalSample: Tensor, step: number, total: number) => void;
  /** Called with tensors by name, for comparison with other implementations. */
  readonly onTrace?: (name: string, value: Tensor) => void;
  /** Called when the method continues with a smaller batch because memory ran out. */
  readonly onBatchReduced?: (rows: number) => void;
}
