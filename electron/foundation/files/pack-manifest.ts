/** The one reader of pack.json. */
import { join } from 'node:path';
import { type PackManifest, packManifestSchema } from '../../contract/pack-manifest.ts';
import { validate } from '../validate.ts';
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
  return validate(packManifestSchema, content, 'PACK_INVALID', `${path} is not a pack manifest`);
}
