/** Removal deletes what the store put there and nothing else, whatever links are placed in its way. */
import { spawnSync } from 'node:child_process';
import { mkdir, readFile, rename, rm, symlink, unlink, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { removeStaleStoreFiles } from '../../../electron/models/stale-files.ts';
import { dropAfter, modelBytes, status } from './model-server.ts';
import { bytesAt, filesBelow, isThere, withCode } from './store-fixture.ts';
import { A, accept, B, twoPartPack } from './two-part-pack.ts';

describe('removal', () => {
  it('deletes what the store put there, and its folders, and nothing else', async () => {
    const { store, folder, place } = await twoPartPack();
    await store.pull('test', { ...accept, components: ['one', 'two'] });
    await writeFile(place('one/notes.txt'), 'mine');
    const { removedFiles, freedBytes, kept } = await store.remove('test');
    expect({ removedFiles, freedBytes, kept }).toEqual({
      removedFiles: 4,
      freedBytes: 2 * (A.length + B.length),
      kept: [],
    });
    expect(await filesBelow(folder)).toEqual(['test/one/notes.txt']);
    expect(await isThere(place('two'))).toBe(false);
    expect(await isThere(place('one/deep'))).toBe(false);
    await unlink(place('one/notes.txt'));
    expect(await store.remove('test')).toEqual({ removedFiles: 0, freedBytes: 0, kept: [] });
    expect(await isThere(folder, 'test')).toBe(false);
  });

  it('deletes one part and keeps the other', async () => {
    const { store, folder } = await twoPartPack();
    await store.pull('test', { ...accept, components: ['one', 'two'] });
    await store.remove('test', { components: ['two'] });
    expect(await filesBelow(folder)).toEqual(['test/one/a.bin', 'test/one/deep/b.bin']);
    expect((await store.verify('test')).map(({ state }) => state)).toEqual(['ok', 'ok']);
  });

  it('deletes unfinished downloads', async () => {
    const { store, folder, place, server } = await twoPartPack();
    server.misbehave('/one/a.bin', dropAfter(1000, place('one/a.bin.part')));
    server.standingFault = status(500);
    await expect(store.pull('test', accept)).rejects.toThrow(withCode('DOWNLOAD_FAILED'));
    expect(await filesBelow(folder)).toHaveLength(2);
    await store.remove('test');
    expect(await isThere(folder, 'test')).toBe(false);
  });

  it('of small files left by a killed process happens when the store starts', async () => {
    const { store, folder, catalog } = await twoPartPack();
    await store.pull('test', accept);
    const ended = spawnSync(process.execPath, ['--version']).pid;
    const left = [
      `test/installed.json.${ended}.tmp`,
      `test/one/deep/b.bin.part.json.${ended}-01234567.tmp`,
      `test/one/pack.json.${ended}-89abcdef.tmp`,
    ];
    const kept = [`test/one/a.bin.part.json.${process.pid}-01234567.tmp`, `test/one/notes.txt.${ended}.tmp`];
    for (const path of [...left, ...kept]) await writeFile(join(folder, path), '{');
    await removeStaleStoreFiles(folder, [catalog]);
    for (const path of left) expect(await isThere(folder, path), path).toBe(false);
    for (const path of kept) expect(await isThere(folder, path), path).toBe(true);
  });

  it('keeps a file that was changed', async () => {
    const { store, place } = await twoPartPack();
    await store.pull('test', accept);
    const mine = modelBytes(A.length, 5);
    await writeFile(place('one/a.bin'), mine);
    const { kept, removedFiles } = await store.remove('test');
    expect(removedFiles).toBe(1);
    expect(kept).toEqual([{ path: place('one/a.bin'), reason: 'it was changed after it was installed' }]);
    expect(await readFile(place('one/a.bin'))).toEqual(mine);
  });

  it('deletes the store’s name of an imported file and keeps the user’s', async () => {
    for (const mode of ['hard-link', 'link'] as const) {
      const { store, folder, place } = await twoPartPack();
      const mine = await personsFolder(folder);
      await store.import('test', mine, { components: ['one'], mode });
      expect(await store.remove('test')).toEqual({ removedFiles: 2, freedBytes: 0, kept: [] });
      expect(await isThere(place('one'))).toBe(false);
      expect(await bytesAt(mine, 'a.bin')).toEqual(A);
      expect(await bytesAt(mine, 'deep/b.bin')).toEqual(B);
    }
  });
});

async function personsFolder(folder: string): Promise<string> {
  const mine = join(folder, 'mine');
  await mkdir(join(mine, 'deep'), { recursive: true });
  await writeFile(join(mine, 'a.bin'), A);
  await writeFile(join(mine, 'deep/b.bin'), B);
  return mine;
}

describe('links', () => {
  it('in place of a file are not followed', async () => {
    const { store, folder, place } = await twoPartPack();
    await store.pull('test', accept);
    await writeFile(join(folder, 'precious'), A);
    await unlink(place('one/a.bin'));
    await symlink(join(folder, 'precious'), place('one/a.bin'));
    const { kept } = await store.remove('test');
    expect(kept).toEqual([{ path: place('one/a.bin'), reason: 'it is no longer a file' }]);
    expect(await bytesAt(folder, 'precious')).toEqual(A);
    expect(await isThere(place('one/a.bin'))).toBe(true);
  });

  it('in place of a folder are not followed', async () => {
    const { store, folder, place } = await twoPartPack();
    await store.pull('test', accept);
    const elsewhere = join(folder, 'elsewhere');
    await rename(place('one/deep'), elsewhere);
    await symlink(elsewhere, place('one/deep'));
    const { kept } = await store.remove('test');
    expect(kept).toEqual([{ path: place('one/deep/b.bin'), reason: 'a folder on the way to it is a link' }]);
    expect(await bytesAt(elsewhere, 'b.bin')).toEqual(B);
    // It still belongs to the store: once the folder is back it can be removed.
    await unlink(place('one/deep'));
    await rename(elsewhere, place('one/deep'));
    expect(await store.remove('test')).toMatchObject({ removedFiles: 1, kept: [] });
  });

  it('do not lead to the removal of empty folders elsewhere', async () => {
    const { store, folder, place } = await twoPartPack();
    await store.pull('test', accept);
    const elsewhere = join(folder, 'elsewhere');
    await mkdir(join(elsewhere, 'deep'), { recursive: true });
    await rm(place('one'), { recursive: true });
    await symlink(elsewhere, place('one'));
    await store.remove('test');
    expect(await isThere(elsewhere, 'deep')).toBe(true);
  });

  it('in place of a pack stay, with their targets', async () => {
    const { store, folder, place } = await twoPartPack();
    await store.pull('test', accept);
    const elsewhere = join(folder, 'elsewhere');
    await rename(join(folder, 'test'), elsewhere);
    await symlink(elsewhere, join(folder, 'test'));
    await expect(store.remove('test')).rejects.toThrow(withCode('FILE_IN_THE_WAY'));
    expect(await bytesAt(elsewhere, 'one/a.bin')).toEqual(A);
    expect(await isThere(place('one/a.bin'))).toBe(true);
  });

  it('that were redirected stay', async () => {
    const { store, folder, place } = await twoPartPack();
    const mine = await personsFolder(folder);
    await store.import('test', mine, { components: ['one'], mode: 'link' });
    await unlink(place('one/a.bin'));
    await symlink(join(folder, 'other'), place('one/a.bin'));
    expect((await store.remove('test')).kept).toEqual([
      { path: place('one/a.bin'), reason: 'it links to something else' },
    ]);
  });

  it('in place of an unfinished download are not written through', async () => {
    const { store, folder, place } = await twoPartPack();
    await writeFile(join(folder, 'precious'), 'precious');
    await mkdir(place('one'), { recursive: true });
    await symlink(join(folder, 'precious'), place('one/a.bin.part'));
    await expect(store.pull('test', accept)).rejects.toThrow(withCode('FOLDER_UNWRITABLE'));
    expect((await bytesAt(folder, 'precious')).toString()).toBe('precious');
  });
});
