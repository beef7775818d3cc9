/** Where a host keeps things, by the platform's customs; each can be chosen by an environment variable. */
import { existsSync } from 'node:fs';
import { homedir } from 'node:os';
import { join, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';
import { type PlatformFacts, platformFolders } from '../models/models-folder.ts';
import type { StudioFolders } from './studio-parts.ts';

const APPLICATION_FOLDER = fileURLToPath(new URL('../..', import.meta.url));

/** PNPMIX_PROJECTS_DIR, PNPMIX_CACHE_DIR, PNPMIX_SETTINGS_DIR and PNPMIX_PACKS_DIR, or the platform's places. */
export function studioFolders(facts: PlatformFacts, application = APPLICATION_FOLDER): StudioFolders {
  const { environment } = facts;
  return {
    application,
    bundledPacks: resolve(environment.PNPMIX_PACKS_DIR || join(application, 'native-models', 'packs')),
    settings: resolve(environment.PNPMIX_SETTINGS_DIR || platformFolders(facts).settings),
    cache: resolve(environment.PNPMIX_CACHE_DIR || cacheFolder(facts)),
    projects: resolve(environment.PNPMIX_PROJECTS_DIR || projectsFolder(facts)),
  };
}

/** The same as the engine's own default, which the command line uses: a test holds them together. */
function cacheFolder({ platform, environment, homeFolder }: PlatformFacts): string {
  if (platform === 'win32') {
    return join(environment.LOCALAPPDATA ?? join(homeFolder, 'AppData', 'Local'), 'pnp-mix-studio', 'Cache');
  }
  if (platform === 'darwin') return join(homeFolder, 'Library', 'Caches', 'pnp-mix-studio');
  return join(environment.XDG_CACHE_HOME || join(homeFolder, '.cache'), 'pnp-mix-studio');
}

/** Below the person's documents where there is such a folder, so that it is found and backed up. */
function projectsFolder({ homeFolder }: PlatformFacts): string {
  const documents = join(homeFolder, 'Documents');
  return join(existsSync(documents) ? documents : homeFolder, 'PnP-MIX Studio');
}

/** The machine that this process runs on. */
export function thisMachine(): PlatformFacts {
  return { platform: process.platform, environment: process.env, homeFolder: homedir() };
}
