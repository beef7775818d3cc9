/** Settings: kept over restarts, whole or not at all, and what cannot be read is said. */
import { mkdirSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { SettingsStore } from '../../../../electron/app/settings/settings-store.ts';
import { DEFAULT_SETTINGS } from '../../../../electron/contract/settings.ts';
import { temporaryFolder } from '../../inference/tiny-pack.ts';

let folder: string;
let notices: string[];
beforeEach(() => {
  folder = temporaryFolder();
  notices = [];
});
afterEach(() => rmSync(folder, { recursive: true }));
const open = () => SettingsStore.open(folder, (notice) => notices.push(notice));

test('begin with the defaults and come back as they were changed', async () => {
  const store = await open();
  expect(store.current).toEqual(DEFAULT_SETTINGS);
  await store.change({ theme: 'dark', releaseModelsAfterMinutes: 0 });
  expect((await open()).current).toEqual({
    ...DEFAULT_SETTINGS,
    theme: 'dark',
    releaseModelsAfterMinutes: 0,
  });
  expect(notices).toEqual([]);
});

test('that another version wrote are taken one by one, and what was left out is said', async () => {
  const file = { ...DEFAULT_SETTINGS, theme: 'dark', wheel: 'something new', invention: true };
  writeFileSync(join(folder, 'settings.json'), JSON.stringify(file));
  expect((await open()).current).toEqual({ ...DEFAULT_SETTINGS, theme: 'dark' });
  expect(notices).toEqual([expect.stringMatching(/wheel, invention/)]);
});

test('that an editor saved with a byte order mark, or in UTF-16, are read', async () => {
  const text = `\ufeff${JSON.stringify({ ...DEFAULT_SETTINGS, theme: 'dark' })}`;
  for (const encoding of ['utf8', 'utf16le'] as const) {
    writeFileSync(join(folder, 'settings.json'), text, encoding);
    expect((await open()).current.theme).toBe('dark');
  }
  expect(notices).toEqual([]);
});

test('that are damaged are not used, and that is said', async () => {
  writeFileSync(join(folder, 'settings.json'), '{"version":1,"the');
  expect((await open()).current).toEqual(DEFAULT_SETTINGS);
  expect(notices).toEqual([expect.stringMatching(/damaged.*line 1, column 14/)]);
});

test('that cannot be written are an error, and stay as they were', async () => {
  const store = await open();
  mkdirSync(join(folder, 'settings.json'));
  await expect(store.change({ theme: 'dark' })).rejects.toThrow();
  expect(store.current.theme).toBe('system');
});

test('changed by two windows at once keep both changes', async () => {
  const store = await open();
  await Promise.all([store.change({ theme: 'dark' }), store.change({ wheel: 'brushSize' })]);
  expect(store.current).toMatchObject({ theme: 'dark', wheel: 'brushSize' });
  expect((await open()).current).toEqual(store.current);
});
