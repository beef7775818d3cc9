/** Where things lie: by the platform's customs, and the cache where the command line has it too. */
import { homedir } from 'node:os';
import { resolve } from 'node:path';
import { expect, test } from 'vitest';
import { studioFolders } from '../../../electron/app/studio-folders.ts';
import { defaultCacheFolder } from '../../../electron/inference/cache/cache-folder.ts';

test.each([{}, { PNPMIX_CACHE_DIR: '/chosen' }, { XDG_CACHE_HOME: '/xdg' }])(
  'the cache is the engine’s own default with %j',
  (environment) => {
    for (const platform of ['linux', 'darwin'] as const) {
      const { cache } = studioFolders({ platform, environment, homeFolder: homedir() });
      expect(cache).toBe(resolve(defaultCacheFolder(environment, platform)));
    }
  },
);

test('each folder can be chosen', () => {
  const environment = {
    PNPMIX_PACKS_DIR: '/packs',
    PNPMIX_PROJECTS_DIR: '/projects',
    PNPMIX_SETTINGS_DIR: '/settings',
  };
  expect(studioFolders({ platform: 'linux', environment, homeFolder: '/home/me' })).toMatchObject({
    bundledPacks: resolve('/packs'),
    projects: resolve('/projects'),
    settings: resolve('/settings'),
  });
});
