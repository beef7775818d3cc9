/** Removes temporary files that killed processes left in the store. */
import { readdir } from 'node:fs/promises';
import { join } from 'node:path';
import type { PackCatalog } from '../contract/pack-catalog.ts';
import { ifPresent } from '../foundation/files/file-errors.ts';
import { removeStaleTemporaryFiles } from '../foundation/files/temporary-files.ts';
import { packFolder } from './store-layout.ts';

/** The store's small files: records, manifests, and origins of unfinished downloads. */
const isOurs = (name: string) =>
  name === 'installed.json' || name === 'pack.json' || name.endsWith('.part.json');

/** Removes them from the folders of all packs, without following links or touching files being written. */
export async function removeStaleStoreFiles(
  modelsFolder: string,
  catalogs: readonly PackCatalog[],
): Promise<void> {
  for (const { id } of catalogs) await tidy(packFolder(modelsFolder, id));
}

async function tidy(folder: string): Promise<void> {
  const entries = (await ifPresent(readdir(folder, { withFileTypes: true }))) ?? [];
  await removeStaleTemporaryFiles(folder, isOurs);
  for (const entry of entries) if (entry.isDirectory()) await tidy(join(folder, entry.name));
}
