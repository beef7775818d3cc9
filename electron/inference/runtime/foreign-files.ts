/** Refuses model files that are recognisably of another kind, with a StudioError. */
import { readdirSync } from 'node:fs';
import { join } from 'node:path';
import { recogniseForeignFile } from '../../../native-models/graph/index.ts';
import { StudioError } from '../../contract/errors.ts';

/**
 * Refuses a file that is recognisably of another kind (a web page, a Git LFS pointer, a pickle, ...).
 *
 * @param cause the error that prompted the check
 * @throws StudioError MODEL_INVALID stating what the file is and what to do
 */
export function assertNotForeign(path: string, cause?: unknown): void {
  const foreign = recogniseForeignFile(path);
  if (foreign !== undefined) throw new StudioError('MODEL_INVALID', foreign.message, { cause });
}

/**
 * The same for the graphs and configurations of a model's folder, after it could not be loaded.
 *
 * @throws StudioError MODEL_INVALID
 */
export function assertNothingForeign(folder: string, cause: unknown): void {
  const names = readdirSync(folder, { recursive: true, encoding: 'utf8' }).sort();
  for (const name of names) {
    if (/\.(onnx|json)$/.test(name)) assertNotForeign(join(folder, name), cause);
  }
}
