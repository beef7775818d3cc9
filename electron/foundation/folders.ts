/** Where the program keeps things, by the platform's customs: the one place that knows (docs/decisions/0138). */
import { existsSync } from 'node:fs';
import { homedir } from 'node:os';
import { posix, win32 } from 'node:path';
import { fileURLToPath } from 'node:url';

/** The parts of the system that the places depend on. */
export interface PlatformFacts {
  readonly platform: NodeJS.Platform;
  readonly environment: Readonly<Record<string, string | undefined>>;
  readonly homeFolder: string;
}

/** Where things lie on this machine. */
export interface StudioFolders {
  /** Holds the program's package.json. */
  readonly application: string;
  /** A folder per bundled pack and per catalogue. */
  readonly bundledPacks: string;
  readonly settings: string;
  readonly cache: string;
  /** Where new projects are made, unless another place was chosen in the settings. */
  readonly projects: string;
}

const APPLICATION = 'PnP-MIX Studio';
const APPLICATION_LOWER = 'pnp-mix-studio';
const APPLICATION_FOLDER = fileURLToPath(new URL('../..', import.meta.url));

/** The machine that this process runs on. */
export function thisMachine(): PlatformFacts {
  return { platform: process.platform, environment: process.env, homeFolder: homedir() };
}

/** Where the platform keeps what an application has on this machine only; no variable of our own counts here. */
export function platformFolders({ platform, environment, homeFolder }: PlatformFacts): {
  readonly data: string;
  readonly settings: string;
  /** What can be computed again. */
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

/** PNPMIX_CACHE_DIR, or the platform's place: the same for hosts, engine and command line. */
export function defaultCacheFolder(facts: PlatformFacts = thisMachine()): string {
  return pathsOf(facts).resolve(facts.environment.PNPMIX_CACHE_DIR || platformFolders(facts).cache);
}

/** PNPMIX_PROJECTS_DIR, PNPMIX_CACHE_DIR, PNPMIX_SETTINGS_DIR and PNPMIX_PACKS_DIR, or the platform's places. */
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

/** Below Documents where there is such a folder, so that projects are found and backed up. */
function projectsFolder(facts: PlatformFacts): string {
  const { join } = pathsOf(facts);
  const documents = join(facts.homeFolder, 'Documents');
  return join(existsSync(documents) ? documents : facts.homeFolder, APPLICATION);
}

function pathsOf({ platform }: PlatformFacts): typeof posix {
  return platform === 'win32' ? win32 : posix;
}
