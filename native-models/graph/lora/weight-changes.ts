/** Changes that LoRAs add to a component's weights. */
import type { SafetensorsEntry } from '../safetensors.ts';

/** scale * up * down, added to a weight viewed as a matrix [out, in * kernel area]. */
export interface LowRankChange {
  /** The LoRA's file. */
  readonly path: string;
  /** [rank, in], or [rank, in, k, k] for a convolution. */
  readonly down: SafetensorsEntry;
  /** [out, rank], or [out, rank, 1, 1]. */
  readonly up: SafetensorsEntry;
  /** The user's weight times alpha / rank. */
  readonly scale: number;
}

/** Changes by the name of the tensor they are added to. */
export type WeightChanges = ReadonlyMap<string, readonly LowRankChange[]>;
