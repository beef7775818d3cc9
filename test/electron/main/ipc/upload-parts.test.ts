/** Uploads of windows, part by part. */
import { rmSync } from 'node:fs';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { TransientAssets } from '../../../../electron/app/assets/transient-assets.ts';
import { MAX_PART_BYTES } from '../../../../electron/contract/bridge.ts';
import { UploadParts } from '../../../../electron/main/ipc/upload-parts.ts';
import { assetIdOf } from '../../../../electron/projects/asset-id.ts';
import { temporaryFolder } from '../../inference/tiny-pack.ts';

let folder: string;
let assets: TransientAssets;
let parts: UploadParts;
beforeEach(() => {
  folder = temporaryFolder();
  assets = new TransientAssets(folder);
  parts = new UploadParts(assets);
});
afterEach(() => {
  assets.close();
  rmSync(folder, { recursive: true });
});

const part = (text: string, upload: string | null, isLast = false) => ({
  upload,
  bytes: new TextEncoder().encode(text),
  mediaType: 'image/png',
  isLast,
});

test('parts from two windows are assembled to their two files', async () => {
  const one = await parts.take('one', part('a ', null));
  const other = await parts.take('other', part('another ', null));
  expect(await parts.take('one', part('picture', one, true))).toBe(assetIdOf(Buffer.from('a picture')));
  const id = await parts.take('other', part('picture', other, true));
  expect(Buffer.from(assets.requireUpload(id).bytes).toString()).toBe('another picture');
});

test('an upload accepts no parts of another window, nor after its end', async () => {
  const one = await parts.take('one', part('a', null));
  await expect(parts.take('other', part('b', one))).rejects.toMatchObject({ code: 'ASSET_MISSING' });
  await parts.take('one', part('b', one, true));
  await expect(parts.take('one', part('c', one))).rejects.toMatchObject({ code: 'ASSET_MISSING' });
});

test.each([
  [undefined],
  [{}],
  [{ ...part('a', null), bytes: 'text' }],
  [{ ...part('a', null), bytes: new Uint8Array(MAX_PART_BYTES + 1) }],
  [{ ...part('a', null), upload: '../x' }],
])('an invalid part is refused: %#', async (given) => {
  await expect(parts.take('one', given)).rejects.toMatchObject({ code: 'COMMAND_INVALID' });
});

test('abandoned uploads make room for new ones', async () => {
  const left = await parts.take('one', part('a', null));
  for (let count = 0; count < 8; count++) await parts.take('one', part('b', null));
  await expect(parts.take('one', part('c', left))).rejects.toMatchObject({ code: 'ASSET_MISSING' });
});
