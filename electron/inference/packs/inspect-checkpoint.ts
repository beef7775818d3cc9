/**
 * Inspects a checkpoint without an engine: the code that opens packs reads every configuration, header, tensor name
 * and shape, tokenizer and schedule, so that an import accepts exactly what can be opened and refuses the rest with
 * the same sentences. Weights are not read; the first opening checks that their values are finite.
 */
import { existsSync } from 'node:fs';
import { basename, join, relative } from 'node:path';
import {
  assertTakesLatentsOnly,
  type Checkpoint,
  openCheckpoint,
  recogniseForeignFile,
} from '../../../native-models/graph/index.ts';
import { StudioError } from '../../contract/errors.ts';
import { buildLoadableGraph } from '../runtime/component-graph.ts';
import { inStudioTerms } from '../runtime/studio-errors.ts';
import { readNoiseSchedule, SCHEDULE_FILE } from './model-pack.ts';
import { assertAutoencoderFits, assertTextFits } from './pack-fit.ts';
import { openTokenizer } from './pack-tokenizer.ts';

/** Files of a tokenizer's folder that are read here or that other programs expect. */
const TOKENIZER_FILES = [
  'vocab.json',
  'merges.txt',
  'tokenizer.json',
  'tokenizer_config.json',
  'special_tokens_map.json',
];

/** What an import needs to know of a checkpoint. */
export interface CheckpointInspection {
  /** The files needed to open it, relative to its folder, with forward slashes. */
  readonly files: readonly string[];
  readonly isSdxl: boolean;
}

/**
 * Opens a checkpoint without reading its weights.
 *
 * @param folder in the diffusers layout, or with one single file in it; links in it are followed. Or that file itself
 * @throws StudioError PACK_INCOMPLETE, MODEL_INVALID
 */
export async function inspectCheckpoint(folder: string): Promise<CheckpointInspection> {
  const checkpoint = await inStudioTerms(() => openCheckpoint(folder));
  const unet = buildLoadableGraph(checkpoint, 'unet').metadata;
  await inStudioTerms(() => assertTakesLatentsOnly(unet));
  const autoencoder = buildLoadableGraph(checkpoint, 'vae_decoder').metadata;
  buildLoadableGraph(checkpoint, 'vae_encoder');
  assertAutoencoderFits(unet, autoencoder);
  const text = [buildLoadableGraph(checkpoint, 'text_encoder').metadata];
  const tokenizers: ('tokenizer' | 'tokenizer_2')[] = ['tokenizer'];
  if (unet.textTime !== null) {
    text.push(buildLoadableGraph(checkpoint, 'text_encoder_2').metadata);
    tokenizers.push('tokenizer_2');
  }
  assertTextFits(unet, text);
  await readNoiseSchedule(folder, checkpoint);
  for (const tokenizer of tokenizers) await openTokenizer(folder, checkpoint, tokenizer);
  const isSdxl = unet.textTime !== null;
  if (checkpoint.singleFile !== undefined) {
    return { files: [basename(checkpoint.singleFile.path)], isSdxl };
  }
  const others = [
    'model_index.json',
    SCHEDULE_FILE,
    ...tokenizers.flatMap((tokenizer) => TOKENIZER_FILES.map((name) => `${tokenizer}/${name}`)),
  ];
  const files = [...others.filter((path) => existsSync(join(folder, path))), ...componentFiles(checkpoint)];
  return { files, isSdxl };
}

/** The configuration and weights of every component, and the index of weights in several files. */
function componentFiles({ folder: root, components }: Checkpoint): string[] {
  const files: string[] = [];
  for (const { folder, weightFiles } of components.values()) {
    const paths = [join(folder, 'config.json'), ...weightFiles.map(({ path }) => path)];
    const indexes = ['diffusion_pytorch_model', 'model'].flatMap((stem) => [
      `${stem}.safetensors.index.json`,
      `${stem}.safetensors.index.fp16.json`,
    ]);
    if (weightFiles.length > 1) {
      paths.push(...indexes.map((name) => join(folder, name)).filter((path) => existsSync(path)));
    }
    files.push(...paths.map((path) => relative(root, path).replaceAll('\\', '/')));
  }
  return files;
}

/** Whether a file is a whole checkpoint in the original naming; the inspection decides whether it can be used. */
export function isSingleFileCheckpoint(path: string): boolean {
  return recogniseForeignFile(path)?.kind === 'single-file';
}

/**
 * Refuses a file that is recognisably of another kind: a LoRA, a pickle, ...
 *
 * @throws StudioError MODEL_INVALID saying what it is and what to do
 */
export function refuseForeignFile(path: string): void {
  const foreign = recogniseForeignFile(path);
  if (foreign !== undefined) throw new StudioError('MODEL_INVALID', foreign.message);
}
