/**
 * Real disks: one that fills up, a read-only one, a separate one. They are small file systems in memory, which only
 * root on Linux may mount; elsewhere these tests are skipped, and those in download-troubles.test.ts and import.test.ts
 * replace them with injected errors.
 */

import { lstat, mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { noticeSentence } from '../../../electron/contract/notices.ts';
import { memoryDisk, remount } from '../foundation/files/memory-disk.ts';
import { accept, BODY, oneFile, PATH } from './one-file.ts';
import { bytesAt, filesBelow, storeOf, temporaryFolder, testEnvironment, withCode } from './store-fixture.ts';

describe('disks', () => {
  it('too small: is refused before the download', async (context) => {
    const disk = await memoryDisk('size=256k');
    if (disk === undefined) return context.skip();
    const { server, catalog } = await oneFile();
    await expect(storeOf(disk, catalog).pull('test', accept)).rejects.toThrow(
      withCode('DISK_FULL', 'are free there'),
    );
    expect(server.requests).toEqual([]);
  });

  it('filling up: keeps what was downloaded, and the download resumes when there is room', async (context) => {
    const disk = await memoryDisk('size=256k');
    if (disk === undefined) return context.skip();
    const { server, catalog } = await oneFile();
    const store = storeOf(disk, catalog, {
      environment: { ...testEnvironment, freeBytes: async () => undefined },
    });
    await expect(store.pull('test', accept)).rejects.toThrow(withCode('DISK_FULL', 'The disk is full'));
    expect(await filesBelow(disk)).toEqual(['test/part/weights.bin.part', 'test/part/weights.bin.part.json']);
    const { length } = await bytesAt(disk, 'test/part/weights.bin.part');
    expect(length).toBeGreaterThan(100_000);

    remount(disk, 'size=1m');
    await store.pull('test');
    expect(await bytesAt(disk, 'test/part/weights.bin')).toEqual(BODY);
    expect(server.gets(PATH)[1]!.range).toBe(`bytes=${length}-`);
  });

  it('read-only: is named as such', async (context) => {
    const disk = await memoryDisk('size=1m');
    if (disk === undefined) return context.skip();
    const { server, catalog } = await oneFile();
    remount(disk, 'ro');
    await expect(storeOf(disk, catalog).pull('test', accept)).rejects.toThrow(
      withCode('FOLDER_UNWRITABLE', 'EROFS'),
    );
    expect(server.requests).toEqual([]);
  });

  it('separate: files are linked symbolically, not hard-linked, when a folder is imported', async (context) => {
    const disk = await memoryDisk('size=1m');
    if (disk === undefined) return context.skip();
    const folder = await temporaryFolder();
    await mkdir(join(disk, 'mine'));
    await writeFile(join(disk, 'mine/weights.bin'), BODY);
    const { catalog } = await oneFile();
    const store = storeOf(folder, catalog);
    await expect(store.import('test', join(disk, 'mine'), { mode: 'hard-link' })).rejects.toThrow(
      withCode('FOLDER_UNWRITABLE', 'must be on one disk'),
    );
    expect(await filesBelow(folder)).toEqual([]);
    const notices: string[] = [];
    const { files } = await store.import('test', join(disk, 'mine'), {
      onNotice: (notice) => notices.push(noticeSentence(notice)),
    });
    expect(files[0]).toMatchObject({ placed: 'linked', checkedBy: 'catalogue' });
    expect(notices[0]).toContain('must stay where it is');
    expect((await lstat(join(folder, 'test/part/weights.bin'))).isSymbolicLink()).toBe(true);
    expect((await store.verify('test'))[0]!.state).toBe('ok');
  });
});
