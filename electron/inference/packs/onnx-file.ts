/** Opens sessions of .onnx files. */
import { readFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import type * as z from 'zod';
import type { GraphPort } from '../../../native-models/graph/index.ts';
import { StudioError } from '../../contract/errors.ts';
import type { EngineDevice } from '../runtime/devices.ts';
import { assertNotForeign } from '../runtime/foreign-files.ts';
import { createSession, type ModelSession } from '../runtime/sessions.ts';
import { readJson } from './pack-files.ts';

/**
 * Opens a model file.
 *
 * @param what for messages
 * @param ports inputs and outputs that the model must have; without them the caller checks them
 * @throws StudioError PACK_INCOMPLETE, MODEL_INVALID, OUT_OF_MEMORY
 */
export async function openOnnxFile(
  what: string,
  path: string,
  ports: { readonly inputs?: readonly GraphPort[]; readonly outputs?: readonly GraphPort[] },
  device: EngineDevice,
): Promise<ModelSession> {
  let bytes: Uint8Array;
  try {
    bytes = await readFile(path);
  } catch (cause) {
    throw new StudioError('PACK_INCOMPLETE', `${path} is missing or cannot be read.`, { cause });
  }
  assertNotForeign(path);
  return createSession(what, { bytes, externalFolder: dirname(path), ...ports }, device);
}

/**
 * Reads a model's config.json.
 *
 * @throws StudioError PACK_INCOMPLETE, MODEL_INVALID
 */
export async function readModelConfig<Schema extends z.ZodType>(
  folder: string,
  schema: Schema,
): Promise<z.output<Schema>> {
  const path = join(folder, 'config.json');
  const parsed = schema.safeParse(await readJson(path));
  if (parsed.success) return parsed.data;
  throw new StudioError('MODEL_INVALID', `${path} does not describe a supported model.`, {
    cause: parsed.error,
  });
}
