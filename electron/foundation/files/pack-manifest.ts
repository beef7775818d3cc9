/** The one reader of pack.json. */
import { readFileSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { type PackManifest, packManifestSchema } from '../../contract/pack-manifest.ts';
import type { Vocabulary } from '../../contract/vocabulary.ts';
import { validate } from '../validate.ts';
import { parseJsonFile, readJsonFileIfPresent } from './read-json.ts';

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

/**
 * @returns reads the vocabulary in a pack's manifest at once, and again when the file has changed; null for a pack
 *   that reads any words, and for what is no pack
 */
export function vocabularyReader(): (folder: string) => Vocabulary | null {
  let last: { readonly key: string; readonly vocabulary: Vocabulary | null } | undefined;
  return (folder) => {
    const path = join(folder, PACK_MANIFEST);
    try {
      const key = `${path} ${statSync(path).mtimeMs}`;
      if (last?.key !== key) {
        const content = parseJsonFile(readFileSync(path), path, 'PACK_INVALID');
        last = { key, vocabulary: packManifestSchema.parse(content).vocabulary ?? null };
      }
      return last.vocabulary;
    } catch {
      // A missing or damaged manifest is reported when the pack is opened.
      return null;
    }
  };
}
