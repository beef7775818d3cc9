/**
 * Reads every weight file once, before it is first used: its SHA-256, and whether any of its values is NaN or infinite. The result is kept
 * by the file's path, size and time of change, so that a pack of gigabytes is read through the first time only.
 */
import { createHash } from 'node:crypto';
import { createReadStream } from 'node:fs';
import { stat } from 'node:fs/promises';
import { join } from 'node:path';
import * as z from 'zod';
import { openSafetensors } from '../../../native-models/graph/safetensors.ts';
import { findNonFiniteTensors } from '../../../native-models/graph/safetensors-values.ts';
import { StudioError } from '../../contract/errors.ts';
import { readCachedJson, writeCachedJson } from '../cache/cache-folder.ts';

const inspectionSchema = z.object({
  sha256: z.string().regex(/^[0-9a-f]{64}$/),
  /** The first tensor that holds a NaN or an infinity. */
  nonFiniteTensor: z.string().nullable(),
});
export type WeightInspection = z.infer<typeof inspectionSchema>;

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

async function readThrough(path: string, signal: AbortSignal | undefined): Promise<WeightInspection> {
  const [nonFiniteTensor = null] = findNonFiniteTensors(openSafetensors(path));
  const hash = createHash('sha256');
  for await (const chunk of createReadStream(path, { highWaterMark: 1 << 20 })) {
    if (signal?.aborted) throw new StudioError('CANCELLED', 'The run was cancelled.');
    hash.update(chunk as Buffer);
  }
  return { sha256: hash.digest('hex'), nonFiniteTensor };
}
