/** Small checkpoints in the original naming: names and shapes from test/golden/single-file, values from their names. */
import { closeSync, openSync, readFileSync, writeSync } from 'node:fs';
import { join } from 'node:path';
import { gunzipSync } from 'node:zlib';

export const singleFileGoldens = join(import.meta.dirname, '../../../golden/single-file');

export type Family = 'sd1' | 'sd2' | 'sdxl';
/** A golden file; the full-size one is for `npm run soak -- single-file`. */
export type GoldenModel = Family | 'sd1-full-size';
export type Shapes = Record<string, number[]>;
export type FloatType = 'F32' | 'F16' | 'BF16';

/** Names and shapes of a family's small checkpoint, and the type of its golden values. */
export function familyTensors(family: GoldenModel): { dtype: FloatType; tensors: Shapes } {
  const text = gunzipSync(readFileSync(join(singleFileGoldens, `${family}.json.gz`))).toString();
  return JSON.parse(text) as { dtype: FloatType; tensors: Shapes };
}

/** What to change from a family's own tensors. */
export interface WrittenFile {
  readonly dtype?: FloatType | undefined;
  readonly tensors: Shapes;
  readonly metadata?: Readonly<Record<string, string>>;
  /** The dtype to declare for every tensor; one byte each, all zero. */
  readonly smallFloats?: 'F8_E4M3';
  /** Zeros, except for these tensors: for code that reads only names and shapes. */
  readonly values?: Readonly<Record<string, readonly number[]>>;
}

/** Writes a safetensors file with the values of {@link fill}. */
export function writeModelFile(
  path: string,
  { dtype = 'F32', tensors, metadata, smallFloats, values }: WrittenFile,
): void {
  const header: Record<string, unknown> = metadata === undefined ? {} : { __metadata__: metadata };
  const size = smallFloats !== undefined ? 1 : dtype === 'F32' ? 4 : 2;
  let offset = 0;
  for (const [name, shape] of Object.entries(tensors)) {
    const end = offset + size * countOf(shape);
    header[name] = { dtype: smallFloats ?? dtype, shape, data_offsets: [offset, end] };
    offset = end;
  }
  const json = Buffer.from(JSON.stringify(header));
  const length = Buffer.alloc(8);
  length.writeBigUInt64LE(BigInt(json.length));
  const descriptor = openSync(path, 'w');
  try {
    writeSync(descriptor, Buffer.concat([length, json]));
    // One tensor at a time: a full-size model has gigabytes.
    for (const [name, shape] of Object.entries(tensors)) {
      const given = values?.[name];
      // Zeros are the same in every type.
      const bytes =
        smallFloats !== undefined || (values !== undefined && given === undefined)
          ? new Uint8Array(size * countOf(shape))
          : asType(given === undefined ? fill(name, shape) : Float32Array.from(given), dtype);
      writeSync(descriptor, bytes);
    }
  } finally {
    closeSync(descriptor);
  }
}

function countOf(shape: readonly number[]): number {
  return shape.reduce((product, size) => product * size, 1);
}

/** Writes a family's small checkpoint, as test/golden/single-file/make_golden.py made it. */
export function writeSingleFile(path: string, family: GoldenModel, changes: Partial<WrittenFile> = {}): void {
  writeModelFile(path, { ...familyTensors(family), ...changes });
}

/** A tensor's values, derived from its name: `fill` of make_golden.py. */
export function fill(name: string, shape: readonly number[]): Float32Array {
  let seed = 2166136261;
  for (const byte of Buffer.from(name)) seed = Math.imul(seed ^ byte, 16777619) >>> 0;
  const count = countOf(shape);
  const isMatrix = shape.length > 1;
  const isEmbedding = isMatrix && name.includes('embed') && !name.includes('time_embed');
  const gain = isEmbedding ? 1 : isMatrix ? Math.sqrt(12 / (count / shape[0]!)) : isNorm(name) ? 0.5 : 0.3;
  const middle = !isMatrix && isNorm(name) ? 1 : 0;
  const values = new Float32Array(count);
  for (let i = 0; i < count; i++) {
    let h = (Math.imul(i, 2654435761) + seed) >>> 0;
    h = (h ^ (h >>> 16)) >>> 0;
    h = Math.imul(h, 0x45d9f3b) >>> 0;
    h = (h ^ (h >>> 16)) >>> 0;
    values[i] = middle + gain * (h / 2 ** 32 - 0.5);
  }
  return values;
}

function isNorm(name: string): boolean {
  const parts = name.split('.');
  const [before = '', inner = '', last = ''] = parts.slice(-3);
  return (
    last === 'weight' &&
    (inner.includes('norm') ||
      inner.includes('ln_') ||
      (inner === '0' && ['in_layers', 'out_layers', 'out'].includes(before)))
  );
}

function asType(values: Float32Array, dtype: FloatType): Uint8Array {
  if (dtype === 'F32') return new Uint8Array(values.buffer);
  if (dtype === 'F16') return new Uint8Array(new Float16Array(values).buffer);
  const words = new Uint32Array(values.buffer);
  const halves = new Uint16Array(words.length);
  // Round to nearest, ties to even. A loop: `from` with a function takes ten times as long.
  for (let at = 0; at < words.length; at++) {
    const word = words[at]!;
    halves[at] = (word + 0x7fff + ((word >>> 16) & 1)) >>> 16;
  }
  return new Uint8Array(halves.buffer);
}

/** SD 1.x with a row for every token of CLIP's vocabulary, as a prompt needs. */
export function writeWholeVocabulary(path: string): void {
  const { tensors } = familyTensors('sd1');
  const table = 'cond_stage_model.transformer.text_model.embeddings.token_embedding.weight';
  writeModelFile(path, { dtype: 'F16', tensors: { ...tensors, [table]: [49408, 64] } });
}
