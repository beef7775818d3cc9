/**
 * Reads every weight file once, before it is first used: its SHA-256, and whether any of its values is NaN or
 * infinite. The result is cached by the file's path, size and modification time, so that a pack of gigabytes is read
 * completely only once.
 */
import { createHash } from 'node:crypto';
import { createReadStream } from 'node:fs';
import { stat } from 'node:fs/promises';
import { join } from 'node:path';
import * as z from 'zod';
import { openSafetensors } from '../../../native-models/graph/safetensors.ts';
import { isFiniteTensor } from '../../../native-models/graph/safetensors-values.ts';
import { StudioError } from '../../contract/errors.ts';
import { readCachedJson, writeCachedJson } from '../cache/cache-folder.ts';
import { hearCancel } from '../runtime/cancelling.ts';

const inspectionSchema = z.object({
  sha256: z.string().regex(/^[0-9a-f]{64}$/),
  /** The first tensor with a NaN or an infinity. */
  nonFiniteTensor: z.string().nullable(),
});
export type WeightInspection = z.infer<typeof inspectionSchema>;

/**
 * Inspects one `.safetensors` file, or returns the cached result.
 *
 * @param cacheFolder for results
 * @param onRead called every few megabytes, with the bytes read and in all
 * @throws GraphError for an invalid header; PipelineError CANCELLED
 */
export async function inspectWeights(
  path: string,
  cacheFolder: string,
  signal?: AbortSignal,
  onRead: (bytesRead: number, bytesTotal: number) => void = () => undefined,
): Promise<WeightInspection> {
  const { size } = await stat(path);
  const cachePath = await inspectionPath(path, cacheFolder);
  const known = inspectionSchema.safeParse(await readCachedJson(cachePath));
  if (known.success) return known.data;
  const inspection = await readThrough(path, size, signal, onRead);
  await writeCachedJson(cachePath, inspection);
  return inspection;
}

/** The cached result for a file as it is now; undefined for one that was not read yet. */
export async function knownInspection(
  path: string,
  cacheFolder: string,
): Promise<WeightInspection | undefined> {
  return inspectionSchema.safeParse(await readCachedJson(await inspectionPath(path, cacheFolder))).data;
}

/** A changed or replaced file has another path here. */
async function inspectionPath(path: string, cacheFolder: string): Promise<string> {
  const { size, mtimeMs, ino } = await stat(path);
  const identity = createHash('sha256')
    .update(JSON.stringify([path, size, mtimeMs, ino]))
    .digest('hex');
  return join(cacheFolder, 'weights', `${identity}.json`);
}

/**
 * Refuses non-finite weights: a single one turns every picture into noise or black.
 *
 * @param name of the file, for the message
 * @throws StudioError MODEL_INVALID naming the file and the tensor
 */
export function assertFiniteWeights(name: string, { nonFiniteTensor }: WeightInspection): void {
  if (nonFiniteTensor === null) return;
  throw new StudioError(
    'MODEL_INVALID',
    `${name}: tensor "${nonFiniteTensor}" holds a value that is not a number. The file is damaged.`,
  );
}

/** How often reading reports its progress. */
const BYTES_PER_REPORT = 16 << 20;

/** Reads a file twice: its tensors to check their values, and all of it for its hash. */
async function readThrough(
  path: string,
  size: number,
  signal: AbortSignal | undefined,
  onRead: (bytesRead: number, bytesTotal: number) => void,
): Promise<WeightInspection> {
  let [read, reported] = [0, 0];
  const total = 2 * size;
  const advance = async (bytes: number): Promise<void> => {
    read += bytes;
    if (read - reported < BYTES_PER_REPORT && read < total) return;
    reported = read;
    onRead(read, total);
    await hearCancel(signal);
  };
  const file = openSafetensors(path);
  let nonFiniteTensor: string | null = null;
  for (const { name, byteLength } of file.tensors.values()) {
    if (!isFiniteTensor(file, name)) {
      nonFiniteTensor = name;
      break;
    }
    await advance(byteLength);
  }
  read = size;
  const hash = createHash('sha256');
  for await (const chunk of createReadStream(path, { highWaterMark: 1 << 20 })) {
    hash.update(chunk as Buffer);
    await advance((chunk as Buffer).length);
  }
  return { sha256: hash.digest('hex'), nonFiniteTensor };
}
