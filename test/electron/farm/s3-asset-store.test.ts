/** Pictures in an S3-compatible server, and a farm that keeps them there. */
import { createHash, randomBytes } from 'node:crypto';
import { readdirSync, readFileSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test, vi } from 'vitest';
import { readWhole } from '../../../electron/farm/assets/asset-store.ts';
import { openAssetStore, publishAssetStore } from '../../../electron/farm/assets/open-asset-store.ts';
import { RedisAssetStore } from '../../../electron/farm/assets/redis-asset-store.ts';
import { S3AssetStore } from '../../../electron/farm/assets/s3-asset-store.ts';
import { FarmClient } from '../../../electron/farm/client/farm-client.ts';
import { readAssetPlace } from '../../../electron/farm/farm-address.ts';
import { deriveStudioKey } from '../../../electron/farm/studio-key.ts';
import { controlsOf, hasRedis, playedEngine, requestOf, useFarm } from './farm-fixture.ts';
import { s3Credentials, startS3 } from './s3-server.ts';

const key = deriveStudioKey(randomBytes(32));
const idOf = (bytes: Uint8Array) => createHash('sha256').update(bytes).digest('hex');
const farm = useFarm();
const s3 = { bucket: 'pictures', endpoint: '', folder: join(farm.root, 's3') };
let closeS3: () => Promise<void>;
beforeAll(async () => {
  for (const [name, value] of Object.entries(s3Credentials)) vi.stubEnv(name, value);
  const started = await startS3(s3.folder, s3.bucket);
  s3.endpoint = started.endpoint;
  closeS3 = started.close;
});
afterAll(() => closeS3());
const placeOf = (prefix: string) => ({
  bucket: s3.bucket,
  prefix,
  endpoint: s3.endpoint,
  pathStyle: true,
});
/** The files of the server under a prefix: the objects, and what it notes about them. */
const filesOf = (prefix: string) =>
  (readdirSync(join(s3.folder, s3.bucket), { recursive: true }) as string[])
    .filter((name) => name.startsWith(prefix))
    .map((name) => join(s3.folder, s3.bucket, name))
    .filter((path) => statSync(path).isFile());

