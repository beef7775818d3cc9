/**
 * Reads every weight file once: its SHA-256, and whether any of its values is NaN or infinite. The result is kept
 * by the file's path, size and time of change, so that a pack of gigabytes is read through the first time only.
 */
import { createHash } from 'node:crypto';
import { open, stat } from 'node:fs/promises';
import { basename, join } from 'node:path';
import * as z from 'zod';
import { openSafetensors, type SafetensorsEntry } from '../../native-models/graph/safetensors.ts';
import { StudioError } from '../contract/errors.ts';
import { readCachedJson, writeCachedJson } from './cache-folder.ts';

const inspectionSchema = z.object({
  sha256: z.string().regex(/^[0-9a-f]{64}$/),
  /** The first tensor that holds a NaN or an infinity. */
  nonFiniteTensor: z.string().nullable(),
});
export type WeightInspection = z.infer<typeof inspectionSchema>;

const chunkBytes = 1 << 22;

/**
 * Inspects one `.safetensors` file, or recalls what an earlier inspection of the same file said.
 *
 * @param cacheFolder where results are kept
 * @throws GraphError for a header that is not sound; StudioError CANCELLED
 */
export async function inspectWeights(
  path: string,
  cacheFolder: string,
  signal?: AbortSignal,
): Promise<WeightInspection> {
  const { size, mtimeMs, ino } = await stat(path);
  const identity = createHash('sha256')
    .update(JSON.stringify([path, size, mtimeMs, ino]))
    .digest('hex');
  const cachePath = join(cacheFolder, 'weights', `${identity}.json`);
  const known = inspectionSchema.safeParse(await readCachedJson(cachePath));
  if (known.success) return known.data;
  const inspection = await readThrough(path, signal);
  await writeCachedJson(cachePath, inspection);
  return inspection;
}

/**
 * Refuses weights that are not finite: with one of them every picture is noise or black.
 *
 * @throws StudioError MODEL_INVALID naming the file and the tensor
 */
export function assertFiniteWeights(path: string, { nonFiniteTensor }: WeightInspection): void {
  if (nonFiniteTensor === null) return;
  throw new StudioError(
    'MODEL_INVALID',
    `${basename(path)}: tensor "${nonFiniteTensor}" holds a value that is not a number. The file is damaged.`,
  );
}

async function readThrough(path: string, signal: AbortSignal | undefined): Promise<WeightInspection> {
  const { tensors } = openSafetensors(path);
  const byOffset = [...tensors.values()].sort((a, b) => a.fileOffset - b.fileOffset);
  const hash = createHash('sha256');
  let nonFiniteTensor: string | null = null;
  const file = await open(path);
  try {
    // A buffer of its own per file begins aligned, and chunks are read from a tensor's first byte on.
    const chunk = new Uint8Array(chunkBytes);
    const read = async (position: number, length: number): Promise<Uint8Array> => {
      const { bytesRead } = await file.read(chunk, 0, length, position);
      if (bytesRead === 0) throw new StudioError('MODEL_INVALID', `${basename(path)} is cut short.`);
      hash.update(chunk.subarray(0, bytesRead));
      return chunk.subarray(0, bytesRead);
    };
    let at = 0;
    const headerEnd = byOffset[0]?.fileOffset ?? (await file.stat()).size;
    while (at < headerEnd) at += (await read(at, Math.min(chunkBytes, headerEnd - at))).length;
    for (const entry of byOffset) {
      const end = entry.fileOffset + entry.byteLength;
      while (at < end) {
        if (signal?.aborted) throw new StudioError('CANCELLED', 'The run was cancelled.');
        const bytes = await read(at, Math.min(chunkBytes, end - at));
        at += bytes.length;
        if (nonFiniteTensor === null && holdsNonFinite(bytes, entry)) nonFiniteTensor = entry.name;
      }
    }
  } finally {
    await file.close();
  }
  return { sha256: hash.digest('hex'), nonFiniteTensor };
}

/** A float is NaN or infinite where every bit of its exponent is set. */
function holdsNonFinite(bytes: Uint8Array, { dtype }: SafetensorsEntry): boolean {
  switch (dtype) {
    case 'F16':
      return hasExponent(new Uint16Array(bytes.buffer, 0, bytes.length >> 1), 0x7c00);
    case 'BF16':
      return hasExponent(new Uint16Array(bytes.buffer, 0, bytes.length >> 1), 0x7f80);
    case 'F32':
      return hasExponent(new Uint32Array(bytes.buffer, 0, bytes.length >> 2), 0x7f80_0000);
    default:
      return false;
  }
}

function hasExponent(words: Uint16Array | Uint32Array, mask: number): boolean {
  for (let index = 0; index < words.length; index++) {
    if ((words[index]! & mask) === mask) return true;
  }
  return false;
}
