/** The small text files of a pack. */
import { readFile } from 'node:fs/promises';
import { recogniseForeignFile } from '../../../native-models/graph/index.ts';
import { StudioError } from '../../contract/errors.ts';

/** @throws StudioError PACK_INCOMPLETE */
export async function readText(path: string): Promise<string> {
  try {
    return await readFile(path, 'utf8');
  } catch (cause) {
    throw new StudioError('PACK_INCOMPLETE', `${path} is missing or cannot be read.`, { cause });
  }
}

/** @throws StudioError PACK_INCOMPLETE, MODEL_INVALID */
export async function readJson(path: string): Promise<unknown> {
  const text = await readText(path);
  try {
    return JSON.parse(text);
  } catch (cause) {
    assertNotForeign(path, cause);
    throw new StudioError('MODEL_INVALID', `${path} is not valid JSON.`, { cause });
  }
}

/**
 * Refuses a file that is recognisably of another kind (a web page, a Git LFS pointer, a pickle, ...).
 *
 * @param cause the error that made one look
 * @throws StudioError MODEL_INVALID saying what the file is and what to do
 */
export function assertNotForeign(path: string, cause?: unknown): void {
  const foreign = recogniseForeignFile(path);
  if (foreign !== undefined) throw new StudioError('MODEL_INVALID', foreign.message, { cause });
}
