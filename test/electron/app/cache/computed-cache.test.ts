/** The size of the cache, and clearing it, with unrelated files next to it and links in it. */
import { existsSync, mkdirSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { cacheBytes, clearCache } from '../../../../electron/app/cache/computed-cache.ts';
import { temporaryFolder } from '../../inference/tiny-pack.ts';

let folder: string;
beforeEach(() => {
  folder = temporaryFolder();
});
afterEach(() => rmSync(folder, { recursive: true }));

test('counts and removes what the engine made, and nothing else', async () => {
  mkdirSync(join(folder, 'tensors'));
  mkdirSync(join(folder, 'weights'));
  writeFileSync(join(folder, 'tensors', 'a.tensors'), Buffer.alloc(1000));
  writeFileSync(join(folder, 'weights', 'b.json'), Buffer.alloc(24));
  const own = join(folder, 'thesis.txt');
  writeFileSync(own, 'mine');
  expect(await cacheBytes(folder)).toBe(1024);
  expect(await clearCache(folder)).toBe(1024);
  expect(await cacheBytes(folder)).toBe(0);
  expect(existsSync(own)).toBe(true);
});

test('follows no link, neither inside the cache nor in place of one of its folders', async () => {
  const elsewhere = join(folder, 'elsewhere');
  mkdirSync(elsewhere);
  writeFileSync(join(elsewhere, 'precious.tensors'), 'precious');
  mkdirSync(join(folder, 'tensors'));
  symlinkSync(join(elsewhere, 'precious.tensors'), join(folder, 'tensors', 'link.tensors'));
  symlinkSync(elsewhere, join(folder, 'weights'));
  expect(await cacheBytes(folder)).toBe(0);
  expect(await clearCache(folder)).toBe(0);
  expect(existsSync(join(elsewhere, 'precious.tensors'))).toBe(true);
});

test('is empty if there is no folder yet', async () => {
  expect(await cacheBytes(join(folder, 'not there'))).toBe(0);
  expect(await clearCache(join(folder, 'not there'))).toBe(0);
});
