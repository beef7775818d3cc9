/**
 * Preparing a scene: background candidates, masks, and the inpainted background. Models are opened when they are
 * first needed, and given back with the engine's.
 */
import * as z from 'zod';
import { StudioError } from '../contract/errors.ts';
import { type BackgroundsRequest, backgroundsRequestSchema } from '../contract/preparation.ts';
import type { PreparationProgress } from '../contract/progress.ts';
import type { RgbImage } from '../pipeline/processors/image.ts';
import { type Candidate, consecutiveSeeds, textToImage } from '../pipeline/text-to-image.ts';
import type { EngineDevice } from './devices.ts';
import type { EngineModels } from './engine-models.ts';
import { resizeImage } from './images.ts';
import { calibrateLatentPreview, type LatentPreview } from './latent-preview.ts';
import type { ModelPack } from './model-pack.ts';
import { inStudioTerms } from './studio-errors.ts';
import {
  blendingTextToImage,
  findBackgroundsFolder,
  openSdxl,
  type TextToImagePack,
} from './text-to-image-pack.ts';

/** What preparing needs of the engine. */
export interface PreparationContext {
  readonly pack: ModelPack;
  readonly device: EngineDevice;
  readonly models: EngineModels;
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
  readonly onCandidate?: (candidate: Candidate, index: number) => void;
}

/** What a request for backgrounds leaves. */
export interface BackgroundsOutcome {
  readonly candidates: readonly Candidate[];
  /** Name of the model that made them. */
  readonly model: string;
  /** What the person should know. */
  readonly notices: readonly string[];
}

export class Preparation {
  readonly #context: PreparationContext;
  #textToImage: Promise<TextToImagePack> | undefined;
  #preview: LatentPreview | undefined;

  constructor(context: PreparationContext) {
    this.#context = context;
  }

  /**
   * Makes candidates for a background, at the blending model's size.
   *
   * @throws StudioError PARAMETER_INVALID, PACK_INCOMPLETE, MODEL_INVALID, OUT_OF_MEMORY, NON_FINITE, CANCELLED (what
   *   `onCandidate` was given stays good)
   */
  generateBackgrounds(
    request: BackgroundsRequest,
    controls: BackgroundsControls = {},
  ): Promise<BackgroundsOutcome> {
    return inStudioTerms(async () => {
      const { count, seed, prompt, negativePrompt, steps, guidance } = parseInput(
        backgroundsRequestSchema,
        request,
        'The request for backgrounds',
      );
      const pack = await this.#openTextToImage(controls.signal);
      controls.onProgress?.({ stage: 'load', step: 1, total: 1 });
      const preview = controls.onPreview && (await this.#previewOf(pack));
      const notices = [prompt, negativePrompt].flatMap((text) => {
        const dropped = pack.droppedTokens(text);
        return dropped === 0 ? [] : [`"${text}" is too long: its last ${dropped} tokens have no effect.`];
      });
      const size = this.#context.pack.size ?? pack.size;
      // The engine's U-Net may be asked for smaller batches when memory runs short; that is worth saying.
      const candidates: Candidate[] = [];
      await textToImage(
        pack.models,
        {
          prompt,
          negativePrompt,
          seeds: consecutiveSeeds(seed, count),
          ...pack.size,
          steps: steps ?? pack.settings.steps,
          guidanceScale: guidance ?? pack.settings.guidance,
        },
        {
          ...(controls.signal && { signal: controls.signal }),
          onProgress: (step, total) => controls.onProgress?.({ stage: 'denoise', step, total }),
          onBatchReduced: (rows) =>
            notices.push(`Memory ran short: the U-Net went on with ${rows} rows at a time.`),
          ...(preview && {
            onPreview: (latents, index) => controls.onPreview?.(preview(latents), index),
          }),
          onCandidate: async ({ image, seed: own }, index) => {
            const candidate = { image: await resizeImage(image, size), seed: own };
            candidates.push(candidate);
            controls.onCandidate?.(candidate, index);
          },
        },
      );
      return { candidates, model: pack.name, notices };
    });
  }

  /** Gives all models back; what is needed again is opened again. */
  async release(): Promise<void> {
    const pack = this.#textToImage;
    this.#textToImage = undefined;
    this.#preview = undefined;
    await (await pack?.catch(() => undefined))?.release();
  }

  #openTextToImage(signal: AbortSignal | undefined): Promise<TextToImagePack> {
    const { pack, models, device, cacheFolder } = this.#context;
    this.#textToImage ??= (async () => {
      const folder = findBackgroundsFolder(pack.folder);
      if (folder === undefined) return blendingTextToImage(pack, models);
      return openSdxl(folder, pack.size, device, { cacheFolder, ...(signal && { signal }) });
    })().catch((error: unknown) => {
      this.#textToImage = undefined;
      throw error;
    });
    return this.#textToImage;
  }

  async #previewOf({ models: { autoencoder, unet } }: TextToImagePack): Promise<LatentPreview> {
    this.#preview ??= await calibrateLatentPreview(autoencoder, unet.latentChannels);
    return this.#preview;
  }
}

/** @throws StudioError PARAMETER_INVALID naming what is wrong */
function parseInput<Schema extends z.ZodType>(
  schema: Schema,
  input: unknown,
  what: string,
): z.output<Schema> {
  const parsed = schema.safeParse(input);
  if (parsed.success) return parsed.data;
  throw new StudioError('PARAMETER_INVALID', `${what} is not valid:\n${z.prettifyError(parsed.error)}`, {
    cause: parsed.error,
  });
}
