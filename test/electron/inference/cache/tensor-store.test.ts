/** Tensors on disk: entries are returned bit for bit, and damaged ones count as missing. */
import {
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  truncateSync,
  utimesSync,
  writeFileSync,
} from 'node:fs';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { DiskTensorStore } from '../../../../electron/inference/cache/tensor-store.ts';
import { type Tensor, tensor } from '../../../../electron/pipeline/tensor/tensor.ts';
import { temporaryFolder } from '../tiny-pack.ts';

let folder: string;
beforeEach(() => {
  folder = join(temporaryFolder(), 'tensors');
});
afterEach(() => rmSync(join(folder, '..'), { recursive: true }));

const store = (salt = 'weights', limitBytes?: number) =>
  new DiskTensorStore({ folder, salt, ...(limitBytes !== undefined && { limitBytes }) });
const files = () => readdirSync(folder).map((name) => join(folder, name));
const ramp = (count: number, dims = [count]): Tensor =>
  tensor(
    Float32Array.from({ length: count }, (_, at) => at / 7 - 1),
    dims,
  );

test('stores several tensors with their dims, including views of larger buffers and special values', async () => {
  const view = tensor(ramp(12).data.subarray(3, 9), [2, 3]);
  const special = tensor(Float32Array.of(-0, Number.MIN_VALUE, 3.4e38, 1e-45), [4]);
  await store().save('key', [view, special, tensor(new Float32Array(0), [0])]);
  const loaded = await store().load('key');
  expect(loaded?.map(({ dims }) => dims)).toEqual([[2, 3], [4], [0]]);
  expect(loaded?.[0]?.data).toEqual(Float32Array.from(view.data));
  expect(loaded?.[1]?.data).toEqual(special.data);
});

test('has no entry for other keys and other weights', async () => {
  await store().save('key', [ramp(3)]);
  expect(await store().load('other')).toBeUndefined();
  expect(await store('other weights').load('key')).toBeUndefined();
});

describe('a damaged file counts as missing, and is removed', () => {
  const damages: Record<string, (path: string) => void> = {
    'cut short': (path) => truncateSync(path, statSync(path).size - 5),
    empty: (path) => truncateSync(path, 0),
    'one bit wrong': (path) => {
      const bytes = readFileSync(path);
      bytes[bytes.length - 2]! ^= 0x10;
      writeFileSync(path, bytes);
    },
    'bytes behind its end': (path) =>
      writeFileSync(path, Buffer.concat([readFileSync(path), Buffer.from('x')])),
    'another kind of file': (path) =>
      writeFileSync(path, 'not tensors at all, but long enough to hold a header'),
  };
  test.each(Object.entries(damages))('%s', async (_, damage) => {
    await store().save('key', [ramp(100)]);
    damage(files()[0]!);
    expect(await store().load('key')).toBeUndefined();
    expect(files()).toEqual([]);
  });

  test('the intact file of another key under this name', async () => {
    await store().save('key', [ramp(5)]);
    const [keyFile] = files();
    await store().save('other', [ramp(6)]);
    const otherFile = files().find((path) => path !== keyFile)!;
    writeFileSync(keyFile!, readFileSync(otherFile));
    expect(await store().load('key')).toBeUndefined();
    expect(await store().load('other')).toBeDefined();
  });
});

test('evicts the least recently used entry when space runs out', async () => {
  const limited = store('weights', 3000);
  for (const [index, key] of ['a', 'b', 'c'].entries()) {
    await limited.save(key, [ramp(200)]);
    // File systems have coarse clocks: set distinct access times.
    const newest = files().toSorted((x, y) => statSync(y).mtimeMs - statSync(x).mtimeMs)[0]!;
    utimesSync(newest, 1000 + index, 1000 + index);
  }
  expect(files()).toHaveLength(3);
  await limited.load('a');
  await limited.save('d', [ramp(200)]);
  expect(await limited.load('a')).toBeDefined();
  expect(await limited.load('b')).toBeUndefined();
  expect(await limited.load('d')).toBeDefined();
  await limited.save('larger than the limit', [ramp(2000)]);
  expect(await limited.load('larger than the limit')).toBeUndefined();
  expect(await limited.load('d')).toBeDefined();
});

test('several writers of one key leave one intact file', async () => {
  await Promise.all(Array.from({ length: 8 }, () => store().save('key', [ramp(5000)])));
  expect(files()).toHaveLength(1);
  expect((await store().load('key'))?.[0]?.data).toEqual(ramp(5000).data);
});

test('a folder that cannot be written is reported, with no other effect', async () => {
  writeFileSync(folder, 'a file in the place of the folder');
  const errors: unknown[] = [];
  const blocked = new DiskTensorStore({ folder, salt: '', onUnwritable: (error) => errors.push(error) });
  await blocked.save('key', [ramp(2)]);
  expect(errors).toHaveLength(1);
  expect(await blocked.load('key')).toBeUndefined();
  rmSync(folder);
});
