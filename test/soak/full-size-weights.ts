/**
 * Checkpoints of a published architecture at full size: published configurations, the real vocabulary, and random
 * half-precision weights with every tensor's real name and shape. They show that a model opens and runs, and what it
 * costs; its pictures are noise.
 */
import {
  closeSync,
  cpSync,
  ftruncateSync,
  mkdirSync,
  openSync,
  readFileSync,
  writeFileSync,
  writeSync,
} from 'node:fs';
import { join } from 'node:path';
import { gunzipSync } from 'node:zlib';
import { xoroshiro128plus } from 'pure-rand/generator/xoroshiro128plus';
import {
  type FullSizeModel,
  fullSizeModels,
  halfPrecisionHeader,
} from '../native-models/graph/full-size-models.ts';

/** A published model that can be generated at full size. */
export interface FullSizeCheckpoint {
  /** Its folder in test/golden/published. */
  readonly repository: string;
  /** By component folder: the name in {@link fullSizeModels}. */
  readonly components: Readonly<Record<string, string>>;
}

export const checkpoints = {
  sd21: {
    repository: 'stable-diffusion-2-1-base',
    components: { unet: 'sd2 unet', vae: 'vae', text_encoder: 'clip h' },
  },
  sd15: {
    repository: 'stable-diffusion-v1-5',
    components: { unet: 'sd1 unet', vae: 'vae', text_encoder: 'clip l' },
  },
  sdxl: {
    repository: 'stable-diffusion-xl-base-1.0',
    components: { unet: 'sdxl unet', vae: 'vae', text_encoder: 'clip l', text_encoder_2: 'clip g' },
  },
} as const satisfies Record<string, FullSizeCheckpoint>;

const publishedFolder = join(import.meta.dirname, '../golden/published');
const clipVocabulary = join(import.meta.dirname, '../../native-models/packs/clip-vocabulary');

/**
 * Writes a checkpoint.
 *
 * @param values 'random', or 'holes': a sparse file of zeros, which takes no space and is enough to build graphs
 * @returns size of its weights in bytes
 */
export function writeCheckpoint(
  folder: string,
  { repository, components }: FullSizeCheckpoint,
  values: 'random' | 'holes',
): number {
  cpSync(join(publishedFolder, repository), folder, { recursive: true });
  for (const tokenizer of 'text_encoder_2' in components ? ['tokenizer', 'tokenizer_2'] : ['tokenizer']) {
    for (const name of ['vocab.json', 'merges.txt']) {
      const packed = readFileSync(join(clipVocabulary, `${name}.gz`));
      writeFileSync(join(folder, tokenizer, name), gunzipSync(packed));
    }
  }
  let bytes = 0;
  for (const [component, name] of Object.entries(components)) {
    const stem = component.startsWith('text_encoder') ? 'model' : 'diffusion_pytorch_model';
    mkdirSync(join(folder, component), { recursive: true });
    bytes += writeWeights(join(folder, component, `${stem}.safetensors`), fullSizeModels[name]!, values);
  }
  return bytes;
}

function writeWeights(path: string, model: FullSizeModel, values: 'random' | 'holes'): number {
  const { json, dataLength } = halfPrecisionHeader(model);
  const header = Buffer.alloc(8 + Buffer.byteLength(json));
  header.writeBigUInt64LE(BigInt(header.length - 8));
  header.write(json, 8);
  const descriptor = openSync(path, 'w');
  try {
    writeSync(descriptor, header);
    if (values === 'holes') ftruncateSync(descriptor, header.length + dataLength);
    else for (const [name, shape] of Object.entries(model.tensors)) writeTensor(descriptor, name, shape);
  } finally {
    closeSync(descriptor);
  }
  return header.length + dataLength;
}

const blockElements = 2 ** 20;

/** Uniform in -1..1, the same in every run; all tensors are slices of it. */
const uniform = (() => {
  const generator = xoroshiro128plus(2026);
  return Float32Array.from({ length: blockElements }, () => generator.next() / 2 ** 31);
})();

const scaledBlocks = new Map<number, Uint8Array>();

/** The block times 2^exponent, as float16. */
function scaledBlock(exponent: number): Uint8Array {
  let block = scaledBlocks.get(exponent);
  if (block === undefined) {
    block = new Uint8Array(Float16Array.from(uniform, (value) => value * 2 ** exponent).buffer);
    scaledBlocks.set(exponent, block);
  }
  return block;
}

/**
 * Norms are 1, biases 0, and a layer's weights have a variance of at most 1 / inputs, so that activations neither grow
 * nor vanish and nothing overflows.
 */
function writeTensor(descriptor: number, name: string, shape: readonly number[]): void {
  const elements = shape.reduce((product, size) => product * size, 1);
  if (shape.length < 2) {
    writeSync(
      descriptor,
      new Uint8Array(new Float16Array(elements).fill(name.endsWith('.weight') ? 1 : 0).buffer),
    );
    return;
  }
  const inputs = elements / shape[0]!;
  const block = scaledBlock(
    name.includes('embedding.weight') ? -5 : Math.floor(Math.log2(Math.sqrt(3 / inputs))),
  );
  // Another offset for each tensor: ONNX Runtime keeps equal weights once, which a real model does not have.
  const offset = Buffer.from(name).reduce((hash, byte) => Math.imul(hash ^ byte, 16777619), 2166136261) >>> 0;
  let at = 2 * (offset % blockElements);
  for (let left = 2 * elements; left > 0; ) {
    const count = Math.min(left, block.length - at);
    writeSync(descriptor, block, at, count);
    left -= count;
    at = (at + count) % block.length;
  }
}
