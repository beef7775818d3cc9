/** Uploads and other pictures that no project has yet: what is kept, where, and for how long. */
import { mkdirSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { TransientAssets } from '../../../../electron/app/assets/transient-assets.ts';
import { MEMORY_BYTES } from '../../../../electron/app/assets/upload.ts';
import { assetIdOf } from '../../../../electron/projects/asset-id.ts';
import { temporaryFolder } from '../../inference/tiny-pack.ts';

let folder: string;
let assets: TransientAssets;
beforeEach(() => {
  folder = temporaryFolder();
  assets = new TransientAssets(folder, { memory: 100, disk: 3 * MEMORY_BYTES, upload: 2 * MEMORY_BYTES });
});
afterEach(() => {
  assets.close();
  rmSync(folder, { recursive: true });
});

const files = () => {
  try {
    return readdirSync(join(folder, 'uploads'));
  } catch {
    return [];
  }
};

async function upload(...parts: Uint8Array[]): Promise<string> {
  const opened = assets.openUpload('image/png');
  for (const part of parts) await opened.write(part);
  return opened.finish();
}

const large = (value: number) => Buffer.alloc(MEMORY_BYTES, value);

test('a small upload is kept in memory, by its content', async () => {
  const id = await upload(Buffer.from('a pic'), Buffer.from('ture'));
  expect(id).toBe(assetIdOf(Buffer.from('a picture')));
  expect(assets.requireUpload(id)).toMatchObject({ mediaType: 'image/png', path: null });
  expect(Buffer.from(assets.get(id)!.bytes).toString()).toBe('a picture');
  expect(files()).toEqual([]);
});

test('a large one is kept in a temporary file, as it was sent', async () => {
  const id = await upload(large(1), Buffer.from('more'));
  const whole = Buffer.concat([large(1), Buffer.from('more')]);
  expect(id).toBe(assetIdOf(whole));
  expect(files()).toHaveLength(1);
  expect(Buffer.compare(assets.requireUpload(id).bytes, whole)).toBe(0);
});

test('one that is sent again keeps its file, which may be being read, unless that is gone', async () => {
  const whole = Buffer.concat([large(1), Buffer.from('more')]);
  const id = await upload(whole);
  const { path } = assets.requireUpload(id);
  expect(await upload(whole)).toBe(id);
  expect(assets.put(whole, 'image/png')).toBe(id);
  expect(assets.requireUpload(id).path).toBe(path);
  expect(files()).toHaveLength(1);
  rmSync(path!);
  await upload(whole);
  expect(Buffer.compare(assets.requireUpload(id).bytes, whole)).toBe(0);
  expect(files()).toHaveLength(1);
});

test('one above the limit is refused, naming the limit, and leaves nothing', async () => {
  const opened = assets.openUpload('image/png');
  await opened.write(large(1));
  await opened.write(large(2));
  expect(files()).toHaveLength(1);
  await expect(opened.write(Buffer.from('x'))).rejects.toMatchObject({
    code: 'ASSET_TOO_LARGE',
    message: expect.stringContaining('32 MiB'),
  });
  expect(files()).toEqual([]);
});

test('an interrupted one leaves nothing, and one whose folder cannot be made says so', async () => {
  const opened = assets.openUpload('image/png');
  await opened.write(large(1));
  await opened.write(Buffer.from('x'));
  await opened.abort();
  expect(files()).toEqual([]);
  rmSync(join(folder, 'uploads'), { recursive: true });
  writeFileSync(join(folder, 'uploads'), 'a file');
  await expect(upload(large(1), Buffer.from('x'))).rejects.toMatchObject({ code: 'FOLDER_UNWRITABLE' });
});

test('the least recently used one is evicted first, separately for memory and disk', async () => {
  const first = assets.put(Buffer.alloc(60, 1), 'image/png');
  const onDisk = [await upload(large(1), Buffer.of(1)), await upload(large(2), Buffer.of(2))];
  const second = assets.put(Buffer.alloc(60, 2), 'image/png');
  expect([first, second].map((id) => assets.get(id) !== undefined)).toEqual([false, true]);
  assets.get(onDisk[0]!);
  const third = await upload(large(3), Buffer.of(3));
  expect([...onDisk, third].map((id) => assets.get(id) !== undefined)).toEqual([true, false, true]);
  expect(files()).toHaveLength(2);
  expect(assets.get(second)).toBeDefined();
});

test('no file remains after closing, and files of a killed host are removed at the next start', async () => {
  await upload(large(1), Buffer.of(1));
  assets.close();
  expect(files()).toEqual([]);
  mkdirSync(join(folder, 'uploads'), { recursive: true });
  // No process has this id.
  writeFileSync(join(folder, 'uploads', 'upload.4194305-0a1b2c3d.tmp'), 'left behind');
  writeFileSync(join(folder, 'uploads', `upload.${process.pid}-0a1b2c3d.tmp`), 'being written');
  await assets.removeStale();
  expect(files()).toEqual([`upload.${process.pid}-0a1b2c3d.tmp`]);
});
