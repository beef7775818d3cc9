/** Choosing the models folder: remembered for the next start, and refused if it cannot be used. */
import { existsSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { chooseFolder } from '../../../../electron/app/models/choose-folder.ts';
import { findModelsFolder } from '../../../../electron/models/models-folder.ts';
import { temporaryFolder } from '../../inference/tiny-pack.ts';

let homeFolder: string;
beforeEach(() => {
  homeFolder = temporaryFolder();
});
afterEach(() => rmSync(homeFolder, { recursive: true }));
const facts = () => ({ platform: 'linux' as const, environment: {}, homeFolder });

test('creates the folder, and the next start uses it', async () => {
  const folder = join(homeFolder, 'disk two', 'models');
  await chooseFolder(facts(), 'platform', folder);
  expect(existsSync(folder)).toBe(true);
  expect(await findModelsFolder(facts())).toEqual({ folder, chosenBy: 'setting' });
});

test('refuses a relative path, a file, and to override the environment', async () => {
  await expect(chooseFolder(facts(), 'platform', 'models')).rejects.toMatchObject({
    code: 'PARAMETER_INVALID',
  });
  const file = join(homeFolder, 'file');
  writeFileSync(file, '');
  await expect(chooseFolder(facts(), 'platform', file)).rejects.toMatchObject({ code: 'FOLDER_UNWRITABLE' });
  await expect(chooseFolder(facts(), 'PNPMIX_MODELS_DIR', homeFolder)).rejects.toMatchObject({
    code: 'HOST_UNSUPPORTED',
  });
  expect((await findModelsFolder(facts())).chosenBy).toBe('platform');
});
