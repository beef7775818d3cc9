/** `--pack`: a folder, or the name of a bundled or installed pack. */
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { StudioError } from '../contract/errors.ts';
import { thisMachine } from '../foundation/folders.ts';
import { readCatalogs } from '../models/catalogs.ts';
import { createModelStore } from '../models/model-store.ts';
import { findModelsFolder } from '../models/models-folder.ts';

const bundledPacks = join(import.meta.dirname, '..', '..', 'native-models', 'packs');

/**
 * The folder of a pack.
 *
 * @param nameOrFolder an existing folder takes precedence over a pack's name
 * @throws StudioError PACK_UNKNOWN for a pack that is not installed, PACK_INCOMPLETE for a partly installed one, with
 * the command that installs it
 */
export async function packFolder(nameOrFolder = 'starter'): Promise<string> {
  if (existsSync(nameOrFolder)) return nameOrFolder;
  const bundled = join(bundledPacks, nameOrFolder);
  if (existsSync(join(bundled, 'pack.json'))) return bundled;
  const catalogs = await readCatalogs(bundledPacks);
  const catalog = catalogs.find(({ id }) => id === nameOrFolder);
  const blending = catalog?.components.find(({ manifest }) => manifest !== undefined);
  // Anything else is treated as a folder; the loader reports a missing one.
  if (catalog === undefined || blending === undefined) return nameOrFolder;
  const { folder: modelsFolder } = await findModelsFolder(thisMachine());
  const listed = (await createModelStore({ modelsFolder, catalogs }).list()).find(
    ({ id }) => id === catalog.id,
  );
  const part = listed?.components.find(({ id }) => id === blending.id);
  if (part?.state === 'installed') return part.folder;
  const isPartial = part?.state === 'partial';
  throw new StudioError(
    isPartial ? 'PACK_INCOMPLETE' : 'PACK_UNKNOWN',
    `The pack ${catalog.id} (${blending.name}) is ${isPartial ? 'not complete' : 'not installed'} in ${modelsFolder}. ` +
      `Run: npm run models -- pull ${catalog.id}`,
  );
}
