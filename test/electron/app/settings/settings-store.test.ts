/** Settings: kept over restarts, written completely or not at all; unreadable ones are reported. */

import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdirSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { SettingsStore } from '../../../../electron/app/settings/settings-store.ts';
import { noticeSentence } from '../../../../electron/contract/notices.ts';
import { DEFAULT_SETTINGS } from '../../../../electron/contract/settings.ts';
import { RecentProjects } from '../../../../electron/projects/recent-projects.ts';
import { temporaryFolder } from '../../inference/tiny-pack.ts';

let folder: string;
let notices: string[];
beforeEach(() => {
  folder = temporaryFolder();
  notices = [];
});
afterEach(() => rmSync(folder, { recursive: true }));
const open = () => SettingsStore.open(folder, (notice) => notices.push(noticeSentence(notice)));

test('have their defaults at first and are stored when changed', async () => {
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

test('of another version are read one by one, and the omitted ones are reported', async () => {
  const file = { ...DEFAULT_SETTINGS, theme: 'dark', wheel: 'something new', invention: true };
  writeFileSync(join(folder, 'settings.json'), JSON.stringify(file));
  expect((await open()).current).toEqual({ ...DEFAULT_SETTINGS, theme: 'dark' });
  expect(notices).toEqual([expect.stringMatching(/wheel, invention/)]);
});

test('saved by a text editor with a byte order mark, or in UTF-16, are read', async () => {
  const text = `\ufeff${JSON.stringify({ ...DEFAULT_SETTINGS, theme: 'dark' })}`;
  for (const encoding of ['utf8', 'utf16le'] as const) {
    writeFileSync(join(folder, 'settings.json'), text, encoding);
    expect((await open()).current.theme).toBe('dark');
  }
  expect(notices).toEqual([]);
});

test('that are damaged are not used, which is reported', async () => {
  writeFileSync(join(folder, 'settings.json'), '{"version":1,"the');
  expect((await open()).current).toEqual(DEFAULT_SETTINGS);
  expect(notices).toEqual([expect.stringMatching(/damaged.*line 1, column 14/)]);
});

test('that cannot be written are an error, and stay unchanged', async () => {
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

describe('two hosts on one settings folder', () => {
  test('keep each other’s settings, entry by entry', async () => {
    const [first, second] = [await open(), await open()];
    await first.change({ theme: 'dark', editor: { panel: 1, language: 'ko' }, shortcuts: { undo: 'z' } });
    await second.change({ wheel: 'brushSize', editor: { width: 2 } });
    await first.change({ editor: { language: 'ko' } });
    const kept = { theme: 'dark', wheel: 'brushSize', editor: { language: 'ko', width: 2 } };
    expect(first.current).toMatchObject(kept);
    expect(first.current.editor).toEqual(kept.editor);
    expect((await open()).current).toMatchObject({ ...kept, shortcuts: { undo: 'z' } });
  });

  test('that change at the same time lose nothing', async () => {
    const stores = await Promise.all(Array.from({ length: 8 }, open));
    await Promise.all(stores.map((store, at) => store.change({ shortcuts: { [`action${at}`]: 'x' } })));
    expect(Object.keys((await open()).current.shortcuts)).toHaveLength(8);
  });

  test('in processes of their own remember each other’s projects', async () => {
    const file = join(folder, 'recent-projects.json');
    const script = `
      const { RecentProjects } = await import(${JSON.stringify(
        pathToFileURL('electron/projects/recent-projects.ts').href,
      )});
      const recent = new RecentProjects(process.argv[1]);
      for (let at = 0; at < 8; at++) recent.remember(\`\${process.argv[1]}-\${process.argv[2]}-\${at}\`, at);`;
    await Promise.all(
      ['a', 'b', 'c', 'd'].map(async (name) => {
        const child = spawn('node', ['--input-type=module', '-e', script, file, name], { stdio: 'inherit' });
        expect(await once(child, 'exit')).toEqual([0, null]);
      }),
    );
    expect(new RecentProjects(file).list()).toHaveLength(32);
  });
});
