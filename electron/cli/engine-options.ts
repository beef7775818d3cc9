/** Options for models and device, and the device as printed. */

import { existsSync } from 'node:fs';
import { dirname, resolve } from 'node:path';
import { type DeviceChoice, deviceChoiceSchema } from '../contract/engine-status.ts';
import { StudioError } from '../contract/errors.ts';
import { noticeSentence } from '../contract/notices.ts';
import type { DeviceReport } from '../contract/progress.ts';
import type { SceneModel } from '../contract/scene-file.ts';
import type { CommandOption, ParsedOptions } from '../foundation/command-line/command.ts';
import { packFolder } from './pack-folder.ts';

export const engineOptions = {
  pack: { value: 'NAME|FOLDER', description: 'Model pack: starter, an installed one, or a folder.' },
  checkpoint: {
    value: 'FILE|FOLDER',
    description:
      'A checkpoint instead of a pack: a .safetensors file (SD 1.x, SD 2.x, SDXL) or diffusers folder.',
  },
  vae: { value: 'FILE', description: 'An autoencoder that replaces the model’s own: a file or a folder.' },
  lora: {
    value: 'FILE:WEIGHT',
    multiple: true,
    description: 'A LoRA with its weight, 1 by default: --lora style.safetensors:0.8. Can be repeated.',
  },
  embedding: {
    value: 'FILE',
    multiple: true,
    description: 'A textual-inversion embedding that prompts name by its file’s name. Can be repeated.',
  },
  'low-memory': { description: 'Keep only the models of the stage in use: less memory, more time.' },
  device: {
    value: 'auto|cpu|cuda|...',
    description: 'Device; by default the best one that works. A missing device is an error.',
  },
} as const satisfies Record<string, CommandOption>;

/** The parsed options. */
export interface EngineChoice {
  readonly packFolder: string;
  readonly device: DeviceChoice;
  readonly vae?: string;
  readonly loras?: { path: string; weight: number }[];
  readonly embeddings?: string[];
  readonly lowMemory?: boolean;
}

/** The models that a scene file names, and the file's folder. */
export interface ModelOfScene {
  readonly scenePath: string;
  readonly model: SceneModel | undefined;
}

/**
 * @param scene its models are used unless the options name others
 * @throws StudioError USAGE, and what {@link readPackChoice} throws
 */
export async function readEngineChoice(options: ParsedOptions, scene?: ModelOfScene): Promise<EngineChoice> {
  const text = options.text('device') ?? 'auto';
  const device = deviceChoiceSchema.safeParse(text);
  if (!device.success) {
    throw new StudioError('USAGE', `--device takes ${deviceChoiceSchema.options.join(', ')}; not "${text}".`);
  }
  const vae = options.text('vae') ?? fromScene(scene, scene?.model?.vae);
  const loras = options.has('lora')
    ? options.texts('lora').map(readLora)
    : (scene?.model?.loras ?? []).map(({ file, weight }) => ({ path: fromScene(scene, file)!, weight }));
  const embeddings = options.has('embedding')
    ? options.texts('embedding')
    : (scene?.model?.embeddings ?? []).map((file) => fromScene(scene, file)!);
  return {
    packFolder: await readPackChoice(options, scene),
    device: device.data,
    ...(vae !== undefined && { vae }),
    ...(loras.length > 0 && { loras }),
    ...(options.has('low-memory') && { lowMemory: true }),
    ...(embeddings.length > 0 && { embeddings: embeddings.map((path) => resolve(path)) }),
  };
}

function fromScene(scene: ModelOfScene | undefined, path: string | undefined): string | undefined {
  return scene && path && resolve(dirname(scene.scenePath), path);
}

/** FILE or FILE:WEIGHT; a colon in a path does not start a weight. @throws StudioError USAGE */
function readLora(text: string): { path: string; weight: number } {
  const [, path = text, number] = /^(.+):([^:\\/]*)$/.exec(text) ?? [];
  if (number === undefined) return { path: text, weight: 1 };
  const weight = Number(number);
  if (number.trim() !== '' && Number.isFinite(weight)) return { path, weight };
  throw new StudioError(
    'USAGE',
    `--lora takes FILE or FILE:WEIGHT, such as style.safetensors:0.8; not "${text}".`,
  );
}

/**
 * The pack or checkpoint that the options name, else the scene's.
 *
 * @throws StudioError USAGE for both at once, PACK_UNKNOWN for a missing checkpoint, and what {@link packFolder} throws
 */
export async function readPackChoice(options: ParsedOptions, scene?: ModelOfScene): Promise<string> {
  const [pack, asked] = [options.text('pack'), options.text('checkpoint')];
  if (pack !== undefined && asked !== undefined) {
    throw new StudioError('USAGE', 'Give --pack or --checkpoint, not both.');
  }
  const checkpoint = asked ?? (pack === undefined ? fromScene(scene, scene?.model?.checkpoint) : undefined);
  if (checkpoint === undefined) return packFolder(pack);
  if (existsSync(checkpoint)) return checkpoint;
  throw new StudioError('PACK_UNKNOWN', `There is no checkpoint at ${checkpoint}.`);
}

/** The device as one line, with the better ones that were skipped. */
export function describeDevice({ device, name, threads, passedOver }: DeviceReport): string {
  const used = `${device} (${name}${threads === undefined ? '' : `, ${threads} threads`})`;
  return [used, ...passedOver.map((other) => `not ${other.device}: ${noticeSentence(other.reason)}`)].join(
    '; ',
  );
}
