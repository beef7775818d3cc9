/** Pictures in a real Redis. */
import { createHash, randomBytes } from 'node:crypto';
import { beforeAll, describe, expect, test } from 'vitest';
import { readWhole } from '../../../electron/farm/assets/asset-store.ts';
import { RedisAssetStore } from '../../../electron/farm/assets/redis-asset-store.ts';
import type { FarmConnection } from '../../../electron/farm/farm-connection.ts';
import { assetKey } from '../../../electron/farm/farm-names.ts';
import { hasRedis, useFarm } from './farm-fixture.ts';

const farm = useFarm();
const idOf = (bytes: Uint8Array) => createHash('sha256').update(bytes).digest('hex');

describe.skipIf(!hasRedis)('the store of a farm', () => {
  let connection: FarmConnection;
  let store: RedisAssetStore;
  beforeAll(async () => {
    connection = await farm.connect();
    store = new RedisAssetStore(connection, { chunkBytes: 1000 });
  });

  test.each([0, 1, 999, 1000, 1001, 3500])('returns a picture of %i bytes', async (size) => {
    const bytes = randomBytes(size);
    const id = idOf(bytes);
    expect(await store.touch(id)).toBe(false);
    await store.put(id, [bytes.subarray(0, 700), bytes.subarray(700)]);
    expect(await store.touch(id)).toBe(true);
    expect(await readWhole(store, id)).toEqual(bytes);
    await store.put(id, [bytes]);
    expect(await readWhole(store, id)).toEqual(bytes);
  });

  test('contains neither pictures nor their hashes in readable form', async () => {
    const bytes = Buffer.from('a very secret picture');
    const id = idOf(bytes);
    await store.put(id, [bytes]);
    const names = await connection.redis.keys('*');
    expect(names.join()).not.toContain(id);
    const values = await Promise.all(
      names.map(async (name) => {
        const isText = (await connection.redis.type(name)) === 'string';
        return isText ? await connection.redis.getBuffer(name) : null;
      }),
    );
    expect(values.some((value) => value?.includes('secret'))).toBe(false);
  });

  test('detects changed, swapped and missing chunks', async () => {
    const bytes = randomBytes(2000);
    const id = idOf(bytes);
    const name = assetKey(connection.key, id);
    await store.put(id, [bytes]);
    const [first, second] = await connection.redis.mgetBuffer(`${name}:0`, `${name}:1`);
    await connection.redis.mset(`${name}:0`, second!, `${name}:1`, first!);
    await expect(readWhole(store, id)).rejects.toMatchObject({ code: 'FARM_JOB_REFUSED' });
    await connection.redis.del(`${name}:1`);
    expect(await store.touch(id)).toBe(false);
    await store.put(id, [bytes]);
    await connection.redis.del(`${name}:0`);
    await expect(readWhole(store, id)).rejects.toMatchObject({ code: 'ASSET_MISSING' });
  });

  test('hides a picture whose upload was interrupted, or with another hash', async () => {
    const bytes = randomBytes(3000);
    const id = idOf(bytes);
    const breaks = async function* () {
      yield bytes.subarray(0, 1500);
      throw new Error('the network is gone');
    };
    await expect(store.put(id, breaks())).rejects.toThrow('the network is gone');
    expect(await store.touch(id)).toBe(false);
    await expect(store.put(id, [randomBytes(10)])).rejects.toMatchObject({ code: 'ASSET_INVALID' });
    expect(await store.touch(id)).toBe(false);
  });

  test('keeps a picture for its lifetime after the last use', async () => {
    const bytes = randomBytes(1500);
    const id = idOf(bytes);
    const name = assetKey(connection.key, id);
    await store.put(id, [bytes]);
    for (const entry of [name, `${name}:0`, `${name}:1`]) await connection.redis.pexpire(entry, 50_000);
    await store.touch(id);
    for (const entry of [name, `${name}:0`, `${name}:1`])
      expect(await connection.redis.pttl(entry)).toBeGreaterThan(3_600_000);
    // A result that has arrived makes room soon.
    await store.release(id);
    for (const entry of [name, `${name}:0`, `${name}:1`])
      expect(await connection.redis.pttl(entry)).toBeLessThanOrEqual(120_000);
    expect(await readWhole(store, id)).toEqual(bytes);
  });

  test('limits the size of one picture and of all', async () => {
    const small = new RedisAssetStore(connection, { chunkBytes: 1000, assetBytes: 2000 });
    const large = randomBytes(2001);
    await expect(small.put(idOf(large), [large])).rejects.toMatchObject({ code: 'ASSET_TOO_LARGE' });
    await connection.redis.flushall();
    const full = new RedisAssetStore(connection, { chunkBytes: 1000, totalBytes: 3000 });
    const [a, b] = [randomBytes(2000), randomBytes(1001)];
    await full.put(idOf(a), [a]);
    // The same picture again takes no more space.
    await full.touch(idOf(a));
    await expect(full.put(idOf(b), [b])).rejects.toMatchObject({ code: 'FARM_FULL' });
    await full.put(idOf(b.subarray(1)), [b.subarray(1)]);
  });

  test('streams what is larger than memory', async () => {
    const [piece, count] = [randomBytes(2500), 10];
    const hash = createHash('sha256');
    for (let index = 0; index < count; index++) hash.update(piece);
    const id = hash.digest('hex');
    let asked = 0;
    const pieces = async function* () {
      for (; asked < count; asked++) {
        // All but the last piece are in Redis by now, so memory holds at most two pieces.
        const chunks = await connection.redis.keys(
          `${assetKey(connection.key, id)}:*`.replaceAll('{', '\\{'),
        );
        expect(chunks.length * 1000).toBeGreaterThanOrEqual((asked - 1) * piece.length);
        yield piece;
      }
    };
    await store.put(id, pieces());
    let bytes = 0;
    for await (const chunk of store.read(id)) {
      expect(chunk.length).toBeLessThanOrEqual(1000);
      bytes += chunk.length;
    }
    expect(bytes).toBe(count * piece.length);
  });
});
