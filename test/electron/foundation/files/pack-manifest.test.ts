/** The engine, the list of packs and the licences read pack.json with the same code. */
import { rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { readLicences } from '../../../../electron/app/licences.ts';
import { PackRegistry } from '../../../../electron/app/models/pack-registry.ts';
import { readPackManifest } from '../../../../electron/foundation/files/pack-manifest.ts';
import { openModelPack } from '../../../../electron/inference/packs/model-pack.ts';
import { makeTinyPack, temporaryFolder, writeManifest } from '../../inference/tiny-pack.ts';

let packs: string;
let folder: string;
beforeEach(() => {
  packs = temporaryFolder();
  folder = makeTinyPack(packs, 'tiny');
});
afterEach(() => rmSync(packs, { recursive: true }));

test('a manifest is read; a folder without one gives none', async () => {
  expect(await readPackManifest(folder)).toBeUndefined();
  expect(await readPackManifest(join(packs, 'nowhere'))).toBeUndefined();
  writeManifest(folder, { id: 'tiny' });
  expect(await readPackManifest(folder)).toMatchObject({ id: 'tiny', layout: 'diffusers' });
});

test.each([
  ['is not JSON', '{"id": "tiny"'],
  ['lacks most of it', '{"id": "tiny"}'],
  ['is another thing', '[]'],
])('a manifest that %s is PACK_INVALID for every reader, with its path', async (_, content) => {
  writeFileSync(join(folder, 'pack.json'), content);
  const refused = {
    code: 'PACK_INVALID',
    message: expect.stringContaining(join(folder, 'pack.json')) as unknown,
  };
  const store = { catalogs: [], list: async () => [] };
  await expect(readPackManifest(folder)).rejects.toMatchObject(refused);
  await expect(openModelPack(folder, { cacheFolder: join(packs, 'cache') })).rejects.toMatchObject(refused);
  await expect(new PackRegistry(packs, store as never).list()).rejects.toMatchObject(refused);
  await expect(readLicences('.', packs)).rejects.toMatchObject(refused);
});
