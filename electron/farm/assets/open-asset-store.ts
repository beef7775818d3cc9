/** Where a farm's pictures are: its workers decide, and clients find it in Redis, encrypted. */
import { type AssetPlace, assetPlaceSchema } from '../../contract/farm.ts';
import type { FarmConnection } from '../farm-connection.ts';
import { assetPlaceKey } from '../farm-names.ts';
import { openJson, sealJson } from '../sealed-box.ts';
import type { AssetStore } from './asset-store.ts';
import { RedisAssetStore } from './redis-asset-store.ts';
import { S3AssetStore } from './s3-asset-store.ts';

const LABEL = 'asset place';

/**
 * A client's store.
 *
 * @param chosen instead of the place that the workers have published
 * @throws StudioError FARM_STORE_UNREACHABLE, FARM_JOB_REFUSED for a place that was not published with the studio's key
 */
export async function openAssetStore(
  connection: FarmConnection,
  chosen: AssetPlace | 'redis' | undefined,
): Promise<AssetStore> {
  return storeAt(connection, await placeOf(connection, chosen));
}

/**
 * A worker's store, published for clients; without a choice that of the workers before it.
 *
 * @throws StudioError what {@link openAssetStore} throws
 */
export async function publishAssetStore(
  connection: FarmConnection,
  chosen: AssetPlace | 'redis' | undefined,
): Promise<AssetStore> {
  const place = await placeOf(connection, chosen);
  const store = await storeAt(connection, place);
  await publish(connection, place);
  // A Redis that comes back empty would send clients to another place than the workers.
  connection.redis.on('ready', () => {
    // Lost again: it is published when the connection is back.
    publish(connection, place).catch(() => undefined);
  });
  return store;
}

/** undefined: Redis itself. @throws StudioError FARM_JOB_REFUSED */
export async function publishedPlace({ redis, key }: FarmConnection): Promise<AssetPlace | undefined> {
  const sealed = await redis.get(assetPlaceKey(key));
  return sealed === null ? undefined : assetPlaceSchema.parse(openJson(key, LABEL, sealed));
}

async function placeOf(
  connection: FarmConnection,
  chosen: AssetPlace | 'redis' | undefined,
): Promise<AssetPlace | 'redis'> {
  return chosen ?? (await publishedPlace(connection)) ?? 'redis';
}

async function publish({ redis, key }: FarmConnection, place: AssetPlace | 'redis'): Promise<void> {
  if (place === 'redis') await redis.del(assetPlaceKey(key));
  else await redis.set(assetPlaceKey(key), sealJson(key, LABEL, place));
}

async function storeAt(connection: FarmConnection, place: AssetPlace | 'redis'): Promise<AssetStore> {
  return place === 'redis' ? new RedisAssetStore(connection) : S3AssetStore.open(place, connection.key);
}
