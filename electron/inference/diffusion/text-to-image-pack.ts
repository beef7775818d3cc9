/**
 * The models that generate backgrounds from prompts: the pack's text-to-image model (SDXL, or Stable Diffusion 1.x or
 * 2.x), else its blending model.
 */
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import * as z from 'zod';
import { StudioError } from '../../contract/errors.ts';
import type { TextToImageSettings } from '../../contract/preparation.ts';
import type { PromptConditioner } from '../../pipeline/ports.ts';
import type { TextToImageModels } from '../../pipeline/text-to-image.ts';
import { findComponentFolder } from '../packs/component-folders.ts';
import { type ModelPack, type OpenPackOptions, openModelPack } from '../packs/model-pack.ts';
import { assertPartsFit } from '../packs/pack-fit.ts';
import { openTokenizer } from '../packs/pack-tokenizer.ts';
import type { EngineDevice } from '../runtime/devices.ts';
import { LazySession } from '../runtime/lazy-session.ts';
import { OnnxAutoencoder } from './autoencoder.ts';
import { TextEncoderConditioner } from './prompt-conditioner.ts';
import { SdxlConditioner } from './sdxl-conditioner.ts';
import { OnnxTextEncoder } from './text-encoder.ts';
import { OnnxUnet } from './unet.ts';

/** Generates backgrounds. */
export interface TextToImagePack {
  readonly name: string;
  readonly models: TextToImageModels;
  readonly settings: TextToImageSettings;
  /** Size of generated pictures, in pixels, before resizing to the blending model's. */
  readonly size: { readonly width: number; readonly height: number };
  readonly droppedTokens: (prompt: string) => number;
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
  models: Omit<TextToImageModels, 'conditioner' | 'sampler'> & { readonly textEncoder: OnnxTextEncoder },
): TextToImagePack {
  const { textEncoder } = models;
  return {
    name: pack.name,
    models: {
      ...models,
      conditioner: new TextEncoderConditioner(textEncoder),
      sampler: stableDiffusion.sampler,
    },
    settings: pack.textToImage ?? stableDiffusion.settings,
    size: pack.size ?? stableDiffusion.size,
    droppedTokens: (prompt) => textEncoder.droppedTokens(prompt),
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
  const unet = new OnnxUnet({ all: unetSession, decoder: unetSession }, device);
  const isSdxl = unet.textTime !== null;
  const habits = isSdxl ? sdxl : stableDiffusion;
  const autoencoder = new OnnxAutoencoder(checkpoint, device);
  const textSession = new LazySession(checkpoint, 'text_encoder', { precision }, device);
  if (!isSdxl) assertPartsFit(unetSession.metadata, textSession.metadata, autoencoder);
  const text = isSdxl
    ? await openSdxlConditioner(pack, textSession, device)
    : openConditioner(pack, textSession);
  return {
    name: pack.name,
    models: {
      conditioner: text.conditioner,
      unet,
      autoencoder,
      schedule: pack.schedule,
      sampler: habits.sampler,
    },
    settings: pack.textToImage ?? habits.settings,
    size: sameShape(targetSize ?? stableDiffusion.size, pack.size ?? habits.size, autoencoder.downscale),
    droppedTokens: text.droppedTokens,
    release: async () => {
      await unet.release();
      await autoencoder.release();
      await text.release();
    },
  };
}

/** The conditioner for the U-Net. */
interface OpenedConditioner extends Pick<TextToImagePack, 'droppedTokens' | 'release'> {
  readonly conditioner: PromptConditioner;
}

function openConditioner({ tokenize }: ModelPack, session: LazySession): OpenedConditioner {
  const textEncoder = new OnnxTextEncoder(session, tokenize);
  return {
    conditioner: new TextEncoderConditioner(textEncoder),
    droppedTokens: (prompt) => textEncoder.droppedTokens(prompt),
    release: () => session.release(),
  };
}

async function openSdxlConditioner(
  { folder, checkpoint, tokenize }: ModelPack,
  session: LazySession<'text_encoder'>,
  device: EngineDevice,
): Promise<OpenedConditioner> {
  const conditioner = new SdxlConditioner(
    { session, tokenize },
    {
      session: new LazySession(checkpoint, 'text_encoder_2', { precision: device.precision }, device),
      tokenize: await openTokenizer(folder, checkpoint, 'tokenizer_2'),
    },
    await hasZerosForEmptyPrompt(folder),
  );
  return {
    conditioner,
    droppedTokens: (prompt) => conditioner.droppedTokens(prompt),
    release: () => conditioner.release(),
  };
}

const modelIndexSchema = z.object({ force_zeros_for_empty_prompt: z.boolean().default(true) });

/** True in diffusers' default and in SDXL's own index; also for a folder without the file. */
export async function hasZerosForEmptyPrompt(folder: string): Promise<boolean> {
  let text: string;
  try {
    text = await readFile(join(folder, 'model_index.json'), 'utf8');
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return true;
    throw new StudioError('PACK_INCOMPLETE', `${folder}/model_index.json cannot be read.`, { cause: error });
  }
  try {
    return modelIndexSchema.parse(JSON.parse(text)).force_zeros_for_empty_prompt;
  } catch (cause) {
    throw new StudioError('MODEL_INVALID', `${folder}/model_index.json is not a model index.`, { cause });
  }
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
