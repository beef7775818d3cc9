import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import type { PlatformFacts } from '../../../electron/foundation/folders.ts';
import { chooseModelsFolder, findModelsFolder } from '../../../electron/models/models-folder.ts';
import { temporaryFolder, withCode } from './store-fixture.ts';

describe('the models folder', () => {
  it('is the most specific setting', async () => {
    const homeFolder = await temporaryFolder();
    const facts: PlatformFacts = { platform: 'linux', environment: {}, homeFolder };
    expect(await findModelsFolder(facts)).toEqual({
      folder: join(homeFolder, '.local/share/pnp-mix-studio/models'),
      chosenBy: 'platform',
    });
    await chooseModelsFolder(facts, join(homeFolder, 'big disk'));
    expect(await findModelsFolder(facts)).toEqual({
      folder: join(homeFolder, 'big disk'),
      chosenBy: 'setting',
    });
    const set = { ...facts, environment: { PNPMIX_MODELS_DIR: '/models' } };
    expect(await findModelsFolder(set)).toEqual({ folder: '/models', chosenBy: 'PNPMIX_MODELS_DIR' });
    expect(await findModelsFolder(set, '/other')).toEqual({ folder: '/other', chosenBy: 'call' });
  });

  it('has no fallback if the setting cannot be read', async () => {
    const homeFolder = await temporaryFolder();
    const facts: PlatformFacts = { platform: 'linux', environment: {}, homeFolder };
    await mkdir(join(homeFolder, '.config/pnp-mix-studio'), { recursive: true });
    await writeFile(join(homeFolder, '.config/pnp-mix-studio/models-folder.json'), '{"version":1');
    await expect(findModelsFolder(facts)).rejects.toThrow(withCode('PACK_INVALID'));
  });
});
