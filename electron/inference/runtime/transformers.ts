/**
 * @huggingface/transformers, from local folders only: nothing is ever fetched, and nothing is cached elsewhere.
 */
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import * as z from 'zod';
import { StudioError } from '../../contract/errors.ts';
import type { EngineDevice } from './devices.ts';
import { assertNotForeign, assertNothingForeign } from './foreign-files.ts';
import { sessionError } from './sessions.ts';

export type Transformers = typeof import('@huggingface/transformers');

/** Loads the library on demand, since that takes a second. */
export async function loadTransformers(): Promise<Transformers> {
  const transformers = await import('@huggingface/transformers');
  const { env } = transformers;
  env.allowRemoteModels = false;
  env.allowLocalModels = true;
  env.useBrowserCache = false;
  env.useFSCache = false;
  return transformers;
}

/** Options for loading every model. Models that find masks run once per picture: the CPU is fast enough. */
export function loadOptions({ sessionOptions }: EngineDevice) {
  return {
    local_files_only: true,
    dtype: 'fp32',
    device: 'cpu',
    session_options: {
      ...(sessionOptions.intraOpNumThreads !== undefined && {
        intraOpNumThreads: sessionOptions.intraOpNumThreads,
      }),
      logSeverityLevel: 3,
    },
  } as const;
}

const configSchema = z.object({ model_type: z.string() });

/**
 * The model type in a folder's config.json.
 *
 * @throws StudioError PACK_INCOMPLETE, MODEL_INVALID
 */
export async function readModelType(folder: string): Promise<string> {
  const path = join(folder, 'config.json');
  let text: string;
  try {
    text = await readFile(path, 'utf8');
  } catch (cause) {
    throw new StudioError('PACK_INCOMPLETE', `${path} is missing or cannot be read.`, { cause });
  }
  try {
    return configSchema.parse(JSON.parse(text)).model_type;
  } catch (cause) {
    assertNotForeign(path, cause);
    throw new StudioError('MODEL_INVALID', `${path} does not state its model type.`, { cause });
  }
}

/**
 * Runs a step of a model of this library and converts its errors to StudioError.
 *
 * @param doing 'running', or the folder that the model is loaded from
 * @throws StudioError MODEL_INVALID when loading, INTERNAL when running; OUT_OF_MEMORY
 */
export async function withModel<Result>(
  what: string,
  doing: 'running' | { readonly loadingFrom: string },
  step: () => Promise<Result>,
): Promise<Result> {
  try {
    return await step();
  } catch (cause) {
    if (cause instanceof StudioError) throw cause;
    if (doing === 'running') throw sessionError(cause, 'INTERNAL', `${what} failed`);
    assertNothingForeign(doing.loadingFrom, cause);
    throw sessionError(cause, 'MODEL_INVALID', `${what} cannot be loaded`);
  }
}
