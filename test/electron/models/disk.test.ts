/**
 * Real disks: one that fills up, a read-only one, a separate one. They are small file systems in memory, which only
 * root on Linux may mount; elsewhere these tests are skipped, and those in download-troubles.test.ts and import.test.ts
 * replace them with injected errors.
 */
import { spawnSync } from 'node:child_process';
import { lstat, mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, it, onTestFinished } from 'vitest';
import { modelBytes } from './model-server.ts';
import {
  bytesAt,
  catalogOf,
  filesBelow,
  known,
  LICENCE,
  startServer,
  storeOf,
  temporaryFolder,
  testEnvironment,
  withCode,
} from './store-fixture.ts';

const BODY = modelBytes(300_000);
const accept = { acceptedLicences: [LICENCE] };

function mount(...args: string[]): boolean {
  return spawnSync('mount', args).status === 0;
}

/** A disk of its own; undefined if that is not available. */
async function smallDisk(size: string): Promise<string | undefined> {
  const folder = await mkdtemp(join(tmpdir(), 'small-disk-'));
  const isMounted = mount('-t', 'tmpfs', '-o', `size=${size}`, 'tmpfs', folder);
  onTestFinished(async () => {
    if (isMounted) spawnSync('umount', [folder]);
    await rm(folder, { recursive: true, force: true });
  });
  return isMounted ? folder : undefined;
}

async function served() {
  const server = await startServer();
  server.files.set('/part/weights.bin', { body: BODY, etag: '"v1"' });
  const catalog = catalogOf({
    sources: [{ kind: 'http', url: `${server.origin}/part/` }],
    files: [known('weights.bin', BODY)],
  });
  return { server, catalog };
}

describe('disks', () => {
  it('too small: is refused before the download', async (context) => {
    const disk = await smallDisk('256k');
    if (disk === undefined) return context.skip();
    const { server, catalog } = await served();
    await expect(storeOf(disk, catalog).pull('test', accept)).rejects.toThrow(
      withCode('DISK_FULL', 'are free there'),
    );
    expect(server.requests).toEqual([]);
  });

  it('filling up: keeps what was downloaded, and the download resumes when there is room', async (context) => {
    const disk = await smallDisk('256k');
    if (disk === undefined) return context.skip();
    const { server, catalog } = await served();
    const store = storeOf(disk, catalog, {
      environment: { ...testEnvironment, freeBytes: async () => undefined },
    });
    await expect(store.pull('test', accept)).rejects.toThrow(withCode('DISK_FULL', 'The disk is full'));
    expect(await filesBelow(disk)).toEqual(['test/part/weights.bin.part', 'test/part/weights.bin.part.json']);
    const { length } = await bytesAt(disk, 'test/part/weights.bin.part');
    expect(length).toBeGreaterThan(100_000);

    expect(mount('-o', 'remount,size=1m', disk)).toBe(true);
    await store.pull('test');
    expect(await bytesAt(disk, 'test/part/weights.bin')).toEqual(BODY);
    expect(server.gets('/part/weights.bin')[1]!.range).toBe(`bytes=${length}-`);
  });

  it('read-only: is named as such', async (context) => {
    const disk = await smallDisk('1m');
    if (disk === undefined) return context.skip();
    const { server, catalog } = await served();
    expect(mount('-o', 'remount,ro', disk)).toBe(true);
    await expect(storeOf(disk, catalog).pull('test', accept)).rejects.toThrow(
      withCode('FOLDER_UNWRITABLE', 'EROFS'),
    );
    expect(server.requests).toEqual([]);
  });

  it('separate: files are linked symbolically, not hard-linked, when a folder is imported', async (context) => {
    const disk = await smallDisk('1m');
    if (disk === undefined) return context.skip();
    const folder = await temporaryFolder();
    await mkdir(join(disk, 'mine'));
    await writeFile(join(disk, 'mine/weights.bin'), BODY);
    const { catalog } = await served();
    const store = storeOf(folder, catalog);
    await expect(store.import('test', join(disk, 'mine'), { mode: 'hard-link' })).rejects.toThrow(
      withCode('FOLDER_UNWRITABLE', 'must be on one disk'),
    );
    expect(await filesBelow(folder)).toEqual([]);
    const notices: string[] = [];
    const { files } = await store.import('test', join(disk, 'mine'), {
      onNotice: (sentence) => notices.push(sentence),
    });
    expect(files[0]).toMatchObject({ placed: 'linked', checkedBy: 'catalogue' });
    expect(notices[0]).toContain('must stay where it is');
    expect((await lstat(join(folder, 'test/part/weights.bin'))).isSymbolicLink()).toBe(true);
    expect((await store.verify('test'))[0]!.state).toBe('ok');
  });
});