describe('a store in S3', () => {
  let store: S3AssetStore;
  beforeAll(async () => {
    store = await S3AssetStore.open(placeOf('a/'), key, { chunkBytes: 1000, partBytes: 2100 });
  });

  test.each([0, 1, 1000, 1001, 2000, 6500])('returns a picture of %i bytes', async (size) => {
    const bytes = randomBytes(size);
    const id = idOf(bytes);
    expect(await store.touch(id)).toBe(false);
    await expect(readWhole(store, id)).rejects.toMatchObject({ code: 'ASSET_MISSING' });
    await store.put(id, [bytes.subarray(0, 700), bytes.subarray(700)]);
    expect(await store.touch(id)).toBe(true);
    expect(await readWhole(store, id)).toEqual(bytes);
    await store.put(id, [bytes]);
    await store.release();
    expect(await readWhole(store, id)).toEqual(bytes);
  });

  test('contains neither pictures nor their hashes in readable form', async () => {
    const bytes = Buffer.from('a very secret picture');
    await store.put(idOf(bytes), [bytes]);
    expect(filesOf('a/').join()).not.toContain(idOf(bytes));
    for (const path of filesOf('a/')) expect(readFileSync(path).includes('secret')).toBe(false);
  });

  test('detects changed and shortened objects, and those of another studio', async () => {
    const own = await S3AssetStore.open(placeOf('changed/'), key, { chunkBytes: 1000 });
    const bytes = randomBytes(2000);
    const id = idOf(bytes);
    await own.put(id, [bytes]);
    const [path] = filesOf('changed/').filter((name) => statSync(name).size > 2000);
    const sealed = readFileSync(path!);
    for (const forged of [sealed.subarray(0, 1028), Buffer.concat([sealed.subarray(1028), sealed])]) {
      writeFileSync(path!, forged);
      await expect(readWhole(own, id)).rejects.toMatchObject({ code: 'FARM_JOB_REFUSED' });
    }
    writeFileSync(path!, sealed);
    const stranger = await S3AssetStore.open(placeOf('changed/'), deriveStudioKey(randomBytes(32)));
    expect(await stranger.touch(id)).toBe(false);
  });

  test('hides a picture whose upload was interrupted, is too large, or has another hash', async () => {
    const small = await S3AssetStore.open(placeOf('b/'), key, {
      chunkBytes: 1000,
      partBytes: 1000,
      assetBytes: 3000,
    });
    const bytes = randomBytes(3001);
    const breaks = async function* () {
      yield bytes.subarray(0, 2500);
      throw new Error('the network is gone');
    };
    await expect(small.put(idOf(bytes), breaks())).rejects.toThrow('the network is gone');
    await expect(small.put(idOf(bytes), [bytes])).rejects.toMatchObject({ code: 'ASSET_TOO_LARGE' });
    await expect(small.put(idOf(bytes), [randomBytes(2000)])).rejects.toMatchObject({
      code: 'ASSET_INVALID',
    });
    await expect(small.put(idOf(bytes), [randomBytes(10)])).rejects.toMatchObject({ code: 'ASSET_INVALID' });
    expect(await small.touch(idOf(bytes))).toBe(false);
  });

  test('writes a picture in use again before a lifecycle rule would remove it', async () => {
    const bytes = randomBytes(10);
    const [path, written] = await (async () => {
      const renewing = await S3AssetStore.open(placeOf('c/'), key, { renewAfterMs: -5000 });
      await renewing.put(idOf(bytes), [bytes]);
      const before = filesOf('c/').map((name) => [name, statSync(name).ctimeMs] as const);
      expect(await renewing.touch(idOf(bytes))).toBe(true);
      return before[0]!;
    })();
    expect(statSync(path).ctimeMs).toBeGreaterThan(written);
    const kept = await S3AssetStore.open(placeOf('c/'), key);
    const renewedMs = statSync(path).ctimeMs;
    expect(await kept.touch(idOf(bytes))).toBe(true);
    expect(statSync(path).ctimeMs).toBe(renewedMs);
    expect(await readWhole(kept, idOf(bytes))).toEqual(bytes);
  });

  test('says what is wrong with a bucket, its address and its credentials', async () => {
    const none = S3AssetStore.open({ ...placeOf(''), bucket: 'nowhere' }, key);
    await expect(none).rejects.toMatchObject({ code: 'FARM_STORE_UNREACHABLE' });
    await expect(none).rejects.toThrow(`s3://nowhere/ at ${s3.endpoint}`);
    const gone = S3AssetStore.open({ ...placeOf(''), endpoint: 'http://127.0.0.1:1' }, key);
    await expect(gone).rejects.toThrow('ECONNREFUSED');
    vi.stubEnv('AWS_SECRET_ACCESS_KEY', 'wrong');
    try {
      const refused = S3AssetStore.open(placeOf(''), key);
      await expect(refused).rejects.toMatchObject({ code: 'FARM_STORE_UNREACHABLE' });
    } finally {
      vi.stubEnv('AWS_SECRET_ACCESS_KEY', 'S3RVER');
    }
  });

  test('is named as s3://BUCKET/PREFIX', () => {
    const aws = { endpoint: undefined, pathStyle: false };
    expect(readAssetPlace('redis', aws)).toBe('redis');
    expect(readAssetPlace('s3://b', aws)).toEqual({ bucket: 'b', prefix: '', pathStyle: false });
    expect(readAssetPlace('s3://b/c/d', { endpoint: 'https://h', pathStyle: true })).toEqual({
      bucket: 'b',
      prefix: 'c/d/',
      endpoint: 'https://h',
      pathStyle: true,
    });
    const wrong = [
      ['file:///tmp', aws],
      ['s3://', aws],
      ['s3://b', { endpoint: 'ftp://h', pathStyle: false }],
      ['redis', { endpoint: 'https://h', pathStyle: false }],
    ] as const;
    for (const [text, more] of wrong) expect(() => readAssetPlace(text, more), text).toThrow('s3://BUCKET');
  });
});

test.skipIf(!hasRedis)('a farm keeps its pictures where its workers say, and clients find it', async () => {
  const connection = await farm.connect();
  const engine = playedEngine();
  const { worker } = await farm.worker(engine, 'with S3', { assets: placeOf('farm/') });
  const client = await FarmClient.connect(farm.address);
  const { png } = await client.render(requestOf(1), controlsOf());
  expect(Buffer.from(png).toString()).toContain('seed 1');
  await client.close();
  await worker.drain();
  expect(await connection.redis.keys('*-asset-*')).toEqual([`pnpmix-${connection.key.studioId}-asset-place`]);
  expect(filesOf('farm/').length).toBeGreaterThan(3);
  // Whoever can write into Redis cannot send pictures to a bucket of theirs.
  const name = `pnpmix-${connection.key.studioId}-asset-place`;
  const published = await connection.redis.get(name);
  await connection.redis.set(name, randomBytes(200).toString('base64'));
  await expect(FarmClient.connect(farm.address)).rejects.toMatchObject({ code: 'FARM_JOB_REFUSED' });
  await connection.redis.set(name, published!);
  expect(await openAssetStore(connection, undefined)).toBeInstanceOf(S3AssetStore);
  expect(await openAssetStore(connection, 'redis')).toBeInstanceOf(RedisAssetStore);
  await publishAssetStore(connection, 'redis');
  expect(await openAssetStore(connection, undefined)).toBeInstanceOf(RedisAssetStore);
});
