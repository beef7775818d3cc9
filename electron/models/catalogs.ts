/** Reads the catalogues: one catalog.json per pack folder. */
import { readdir } from 'node:fs/promises';
import { join } from 'node:path';
import * as z from 'zod';
import { StudioError } from '../contract/errors.ts';
import { type PackCatalog, packCatalogSchema } from '../contract/pack-catalog.ts';
import { ifPresent } from '../foundation/files/file-errors.ts';
import { readJsonFileIfPresent } from '../foundation/files/read-json.ts';

/**
 * @param folder containing one folder per pack; those without a catalog.json are bundled packs and not the store's
 * @throws StudioError PACK_INVALID naming the file and the problem
 */
export async function readCatalogs(folder: string): Promise<PackCatalog[]> {
  const names = (await ifPresent(readdir(folder))) ?? [];
  const catalogs: PackCatalog[] = [];
  for (const name of names.toSorted()) {
    const path = join(folder, name, 'catalog.json');
    const content = await readJsonFileIfPresent(path, `The catalogue ${path}`, {
      missing: 'PACK_INVALID',
      invalid: 'PACK_INVALID',
    });
    if (content === undefined) continue;
    const catalog = parseCatalog(content, path);
    if (catalog.id !== name) {
      throw new StudioError('PACK_INVALID', `${path} belongs to the pack ${catalog.id}, not ${name}.`);
    }
    catalogs.push(catalog);
  }
  return catalogs;
}

function parseCatalog(content: unknown, path: string): PackCatalog {
  try {
    return packCatalogSchema.parse(content);
  } catch (error) {
    const what = error instanceof z.ZodError ? z.prettifyError(error) : String(error);
    throw new StudioError('PACK_INVALID', `${path} is not a catalogue: ${what}`, { cause: error });
  }
}
