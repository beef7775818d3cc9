/** The program's folders, by the platform's conventions: the only file that knows them (docs/decisions/0138). */
import { existsSync } from 'node:fs';
import { homedir } from 'node:os';
import { posix, win32 } from 'node:path';
import { fileURLToPath } from 'node:url';

/** The properties of the system that the folders depend on. */
export interface PlatformFacts {
  readonly platform: NodeJS.Platform;
  readonly environment: Readonly<Record<string, string | undefined>>;
  readonly homeFolder: string;
}

/** The folders on this machine. */
export interface StudioFolders {
  /** Contains the program's package.json. */
  readonly application: string;
  /** Contains one folder per bundled pack and per catalogue. */
  readonly bundledPacks: string;
  readonly settings: string;
  readonly cache: string;
  /** Folder for new projects, unless the settings name another. */
  readonly projects: string;
}

const APPLICATION = 'PnP-MIX Studio';
const APPLICATION_LOWER = 'pnp-mix-studio';
const APPLICATION_FOLDER = fileURLToPath(new URL('../..', import.meta.url));

/** The machine that this process runs on. */
export function thisMachine(): PlatformFacts {
  return { platform: process.platform, environment: process.env, homeFolder: homedir() };
}

/** The platform's folder for an application's data on this machine only; PNPMIX_ variables do not apply here. */
export function platformFolders({ platform, environment, homeFolder }: PlatformFacts): {
  readonly data: string;
  readonly settings: string;
  /** Data that can be computed again. */
  readonly cache: string;
} {
  if (platform === 'win32') {
    // Models are large and belong to this machine: LOCALAPPDATA, which does not roam.
    const local = environment.LOCALAPPDATA || win32.join(homeFolder, 'AppData', 'Local');
    const folder = win32.join(local, APPLICATION);
    return { data: folder, settings: folder, cache: win32.join(local, APPLICATION_LOWER, 'Cache') };
  }
  if (platform === 'darwin') {
    const library = posix.join(homeFolder, 'Library');
    const folder = posix.join(library, 'Application Support', APPLICATION);
    return { data: folder, settings: folder, cache: posix.join(library, 'Caches', APPLICATION_LOWER) };
  }
  // An empty or relative value counts as unset (XDG base directory specification).
  const below = (base: string | undefined, usual: string) =>
    posix.join(base?.startsWith('/') ? base : posix.join(homeFolder, usual), APPLICATION_LOWER);
  return {
    data: below(environment.XDG_DATA_HOME, '.local/share'),
    settings: below(environment.XDG_CONFIG_HOME, '.config'),
    cache: below(environment.XDG_CACHE_HOME, '.cache'),
  };
}

/** PNPMIX_CACHE_DIR, or the platform's folder: the same for hosts, engine and command line. */
export function defaultCacheFolder(facts: PlatformFacts = thisMachine()): string {
  return pathsOf(facts).resolve(facts.environment.PNPMIX_CACHE_DIR || platformFolders(facts).cache);
}

/** PNPMIX_PROJECTS_DIR, PNPMIX_CACHE_DIR, PNPMIX_SETTINGS_DIR and PNPMIX_PACKS_DIR, or the platform's folders. */
export function studioFolders(facts: PlatformFacts, application = APPLICATION_FOLDER): StudioFolders {
  const { environment } = facts;
  const { join, resolve } = pathsOf(facts);
  return {
    application,
    bundledPacks: resolve(environment.PNPMIX_PACKS_DIR || join(application, 'native-models', 'packs')),
    settings: resolve(environment.PNPMIX_SETTINGS_DIR || platformFolders(facts).settings),
    cache: defaultCacheFolder(facts),
    projects: resolve(environment.PNPMIX_PROJECTS_DIR || projectsFolder(facts)),
  };
}

/** In Documents if it exists, so that projects are easy to find and get backed up. */
function projectsFolder(facts: PlatformFacts): string {
  const { join } = pathsOf(facts);
  const documents = join(facts.homeFolder, 'Documents');
  return join(existsSync(documents) ? documents : facts.homeFolder, APPLICATION);
}

function pathsOf({ platform }: PlatformFacts): typeof posix {
  return platform === 'win32' ? win32 : posix;
}
