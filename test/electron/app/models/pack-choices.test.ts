/** A missing pack is not chosen; one that has gone is reported. */
import { mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, it } from 'vitest';
import type { Studio } from '../../../../electron/app/studio.ts';
import { temporaryFolder } from '../../inference/tiny-pack.ts';
import { catalogOf } from '../../models/store-fixture.ts';
import { serveEnvironment } from '../../serve/serve-process.ts';
import { callStudio, testStudio } from '../studio-fixture.ts';

let root: string;
let environment: NodeJS.ProcessEnv;
let studio: Studio;

beforeEach(async () => {
  root = temporaryFolder();
  environment = await serveEnvironment(root);
  const catalog = catalogOf({
    id: 'blending',
    sources: [{ kind: 'http', url: 'https://models.test/' }],
    files: [{ path: 'unet/config.json' }],
    manifest: { width: 64, height: 64, recommended: {} },
  });
  const folder = join(environment.PNPMIX_PACKS_DIR!, 'test');
  mkdirSync(folder, { recursive: true });
  writeFileSync(join(folder, 'catalog.json'), JSON.stringify(catalog));
  studio = await testStudio(root, {}, environment);
});
afterEach(async () => {
  await studio.close();
  rmSync(root, { recursive: true });
});

const failure = (code: string, message: string) =>
  expect.objectContaining({ code, message: expect.stringContaining(message) });

it('is refused by the settings, which are unchanged: unknown, not installed, or no name at all', async () => {
  const before = await callStudio(studio, 'settings.get', {});
  await expect(callStudio(studio, 'settings.set', { pack: 'nothing' })).rejects.toThrow(
    failure('PARAMETER_INVALID', 'There is no model pack nothing here. Choose another in Models: '),
  );
  await expect(callStudio(studio, 'settings.set', { pack: 'test' })).rejects.toThrow(
    failure('PARAMETER_INVALID', 'The model pack Test pack is not installed.'),
  );
  await expect(callStudio(studio, 'settings.set', { pack: 'a'.repeat(5000) })).rejects.toThrow(
    failure('COMMAND_INVALID', 'pack'),
  );
  expect(await callStudio(studio, 'settings.get', {})).toEqual(before);
  await callStudio(studio, 'settings.set', { pack: before.pack, theme: 'dark' });
});

it('that has gone since it was chosen costs no project, but its sample scene, and is reported', async () => {
  await studio.close();
  const settingsPath = join(environment.PNPMIX_SETTINGS_DIR!, 'settings.json');
  const settings = { version: 1, pack: 'gone' };
  mkdirSync(environment.PNPMIX_SETTINGS_DIR!, { recursive: true });
  writeFileSync(settingsPath, JSON.stringify(settings));
  studio = await testStudio(root, {}, environment);
  const notices: string[] = [];
  studio.listen(({ event, payload }) => {
    if (event === 'notice') notices.push((payload as { message: string }).message);
  });
  expect(await callStudio(studio, 'project.create', { name: 'One' })).toMatchObject({ name: 'One' });
  expect(notices).toEqual([expect.stringContaining('There is no model pack gone here.')]);
  await expect(callStudio(studio, 'project.openSample', {})).rejects.toThrow(
    failure('PACK_UNKNOWN', 'There is no model pack gone here.'),
  );
  expect(JSON.parse(readFileSync(settingsPath, 'utf8')).pack).toBe('gone');
});
