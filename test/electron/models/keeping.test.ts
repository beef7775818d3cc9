/** Packs after installation: parts, verification, repair. */
import { link, mkdir, readFile, unlink, utimes, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { dropAfter, modelBytes } from './model-server.ts';
import { bytesAt, filesBelow, isThere, offlineEnvironment, storeOf, withCode } from './store-fixture.ts';
import { A, accept, B, twoPartPack } from './two-part-pack.ts';

describe('parts', () => {
  it('that are optional are only downloaded by name', async () => {
    const { store, folder } = await twoPartPack();
    await store.pull('test', accept);
    expect(await filesBelow(folder)).toEqual(['test/one/a.bin', 'test/one/deep/b.bin']);
    expect((await store.list())[0]!.components.map(({ state }) => state)).toEqual(['installed', 'absent']);
    await store.pull('test', { components: ['two'] });
    expect((await store.list())[0]!.components.map(({ state }) => state)).toEqual(['installed', 'installed']);
    await expect(store.pull('test', { components: ['three'] })).rejects.toThrow(
      withCode('PACK_UNKNOWN', 'one, two'),
    );
  });

  it('are partial after a pull that was interrupted between two files', async () => {
    const { store, server } = await twoPartPack();
    server.files.delete('/one/deep/b.bin');
    await expect(store.pull('test', accept)).rejects.toThrow(withCode('DOWNLOAD_FAILED'));
    expect((await store.list())[0]!.components[0]).toMatchObject({
      state: 'partial',
      installedBytes: A.length,
    });
  });
});

describe('verification', () => {
  it('finds missing, changed and uninstalled files without the network', async () => {
    const { store, folder, catalog, place } = await twoPartPack();
    await store.pull('test', { ...accept, components: ['one', 'two'] });
    const turned = Buffer.from(A);
    turned[7] = turned[7]! ^ 1;
    // A time without fractions, which utimes can restore exactly.
    await utimes(place('one/a.bin'), 1000, 1000);
    await store.pull('test');
    await writeFile(place('one/a.bin'), turned);
    await utimes(place('one/a.bin'), 1000, 1000);
    await unlink(place('one/deep/b.bin'));
    await writeFile(place('two/a.bin'), 'short');
    const offline = storeOf(folder, catalog, { environment: offlineEnvironment });
    const states = (files: { state: string }[]) => files.map(({ state }) => state);
    expect(states(await offline.verify('test'))).toEqual(['changed', 'missing', 'changed', 'ok']);
    // A quick check does not detect one bit in the middle of a file.
    expect(states(await offline.verify('test', { quick: true }))).toEqual(['ok', 'missing', 'changed', 'ok']);
    await offline.remove('test', { components: ['one'] });
    expect(states(await offline.verify('test', { components: ['one'] }))).toEqual(['absent', 'absent']);
  });

  it('is followed by a repair that downloads damaged files and nothing else', async () => {
    const { store, server, place } = await twoPartPack();
    await store.pull('test', { ...accept, components: ['one', 'two'] });
    await writeFile(place('one/a.bin'), modelBytes(A.length, 9));
    await unlink(place('two/b.bin'));
    server.requests.length = 0;
    const result = await store.repair('test', await store.verify('test'));
    expect(result).toMatchObject({ downloadedFiles: 2, keptFiles: 2 });
    expect(server.requests.map(({ path }) => path)).toEqual(['/one/a.bin', '/two/b.bin']);
    expect((await store.verify('test')).every(({ state }) => state === 'ok')).toBe(true);
  });

  it('keeps the damaged file until the new one is verified', async () => {
    const { store, server, place } = await twoPartPack();
    await store.pull('test', accept);
    await writeFile(place('one/a.bin'), 'damaged');
    server.misbehave('/one/a.bin', dropAfter(1000));
    server.files.delete('/one/deep/b.bin');
    const damaged = await store.verify('test');
    server.files.delete('/one/a.bin');
    await expect(store.repair('test', damaged)).rejects.toThrow(withCode('DOWNLOAD_FAILED'));
    expect((await readFile(place('one/a.bin'))).toString()).toBe('damaged');
  });

  it('a pull does not overwrite a file that was changed', async () => {
    const { store, place } = await twoPartPack();
    await store.pull('test', accept);
    await writeFile(place('one/a.bin'), 'my own weights');
    await expect(store.pull('test')).rejects.toThrow(withCode('PACK_INCOMPLETE', '--repair'));
    expect((await readFile(place('one/a.bin'))).toString()).toBe('my own weights');
  });

  it('a pull accepts a file that was only touched, or placed there by hand', async () => {
    const { store, server, place } = await twoPartPack();
    await mkdir(place('one/deep'), { recursive: true });
    await writeFile(place('one/deep/b.bin'), B);
    await store.pull('test', accept);
    await utimes(place('one/a.bin'), 1, 1);
    await store.pull('test');
    expect(server.gets('/one/a.bin')).toHaveLength(1);
    expect(server.gets('/one/deep/b.bin')).toHaveLength(0);
    // The store does not remove what was there before it.
    const { kept } = await store.remove('test');
    expect(kept).toEqual([{ path: place('one/deep/b.bin'), reason: 'it existed before the store' }]);
    expect(await isThere(place('one/deep/b.bin'))).toBe(true);
  });

  it('a pull does not overwrite an unknown file', async () => {
    const { store, place } = await twoPartPack();
    await mkdir(place('one'), { recursive: true });
    await writeFile(place('one/a.bin'), 'a stranger');
    await expect(store.pull('test', accept)).rejects.toThrow(withCode('FILE_IN_THE_WAY'));
    expect((await readFile(place('one/a.bin'))).toString()).toBe('a stranger');
  });

  it('replaces a hard link instead of writing to the user’s file', async () => {
    const { store, folder, place } = await twoPartPack();
    await store.pull('test', accept);
    await unlink(place('one/a.bin'));
    await writeFile(join(folder, 'mine'), 'mine');
    await link(join(folder, 'mine'), place('one/a.bin'));
    await store.repair('test', await store.verify('test'));
    expect(await readFile(place('one/a.bin'))).toEqual(A);
    expect((await bytesAt(folder, 'mine')).toString()).toBe('mine');
  });
});

describe('the record', () => {
  it('is refused if it is damaged, instead of guessed', async () => {
    const { store, place } = await twoPartPack();
    await store.pull('test', accept);
    for (const text of ['{"version":', '{"version":2}', '[]']) {
      await writeFile(place('installed.json'), text);
      for (const operation of [store.verify, store.pull, store.remove]) {
        await expect(operation('test')).rejects.toThrow(withCode('PACK_INVALID'));
      }
      await expect(store.list()).rejects.toThrow(withCode('PACK_INVALID'));
    }
    expect(await isThere(place('one/a.bin'))).toBe(true);
  });

  it('is refused if it points outside the pack', async () => {
    const { store, folder, place } = await twoPartPack();
    await store.pull('test', accept);
    await writeFile(join(folder, 'precious'), 'precious');
    const record = JSON.parse((await readFile(place('installed.json'))).toString());
    for (const path of ['../../precious', '/etc/passwd', 'a/../../../precious', '..\\precious', '.hidden']) {
      record.files[0].path = path;
      await writeFile(place('installed.json'), JSON.stringify(record));
      await expect(store.remove('test')).rejects.toThrow(withCode('PACK_INVALID'));
    }
    expect((await bytesAt(folder, 'precious')).toString()).toBe('precious');
  });
});
