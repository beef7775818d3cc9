/** Describes a user's `.safetensors` file or diffusers folder from headers alone, for lists of many. */
import { basename, join } from 'node:path';
import { openCheckpoint, requireComponent } from './checkpoint.ts';
import type { Checkpoint, CheckpointFamily } from './checkpoint-types.ts';
import { readJsonObject } from './config.ts';
import { openEmbedding } from './embedding-file.ts';
import { recogniseTensorNames } from './foreign-file.ts';
import { GraphError } from './graph-error.ts';
import { openLora, triggerWordsOf } from './lora/lora-file.ts';
import { openSafetensors, type SafetensorsFile } from './safetensors.ts';
import { isAutoencoder } from './single-file/ldm-autoencoder.ts';
import { isSingleFile } from './single-file/open-single-file.ts';
import { withoutPrefix } from './single-file/tensor-view.ts';
import { assertTakesLatentsOnly, parseUnetConfig } from './unet-config.ts';

/** A file, as far as its header says. */
export interface FileDescription {
  readonly kind: 'checkpoint' | 'lora' | 'vae' | 'embedding' | 'other';
  /** Family of the model in it, or of the model it is for; null if names and shapes do not say. */
  readonly family: CheckpointFamily | null;
  /** The type of most of its bytes: F16, BF16, F32, F8_E4M3, ...; null for a file that cannot be read. */
  readonly precision: string | null;
  /** Words that bring out a LoRA, from its metadata; empty for others. */
  readonly triggerWords: readonly string[];
  /** Why it cannot be used, in a sentence; null if nothing is wrong. */
  readonly problem: string | null;
}

/** Width of the text states that a U-Net attends to, by family. */
const familyOfWidth: Readonly<Record<number, CheckpointFamily>> = { 768: 'sd1', 1024: 'sd2', 2048: 'sdxl' };

/** Describes a file; faults are part of the description, not thrown. */
export function describeFile(path: string): FileDescription {
  let file: SafetensorsFile;
  try {
    file = openSafetensors(path);
  } catch (error) {
    return { kind: 'other', family: null, precision: null, triggerWords: [], problem: sentenceOf(error) };
  }
  const precision = mostBytes([file]);
  if (isSingleFile(file.tensors.keys())) return describeCheckpoint(path, precision);
  const recognised = recogniseTensorNames(path, file.tensors.keys())?.kind;
  if (recognised === 'lora') {
    const family = familyOfLora(file);
    return {
      kind: 'lora',
      family,
      precision,
      triggerWords: triggerWordsOf(file),
      problem: problemOfLora(path),
    };
  }
  if (recognised === 'textual-inversion') return { ...describeEmbedding(path), precision };
  const isVae = ['', 'first_stage_model.'].some((prefix) =>
    isAutoencoder(withoutPrefix(file.tensors, prefix)),
  );
  return { kind: isVae ? 'vae' : 'other', family: null, precision, triggerWords: [], problem: null };
}

/** A diffusers folder, as far as its configurations and headers say. */
export interface FolderDescription extends FileDescription {
  /** Its weight files; empty if there is a problem. */
  readonly weightFiles: readonly string[];
}

/**
 * Describes a folder in the diffusers layout; faults are part of the description, not thrown.
 *
 * @param folder has a model_index.json
 * @param name for the sentence
 */
export function describeFolder(folder: string, name = basename(folder)): FolderDescription {
  try {
    const checkpoint = openCheckpoint(folder);
    assertStableDiffusion(name, folder, checkpoint);
    const unet = parseUnetConfig(requireComponent(checkpoint, 'unet').config);
    assertTakesLatentsOnly({ inChannels: unet.inChannels, latentChannels: unet.outChannels });
    const files = [...checkpoint.components.values()].flatMap(({ weightFiles }) => weightFiles);
    return {
      kind: 'checkpoint',
      family: unet.textTime === null ? (familyOfWidth[unet.crossAttentionDim] ?? null) : 'sdxl',
      precision: mostBytes(files),
      triggerWords: [],
      problem: null,
      weightFiles: files.map(({ path }) => path),
    };
  } catch (error) {
    const problem = sentenceOf(error);
    return { kind: 'checkpoint', family: null, precision: null, triggerWords: [], problem, weightFiles: [] };
  }
}

/** @throws GraphError ARCHITECTURE_UNSUPPORTED for a pipeline of another kind, such as Flux */
function assertStableDiffusion(name: string, folder: string, { components }: Checkpoint): void {
  if (components.has('unet')) return;
  const { _class_name: className } = readJsonObject(join(folder, 'model_index.json'));
  const what = typeof className === 'string' ? className : 'pipeline without a name';
  throw new GraphError(
    'ARCHITECTURE_UNSUPPORTED',
    `${name} is a ${what} without a U-Net, which is not supported. Choose a model of SD 1.x, SD 2.x or SDXL.`,
  );
}

function describeCheckpoint(path: string, precision: string | null): FileDescription {
  try {
    const { singleFile } = openCheckpoint(path);
    return {
      kind: 'checkpoint',
      family: singleFile?.family ?? null,
      precision,
      triggerWords: [],
      problem: null,
    };
  } catch (error) {
    return { kind: 'checkpoint', family: null, precision, triggerWords: [], problem: sentenceOf(error) };
  }
}

function describeEmbedding(path: string): Omit<FileDescription, 'precision'> {
  try {
    const { encoders } = openEmbedding(path);
    const family = encoders.length === 2 ? 'sdxl' : (familyOfWidth[encoders[0]!.width] ?? null);
    return { kind: 'embedding', family, triggerWords: [], problem: null };
  } catch (error) {
    return { kind: 'embedding', family: null, triggerWords: [], problem: sentenceOf(error) };
  }
}

/** LoHa, DoRA and other relatives look like LoRAs until every tensor's name was read. */
function problemOfLora(path: string): string | null {
  try {
    openLora(path);
    return null;
  } catch (error) {
    return sentenceOf(error);
  }
}

function familyOfLora({ tensors }: SafetensorsFile): CheckpointFamily | null {
  for (const [name, { shape }] of tensors) {
    if (/^(lora_te2_|text_encoder_2\.)/.test(name)) return 'sdxl';
    const isTextDown =
      /attn2[._](processor[._])?to_k(_lora)?\.(lora_down|lora_A|down|lora\.down)\.weight$/.test(name);
    const family = isTextDown ? familyOfWidth[shape[1] ?? 0] : undefined;
    if (family !== undefined) return family;
  }
  return null;
}

function mostBytes(files: readonly SafetensorsFile[]): string | null {
  const bytes = new Map<string, number>();
  for (const { tensors } of files)
    for (const { dtype, byteLength } of tensors.values())
      bytes.set(dtype, (bytes.get(dtype) ?? 0) + byteLength);
  return [...bytes].toSorted(([, a], [, b]) => b - a)[0]?.[0] ?? null;
}

function sentenceOf(error: unknown): string {
  if (error instanceof GraphError) return error.message;
  throw error;
}
