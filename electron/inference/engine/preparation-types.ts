/** Inputs and results of preparing a scene (preparation.ts). */

import type { FramePack } from '../../contract/frame.ts';
import type { Notice } from '../../contract/notices.ts';
import type { RemovalMethod } from '../../contract/preparation.ts';
import type { PreparationProgress } from '../../contract/progress.ts';
import type { MaskProposal } from '../../pipeline/preparation-ports.ts';
import type { RgbImage } from '../../pipeline/processors/image.ts';
import type { Tensor } from '../../pipeline/tensor/tensor.ts';
import type { Candidate } from '../../pipeline/text-to-image.ts';
import type { EngineModels } from '../diffusion/engine-models.ts';
import type { ModelPack } from '../packs/model-pack.ts';
import type { EngineDevice } from '../runtime/devices.ts';

/** What preparation needs from the engine. */
export interface PreparationContext {
  readonly pack: ModelPack;
  readonly device: EngineDevice;
  readonly models: EngineModels;
  /** The sizes at which the blending model works. */
  readonly framePack: FramePack;
  readonly cacheFolder: string;
  /** Where the models for masks and for removing objects are. */
  readonly componentsFolder: string;
}

/** Options of a preparation that do not change its result. */
export interface PreparationControls {
  readonly signal?: AbortSignal;
  readonly onProgress?: (progress: PreparationProgress) => void;
}

export interface BackgroundsControls extends PreparationControls {
  /** Called with a small preview of the current candidate, one pixel per latent element. */
  readonly onPreview?: (image: RgbImage, candidate: number) => void;
  /** Called with each candidate as soon as it is finished. */
  readonly onCandidate?: (candidate: Candidate, index: number) => void | Promise<void>;
}

/** The result of generating backgrounds. */
export interface BackgroundsOutcome {
  readonly candidates: readonly Candidate[];
  /** Name of the model used. */
  readonly model: string;
  /** Notices for the user. */
  readonly notices: readonly Notice[];
}

/** The result of finding masks. */
export interface MasksOutcome {
  /** Best first; empty if nothing was found, which is a normal result: draw a box instead. */
  readonly proposals: readonly MaskProposal[];
  readonly model: string;
  readonly notices: readonly Notice[];
}

/** The result of removing objects. */
export interface RemovalOutcome {
  readonly image: RgbImage;
  /** The filled area: dims [height, width] of the picture, or of a frame of it at the fill's size; 0 or 1. */
  readonly hole: Tensor;
  readonly method: Exclude<RemovalMethod, 'auto'>;
  readonly model: string;
  readonly notices: readonly Notice[];
}
