/** The small text files of a pack. */
import { readFile } from 'node:fs/promises';
import { StudioError } from '../../contract/errors.ts';
import { assertNotForeign } from '../runtime/foreign-files.ts';

/** Reads a text without its byte order mark. @throws StudioError PACK_INCOMPLETE */
export async function readText(path: string): Promise<string> {
  try {
    return (await readFile(path, 'utf8')).replace(/^\uFEFF/, '');
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
