/**
 * Finds the models folder, in this order: the call, PNPMIX_MODELS_DIR, the chosen folder, and the platform's folder
 * for application data.
 */
import { join, resolve } from 'node:path';
import * as z from 'zod';
import { StudioError } from '../contract/errors.ts';
import { writeFileAtomically } from '../foundation/files/atomic-write.ts';
import { readJsonFileIfPresent } from '../foundation/files/read-json.ts';
import { type PlatformFacts, platformFolders } from '../foundation/folders.ts';

export interface ModelsFolder {
  readonly folder: string;
  readonly chosenBy: 'call' | 'PNPMIX_MODELS_DIR' | 'setting' | 'platform';
}

const settingSchema = z.strictObject({ version: z.literal(1), modelsFolder: z.string().min(1) });

function settingPath(facts: PlatformFacts): string {
  return join(platformFolders(facts).settings, 'models-folder.json');
}

/**
 * @param called a folder for this call
 * @throws StudioError PACK_INVALID when the setting exists but cannot be read
 */
export async function findModelsFolder(facts: PlatformFacts, called?: string): Promise<ModelsFolder> {
  if (called !== undefined) return { folder: resolve(called), chosenBy: 'call' };
  const fromEnvironment = facts.environment.PNPMIX_MODELS_DIR;
  if (fromEnvironment) return { folder: resolve(fromEnvironment), chosenBy: 'PNPMIX_MODELS_DIR' };
  const path = settingPath(facts);
  try {
    const setting = await readJsonFileIfPresent(path, `The setting ${path}`, {
      missing: 'PACK_INVALID',
      invalid: 'PACK_INVALID',
    });
    if (setting !== undefined) {
      return { folder: settingSchema.parse(setting).modelsFolder, chosenBy: 'setting' };
    }
  } catch (error) {
    // Falling back to the default could fill the wrong disk.
    const detail = error instanceof StudioError ? error.message : `${path} cannot be read.`;
    throw new StudioError('PACK_INVALID', `${detail} Choose the models folder again.`, { cause: error });
  }
  return { folder: join(platformFolders(facts).data, 'models'), chosenBy: 'platform' };
}

/** Sets the folder for all later calls. Existing models stay where they are. */
export async function chooseModelsFolder(facts: PlatformFacts, folder: string): Promise<void> {
  const setting = { version: 1, modelsFolder: resolve(folder) };
  await writeFileAtomically(settingPath(facts), `${JSON.stringify(setting, null, 2)}\n`);
}
