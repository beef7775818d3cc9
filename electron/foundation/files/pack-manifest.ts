/** The one reader of pack.json. */
import { join } from 'node:path';
import * as z from 'zod';
import { StudioError } from '../../contract/errors.ts';
import { type PackManifest, packManifestSchema } from '../../contract/pack-manifest.ts';
import { readJsonFileIfPresent } from './read-json.ts';

export const PACK_MANIFEST = 'pack.json';

/**
 * @param folder of a model pack
 * @returns undefined for a folder without pack.json, or a missing folder
 * @throws StudioError PACK_INVALID naming the field, when the file cannot be read or is not a manifest
 */
export async function readPackManifest(folder: string): Promise<PackManifest | undefined> {
  const path = join(folder, PACK_MANIFEST);
  const content = await readJsonFileIfPresent(path, `The pack manifest ${path}`, {
    missing: 'PACK_INVALID',
    invalid: 'PACK_INVALID',
  });
  if (content === undefined) return undefined;
  const parsed = packManifestSchema.safeParse(content);
  if (parsed.success) return parsed.data;
  throw new StudioError('PACK_INVALID', `${path} is not a pack manifest:\n${z.prettifyError(parsed.error)}`, {
    cause: parsed.error,
  });
}
