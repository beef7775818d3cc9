/** Describes a user's `.safetensors` file from its header alone, for lists of many files. */
import { openCheckpoint } from './checkpoint.ts';
import type { CheckpointFamily } from './checkpoint-types.ts';
import { openEmbedding } from './embedding-file.ts';
import { recogniseTensorNames } from './foreign-file.ts';
import { GraphError } from './graph-error.ts';
import { openLora, triggerWordsOf } from './lora/lora-file.ts';
import { openSafetensors, type SafetensorsFile } from './safetensors.ts';
import { isAutoencoder } from './single-file/ldm-autoencoder.ts';
import { isSingleFile } from './single-file/open-single-file.ts';
import { withoutPrefix } from './single-file/tensor-view.ts';

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
  const precision = mostBytes(file);
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

function mostBytes({ tensors }: SafetensorsFile): string | null {
  const bytes = new Map<string, number>();
  for (const { dtype, byteLength } of tensors.values())
    bytes.set(dtype, (bytes.get(dtype) ?? 0) + byteLength);
  return [...bytes].toSorted(([, a], [, b]) => b - a)[0]?.[0] ?? null;
}

function sentenceOf(error: unknown): string {
  if (error instanceof GraphError) return error.message;
  throw error;
}
