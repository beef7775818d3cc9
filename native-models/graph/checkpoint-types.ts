/** A checkpoint whose files have been found, in whatever form they were. */
import type { WeightChanges } from './lora/weight-changes.ts';
import type { SafetensorsFile } from './safetensors.ts';
import type { PredictionType } from './single-file/prediction-type.ts';

/** Component folders that graphs are built from. */
export const COMPONENT_FOLDERS = ['unet', 'vae', 'tiny_vae', 'text_encoder', 'text_encoder_2'] as const;
export type ComponentFolder = (typeof COMPONENT_FOLDERS)[number];

/** One component: its class, its configuration, its validated weight files. */
export interface CheckpointComponent {
  /** Absolute path of the component's folder, or of the single file that contains it. */
  readonly folder: string;
  readonly className: string;
  readonly config: Readonly<Record<string, unknown>>;
  readonly weightFiles: readonly SafetensorsFile[];
  /** Changes that LoRAs add to its weights. */
  readonly changes?: WeightChanges;
}

/** A checkpoint whose files have been found and whose headers have been checked. */
export interface Checkpoint {
  /** Absolute path; of the file if there is only one. */
  readonly folder: string;
  readonly components: ReadonlyMap<ComponentFolder, CheckpointComponent>;
  /** Set for a single-file checkpoint in the original naming. */
  readonly singleFile?: SingleFile;
}

/** Models of one architecture, which share a tokenizer and a noise schedule. */
export type CheckpointFamily = 'sd1' | 'sd2' | 'sdxl';

/** Facts about a single file besides its tensors. */
export interface SingleFile {
  /** Absolute. */
  readonly path: string;
  readonly family: CheckpointFamily;
  readonly predictionType: PredictionType;
  /** Trained with a schedule that ends without signal (`ztsnr`). */
  readonly zeroTerminalSnr: boolean;
}
