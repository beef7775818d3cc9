/** What goes into preparing a scene and what comes out of it (preparation.ts). */
import type { FramePack } from '../../contract/frame.ts';
import type { RemovalMethod } from '../../contract/preparation.ts';
import type { PreparationProgress } from '../../contract/progress.ts';
import type { MaskProposal } from '../../pipeline/preparation-ports.ts';
import type { RgbImage } from '../../pipeline/processors/image.ts';
import type { Tensor } from '../../pipeline/tensor/tensor.ts';
import type { Candidate } from '../../pipeline/text-to-image.ts';
import type { EngineModels } from '../diffusion/engine-models.ts';
import type { ModelPack } from '../packs/model-pack.ts';
import type { EngineDevice } from '../runtime/devices.ts';

/** What preparing needs of the engine. */
export interface PreparationContext {
  readonly pack: ModelPack;
  readonly device: EngineDevice;
  readonly models: EngineModels;
  /** The sizes at which the blending model works. */
  readonly framePack: FramePack;
  readonly cacheFolder: string;
}

/** Everything around a preparation that does not change its result. */
export interface PreparationControls {
  readonly signal?: AbortSignal;
  readonly onProgress?: (progress: PreparationProgress) => void;
}

export interface BackgroundsControls extends PreparationControls {
  /** A small picture of the candidate that is being made, one pixel per latent element. */
  readonly onPreview?: (image: RgbImage, candidate: number) => void;
  /** Each candidate as soon as it is done. */
  readonly onCandidate?: (candidate: Candidate, index: number) => void | Promise<void>;
}

/** What a request for backgrounds leaves. */
export interface BackgroundsOutcome {
  readonly candidates: readonly Candidate[];
  /** Name of the model that made them. */
  readonly model: string;
  /** What the user should know. */
  readonly notices: readonly string[];
}

/** What a search for a mask leaves. */
export interface MasksOutcome {
  /** Best first; none where nothing was found, which is a normal answer: draw a box instead. */
  readonly proposals: readonly MaskProposal[];
  readonly model: string;
  readonly notices: readonly string[];
}

/** What taking objects out leaves. */
export interface RemovalOutcome {
  readonly image: RgbImage;
  /** What was filled: dims [height, width] of the picture, or of a frame of it at the fill's size; 0 or 1. */
  readonly hole: Tensor;
  readonly method: Exclude<RemovalMethod, 'auto'>;
  readonly model: string;
  readonly notices: readonly string[];
}
