/** Gigabytes of pictures through a farm's store, with the memory of the process that moves them. */
import { createHash, randomBytes } from 'node:crypto';
import { mkdirSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { RedisAssetStore } from '../../electron/farm/assets/redis-asset-store.ts';
import { S3AssetStore } from '../../electron/farm/assets/s3-asset-store.ts';
import { connectFarm } from '../../electron/farm/farm-connection.ts';
import { assetKey } from '../../electron/farm/farm-names.ts';
import { s3Credentials, startS3 } from '../electron/farm/s3-server.ts';
import { FarmProcesses } from './farm-processes.ts';

const ASSET_BYTES = 256 * 2 ** 20;
const PIECE_BYTES = 2 ** 20;
/** More than the pieces in transit, far less than one picture. */
const MOST_GROWTH_BYTES = 200 * 2 ** 20;

/**
 * @param where the store; the S3 server runs in the measured process
 * @returns whether the memory stayed small
 */
export async function soakAssets(parent: string, gigabytes: number, where: 'redis' | 's3'): Promise<boolean> {
  const root = join(parent, `assets-${where}`);
  mkdirSync(root);
  const farm = await FarmProcesses.start(root, ['--appendonly', 'no']);
  Object.assign(process.env, s3Credentials);
  const folder = join(root, 's3');
  const s3 = where === 's3' ? await startS3(folder, 'pictures') : undefined;
  try {
    const connection = await connectFarm({ url: farm.url, keyFile: farm.keyFile });
    const store =
      s3 === undefined
        ? new RedisAssetStore(connection)
        : await S3AssetStore.open(
            { bucket: 'pictures', prefix: '', endpoint: s3.endpoint, pathStyle: true },
            connection.key,
          );
    const piece = randomBytes(PIECE_BYTES);
    const piecesOf = function* (index: number) {
      for (let at = 0; at < ASSET_BYTES / PIECE_BYTES; at++) {
        piece.writeUInt32LE(index, 0);
        piece.writeUInt32LE(at, 4);
        yield piece;
      }
    };
    const before = process.memoryUsage().rss;
    let most = before;
    const sampling = setInterval(() => {
      most = Math.max(most, process.memoryUsage().rss);
    }, 50);
    const startMs = performance.now();
    const count = Math.round((gigabytes * 2 ** 30) / ASSET_BYTES);
    for (let index = 0; index < count; index++) {
      const hash = createHash('sha256');
      for (const one of piecesOf(index)) hash.update(one);
      const id = hash.digest('hex');
      await store.put(id, piecesOf(index));
      let bytes = 0;
      for await (const chunk of store.read(id)) bytes += chunk.length;
      if (bytes !== ASSET_BYTES) throw new Error(`${bytes} bytes came back of ${ASSET_BYTES}.`);
      // Redis has them in its memory: what was read makes room for the next.
      const name = assetKey(connection.key, id);
      const names = [name, ...Array.from({ length: ASSET_BYTES / PIECE_BYTES }, (_, at) => `${name}:${at}`)];
      await connection.redis.unlink(...names);
      await connection.redis.flushall();
      if (s3 !== undefined)
        rmSync(join(folder, 'pictures', `pnpmix-${connection.key.studioId}`), { recursive: true });
    }
    clearInterval(sampling);
    connection.disconnect();
    const seconds = (performance.now() - startMs) / 1000;
    const growth = most - before;
    const megabytes = (value: number) => Math.round(value / 2 ** 20);
    console.log(
      `assets in ${where}: ${((count * ASSET_BYTES) / 2 ** 30).toFixed(1)} GiB in pictures of ${megabytes(ASSET_BYTES)} MiB written ` +
        `and read in ${seconds.toFixed(0)} s; memory of the process ${megabytes(before)} MiB before, at most ` +
        `${megabytes(most)} MiB`,
    );
    return growth < MOST_GROWTH_BYTES;
  } finally {
    await s3?.close();
    await farm.end();
  }
}
