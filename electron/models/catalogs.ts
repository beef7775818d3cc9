/** Reading the catalogues: one catalog.json in a folder per pack. */
import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import * as z from 'zod';
import { StudioError } from '../contract/errors.ts';
import { type PackCatalog, packCatalogSchema } from '../contract/pack-catalog.ts';
import { ifPresent } from '../foundation/files/file-errors.ts';

/**
 * @param folder holds a folder per pack; those without a catalog.json are bundled packs and not the store's
 * @throws StudioError PACK_INVALID naming the file and what is wrong with it
 */
export async function readCatalogs(folder: string): Promise<PackCatalog[]> {
  const names = (await ifPresent(readdir(folder))) ?? [];
  const catalogs: PackCatalog[] = [];
  for (const name of names.toSorted()) {
    const path = join(folder, name, 'catalog.json');
    const text = await ifPresent(readFile(path, 'utf8'));
    if (text === undefined) continue;
    const catalog = parseCatalog(text, path);
    if (catalog.id !== name) {
      throw new StudioError('PACK_INVALID', `${path} is of the pack ${catalog.id}, not ${name}.`);
    }
    catalogs.push(catalog);
  }
  return catalogs;
}

function parseCatalog(text: string, path: string): PackCatalog {
  try {
    return packCatalogSchema.parse(JSON.parse(text));
  } catch (error) {
    const what = error instanceof z.ZodError ? z.prettifyError(error) : String(error);
    throw new StudioError('PACK_INVALID', `${path} is not a catalogue: ${what}`, { cause: error });
  }
}
