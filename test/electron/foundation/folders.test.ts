/** The folders on each platform are those of every earlier version, so that no data is left behind. */
import { describe, expect, it, test } from 'vitest';
import {
  defaultCacheFolder,
  type PlatformFacts,
  platformFolders,
  studioFolders,
} from '../../../electron/foundation/folders.ts';

const linux = (environment: PlatformFacts['environment'] = {}): PlatformFacts => ({
  platform: 'linux',
  environment,
  homeFolder: '/home/ada',
});
const windows = (environment: PlatformFacts['environment'] = {}): PlatformFacts => ({
  platform: 'win32',
  environment,
  homeFolder: 'C:\\Users\\ada',
});

const USUAL_ON_LINUX = {
  data: '/home/ada/.local/share/pnp-mix-studio',
  settings: '/home/ada/.config/pnp-mix-studio',
  cache: '/home/ada/.cache/pnp-mix-studio',
};
const USUAL_ON_WINDOWS = {
  data: 'C:\\Users\\ada\\AppData\\Local\\PnP-MIX Studio',
  settings: 'C:\\Users\\ada\\AppData\\Local\\PnP-MIX Studio',
  cache: 'C:\\Users\\ada\\AppData\\Local\\pnp-mix-studio\\Cache',
};

describe('the platform’s folders', () => {
  test.each<[string, PlatformFacts, ReturnType<typeof platformFolders>]>([
    ['Linux', linux(), USUAL_ON_LINUX],
    [
      'Linux with XDG values',
      linux({ XDG_DATA_HOME: '/d', XDG_CONFIG_HOME: '/c', XDG_CACHE_HOME: '/x' }),
      { data: '/d/pnp-mix-studio', settings: '/c/pnp-mix-studio', cache: '/x/pnp-mix-studio' },
    ],
    [
      'Linux with relative XDG values, which count as unset',
      linux({ XDG_DATA_HOME: 'd', XDG_CONFIG_HOME: './c', XDG_CACHE_HOME: '../x' }),
      USUAL_ON_LINUX,
    ],
    [
      'Linux with empty XDG values',
      linux({ XDG_DATA_HOME: '', XDG_CONFIG_HOME: '', XDG_CACHE_HOME: '' }),
      USUAL_ON_LINUX,
    ],
    [
      'macOS',
      { platform: 'darwin', environment: { XDG_CACHE_HOME: '/x' }, homeFolder: '/Users/ada' },
      {
        data: '/Users/ada/Library/Application Support/PnP-MIX Studio',
        settings: '/Users/ada/Library/Application Support/PnP-MIX Studio',
        cache: '/Users/ada/Library/Caches/pnp-mix-studio',
      },
    ],
    ['Windows', windows(), USUAL_ON_WINDOWS],
    ['Windows with an empty LOCALAPPDATA', windows({ LOCALAPPDATA: '' }), USUAL_ON_WINDOWS],
    [
      'Windows with LOCALAPPDATA',
      windows({ LOCALAPPDATA: 'D:\\Local' }),
      {
        data: 'D:\\Local\\PnP-MIX Studio',
        settings: 'D:\\Local\\PnP-MIX Studio',
        cache: 'D:\\Local\\pnp-mix-studio\\Cache',
      },
    ],
  ])('on %s', (_, facts, folders) => {
    expect(platformFolders(facts)).toEqual(folders);
    // A host passes its engine the same folders that the command line's engine uses by itself.
    expect(studioFolders(facts, '/app').cache).toBe(folders.cache);
    expect(defaultCacheFolder(facts)).toBe(folders.cache);
    expect(studioFolders(facts, '/app').settings).toBe(folders.settings);
  });
});

describe('a host’s folders', () => {
  it('can each be configured', () => {
    const facts = linux({
      PNPMIX_PACKS_DIR: '/packs',
      PNPMIX_PROJECTS_DIR: '/projects',
      PNPMIX_SETTINGS_DIR: '/settings',
      PNPMIX_CACHE_DIR: '/cache',
    });
    expect(studioFolders(facts, '/app')).toEqual({
      application: '/app',
      bundledPacks: '/packs',
      projects: '/projects',
      settings: '/settings',
      cache: '/cache',
    });
    expect(defaultCacheFolder(facts)).toBe('/cache');
  });

  it('follow the platform’s conventions by default', () => {
    expect(studioFolders(linux(), '/app')).toMatchObject({
      bundledPacks: '/app/native-models/packs',
      projects: '/home/ada/PnP-MIX Studio',
    });
    expect(studioFolders(windows(), 'C:\\app').projects).toBe('C:\\Users\\ada\\PnP-MIX Studio');
  });
});
