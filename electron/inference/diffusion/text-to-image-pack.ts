/**
 * The models that generate backgrounds from prompts: the pack's text-to-image model (SDXL, or Stable Diffusion 1.x or
 * 2.x), else its blending model.
 */
import type { TextToImageSettings } from '../../contract/preparation.ts';
import { promptsBySubject } from '../../contract/vocabulary.ts';
import type { RegionalPrompts } from '../../pipeline/regional-prompts.ts';
import type { GuidanceInterval, TextToImageModels } from '../../pipeline/text-to-image.ts';
import { findComponentFolder } from '../packs/component-folders.ts';
import { type ModelPack, type OpenPackOptions, openModelPack } from '../packs/model-pack.ts';
import { assertAutoencoderFits } from '../packs/pack-fit.ts';
import type { EngineDevice } from '../runtime/devices.ts';
import { LazySession } from '../runtime/lazy-session.ts';
import { inStudioTerms } from '../runtime/studio-errors.ts';
import { OnnxAutoencoder } from './autoencoder.ts';
import type { EngineModels } from './engine-models.ts';
import { openConditioner } from './open-conditioner.ts';
import { OnnxUnet } from './unet.ts';

/** Generates backgrounds. */
export interface TextToImagePack {
  readonly name: string;
  readonly models: TextToImageModels;
  readonly settings: TextToImageSettings;
  readonly guidanceInterval: GuidanceInterval | undefined;
  /** Size of generated pictures, in pixels, before resizing to the blending model's. */
  readonly size: { readonly width: number; readonly height: number };
  readonly droppedTokens: (prompt: string) => number;
  /** The prompts for parts of the picture; undefined for a pack that does not use them or has no vocabulary. */
  readonly regionalPrompts: (prompt: string) => RegionalPrompts | undefined;
  readonly release: () => Promise<void>;
}

/** Default settings by kind of model: the field's usual values. */
interface DrawingHabits {
  readonly settings: TextToImageSettings;
  /** The size if neither the pack nor the model's configuration states one, in pixels. */
  readonly size: { readonly width: number; readonly height: number };
  readonly sampler: TextToImageModels['sampler'];
}

/** Stable Diffusion 1.x and 2.x. */
const stableDiffusion: DrawingHabits = {
  settings: { steps: 30, guidance: 7.5 },
  size: { width: 512, height: 512 },
  sampler: 'dpm-solver',
};

/** diffusers' values. */
const sdxl: DrawingHabits = {
  settings: { steps: 30, guidance: 5 },
  size: { width: 1024, height: 1024 },
  sampler: 'euler',
};

function habitsOf({ textTime }: Pick<OnnxUnet, 'textTime'>): DrawingHabits {
  return textTime === null ? stableDiffusion : sdxl;
}

/** The folder of the pack's text-to-image model, if it has one. */
export function findBackgroundsFolder(packFolder: string): string | undefined {
  return findComponentFolder(packFolder, 'backgrounds', 'unet/config.json');
}

/**
 * The blending model itself.
 *
 * @param models the engine's; the engine releases them
 */
export function blendingTextToImage(
  pack: ModelPack,
  models: Omit<TextToImageModels, 'conditioner' | 'sampler'> & Pick<EngineModels, 'conditioner' | 'unet'>,
): TextToImagePack {
  const habits = habitsOf(models.unet);
  return {
    name: pack.name,
    models: { ...models, sampler: pack.textToImage?.sampler ?? habits.sampler },
    settings: pack.textToImage ?? habits.settings,
    guidanceInterval: pack.textToImage?.guidanceInterval,
    size: pack.size ?? habits.size,
    droppedTokens: (prompt) => models.conditioner.droppedTokens(prompt),
    regionalPrompts: (prompt) => regionalPromptsOf(pack, prompt),
    release: async () => undefined,
  };
}

/**
 * Opens a pack's text-to-image model: SDXL, or one conditioned like Stable Diffusion 1.x and 2.x.
 *
 * @param folder a checkpoint in the diffusers layout
 * @param targetSize of the blending model: pictures get its aspect, at the model's trained area
 * @throws StudioError PACK_INCOMPLETE, MODEL_INVALID, CANCELLED
 */
export async function openBackgroundsModel(
  folder: string,
  targetSize: ModelPack['size'],
  device: EngineDevice,
  options: OpenPackOptions,
): Promise<TextToImagePack> {
  const pack = await openModelPack(folder, options);
  const { checkpoint } = pack;
  const { precision } = device;
  const unetSession = new LazySession(checkpoint, 'unet', { precision }, device);
  const unet = new OnnxUnet(unetSession, device);
  const habits = habitsOf(unet);
  const autoencoder = new OnnxAutoencoder(checkpoint, device);
  assertAutoencoderFits(unet, autoencoder);
  const conditioner = await inStudioTerms(() => openConditioner(pack, unetSession.metadata, device));
  return {
    name: pack.name,
    models: {
      conditioner,
      unet,
      autoencoder,
      schedule: pack.schedule,
      sampler: pack.textToImage?.sampler ?? habits.sampler,
    },
    settings: pack.textToImage ?? habits.settings,
    guidanceInterval: pack.textToImage?.guidanceInterval,
    size: sameShape(targetSize ?? stableDiffusion.size, pack.size ?? habits.size, autoencoder.downscale),
    droppedTokens: (prompt) => conditioner.droppedTokens(prompt),
    regionalPrompts: (prompt) => regionalPromptsOf(pack, prompt),
    release: async () => {
      await unet.release();
      await autoencoder.release();
      await conditioner.release();
    },
  };
}

function regionalPromptsOf(
  { textToImage, vocabulary }: Pick<ModelPack, 'textToImage' | 'vocabulary'>,
  prompt: string,
): RegionalPrompts | undefined {
  const settings = textToImage?.regionalPrompts;
  if (settings === undefined || vocabulary === null) return undefined;
  return { ...settings, prompts: promptsBySubject(prompt, vocabulary) };
}

/** The target's shape at about the model's own area, in whole latent elements times 8, as the U-Net's levels need. */
function sameShape(
  target: { readonly width: number; readonly height: number },
  trained: { readonly width: number; readonly height: number },
  downscale: number,
): { width: number; height: number } {
  const factor = Math.sqrt((trained.width * trained.height) / (target.width * target.height));
  const unit = downscale * 8;
  const round = (side: number) => Math.max(Math.round((side * factor) / unit), 1) * unit;
  return { width: round(target.width), height: round(target.height) };
}
