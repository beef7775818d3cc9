/**
 * Where the models are kept: what the person said, in this order: the call, PNPMIX_MODELS_DIR, the folder that
 * was chosen once, and the platform's place for an application's data.
 */
import { join, posix, resolve, win32 } from 'node:path';
import * as z from 'zod';
import { StudioError } from '../contract/errors.ts';
import { writeFileAtomically } from '../foundation/files/atomic-write.ts';
import { readJsonFileIfPresent } from '../foundation/files/read-json.ts';

/** The parts of the system that the choice depends on. */
export interface PlatformFacts {
  readonly platform: NodeJS.Platform;
  readonly environment: Readonly<Record<string, string | undefined>>;
  readonly homeFolder: string;
}

export interface ModelsFolder {
  readonly folder: string;
  readonly chosenBy: 'call' | 'PNPMIX_MODELS_DIR' | 'setting' | 'platform';
}

const APPLICATION = 'PnP-MIX Studio';
const APPLICATION_POSIX = 'pnp-mix-studio';

/** Where the platform keeps what an application has on this machine only: data, and settings. */
export function platformFolders({ platform, environment, homeFolder }: PlatformFacts): {
  readonly data: string;
  readonly settings: string;
} {
  if (platform === 'win32') {
    // Models are large and belong to this machine: LOCALAPPDATA, which does not roam.
    const local = environment.LOCALAPPDATA || win32.join(homeFolder, 'AppData', 'Local');
    const folder = win32.join(local, APPLICATION);
    return { data: folder, settings: folder };
  }
  if (platform === 'darwin') {
    const folder = posix.join(homeFolder, 'Library', 'Application Support', APPLICATION);
    return { data: folder, settings: folder };
  }
  // An empty or relative value counts as unset (XDG base directory specification).
  const absolute = (value: string | undefined) => (value?.startsWith('/') ? value : undefined);
  return {
    data: posix.join(
      absolute(environment.XDG_DATA_HOME) ?? posix.join(homeFolder, '.local/share'),
      APPLICATION_POSIX,
    ),
    settings: posix.join(
      absolute(environment.XDG_CONFIG_HOME) ?? posix.join(homeFolder, '.config'),
      APPLICATION_POSIX,
    ),
  };
}

const settingSchema = z.strictObject({ version: z.literal(1), modelsFolder: z.string().min(1) });

function settingPath(facts: PlatformFacts): string {
  return join(platformFolders(facts).settings, 'models-folder.json');
}

/**
 * @param called a folder named for this call
 * @throws StudioError PACK_INVALID when the setting is there but cannot be read
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
    // Falling back to the default here would fill the wrong disk.
    const detail = error instanceof StudioError ? error.message : `${path} cannot be read.`;
    throw new StudioError('PACK_INVALID', `${detail} Choose the models folder again.`, { cause: error });
  }
  return { folder: join(platformFolders(facts).data, 'models'), chosenBy: 'platform' };
}

/** Remembers a folder for all later calls. Models that are elsewhere stay there. */
export async function chooseModelsFolder(facts: PlatformFacts, folder: string): Promise<void> {
  const setting = { version: 1, modelsFolder: resolve(folder) };
  await writeFileAtomically(settingPath(facts), `${JSON.stringify(setting, null, 2)}\n`);
}
