/** A missing pack is not chosen; one that has gone is reported. */

import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { noticeSentence } from '../../../../electron/contract/notices.ts';
import { catalogOf } from '../../models/store-fixture.ts';
import { studioForEachTest } from '../studio-for-each-test.ts';

const app = studioForEachTest({}, (environment) => {
  const catalog = catalogOf({
    id: 'blending',
    sources: [{ kind: 'http', url: 'https://models.test/' }],
    files: [{ path: 'unet/config.json' }],
    manifest: { width: 64, height: 64, recommended: {} },
  });
  const folder = join(environment.PNPMIX_PACKS_DIR!, 'test');
  mkdirSync(folder, { recursive: true });
  writeFileSync(join(folder, 'catalog.json'), JSON.stringify(catalog));
});

const failure = (code: string, message: string) =>
  expect.objectContaining({ code, message: expect.stringContaining(message) });

it('is refused by the settings, which are unchanged: unknown, not installed, or no name at all', async () => {
  const before = await app.call('settings.get', {});
  await expect(app.call('settings.set', { pack: 'nothing' })).rejects.toThrow(
    failure('PARAMETER_INVALID', 'There is no model pack nothing here. Choose another in Models: '),
  );
  await expect(app.call('settings.set', { pack: 'test' })).rejects.toThrow(
    failure('PARAMETER_INVALID', 'The model pack Test pack is not installed.'),
  );
  await expect(app.call('settings.set', { pack: 'a'.repeat(5000) })).rejects.toThrow(
    failure('COMMAND_INVALID', 'pack'),
  );
  expect(await app.call('settings.get', {})).toEqual(before);
  await app.call('settings.set', { pack: before.pack, theme: 'dark' });
});

it('that has gone since it was chosen costs no project, but its sample scene, and is reported', async () => {
  await app.studio.close();
  const settingsPath = join(app.environment.PNPMIX_SETTINGS_DIR!, 'settings.json');
  const settings = { version: 1, pack: 'gone' };
  mkdirSync(app.environment.PNPMIX_SETTINGS_DIR!, { recursive: true });
  writeFileSync(settingsPath, JSON.stringify(settings));
  await app.open();
  const notices: string[] = [];
  app.studio.listen((told) => {
    if (told.event === 'notice') notices.push(noticeSentence(told.payload.notice));
  });
  expect(await app.call('project.create', { name: 'One' })).toMatchObject({ name: 'One' });
  expect(notices).toEqual([expect.stringContaining('There is no model pack gone here.')]);
  await expect(app.call('project.openSample', {})).rejects.toThrow(
    failure('PACK_UNKNOWN', 'There is no model pack gone here.'),
  );
  expect(JSON.parse(readFileSync(settingsPath, 'utf8')).pack).toBe('gone');
});
