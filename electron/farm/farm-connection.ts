/** Connects to the Redis (or Valkey) server of a farm. */
import { readFile } from 'node:fs/promises';
import { Redis, type RedisOptions } from 'ioredis';
import { StudioError } from '../contract/errors.ts';
import { type FarmAddress, serverName } from './farm-address.ts';
import { readStudioKey, type StudioKey } from './studio-key.ts';

/** A connection that is restored by itself whenever it is lost. */
export interface FarmConnection {
  readonly redis: Redis;
  readonly key: StudioKey;
  /** The server for people: without user and password. */
  readonly server: string;
  /** Ends it for good, and the connections that BullMQ has duplicated from it: none is restored any more. */
  readonly disconnect: () => void;
}

const SLOWEST_RETRY_MS = 2000;

/**
 * Connects. Later, a lost connection is restored by itself; commands wait for it.
 *
 * @throws StudioError USAGE for another kind of address, FARM_KEY_INVALID, FARM_UNREACHABLE when the first connection
 * fails
 */
export async function connectFarm({ url, keyFile, tls = {} }: FarmAddress): Promise<FarmConnection> {
  const server = serverName(url);
  const key = await readStudioKey(keyFile);
  const isEncrypted = new URL(url).protocol === 'rediss:';
  let isEnded = false;
  const options = {
    lazyConnect: true,
    // Commands wait for the connection to be restored: BullMQ needs that, and nothing acknowledged is lost.
    maxRetriesPerRequest: null,
    // Duplicates have it too. BullMQ cannot end one that has not been ready yet, which would keep the process running.
    retryStrategy: (times: number) =>
      isEnded ? null : Math.min(50 * 2 ** Math.min(times, 10), SLOWEST_RETRY_MS),
    ...(isEncrypted && { tls: await readTls(tls) }),
  } satisfies RedisOptions;
  const redis = new Redis(url, options);
  // Without a listener each lost connection is printed; the caller listens to 'close' and 'ready'.
  // Every followed job listens for the connection's return. BullMQ adds to the limit, so 0 would not mean none.
  redis.setMaxListeners(Number.POSITIVE_INFINITY);
  let lastError: Error | undefined;
  redis.on('error', (error: Error) => {
    lastError = error;
  });
  const disconnect = () => {
    isEnded = true;
    redis.disconnect();
  };
  try {
    await redis.connect();
    await redis.ping();
  } catch (cause) {
    disconnect();
    const detail = lastError?.message || (cause as Error).message;
    throw new StudioError(
      'FARM_UNREACHABLE',
      `The farm’s queue at ${server} cannot be reached: ${detail}. Check the address, and that the server runs.`,
      { cause },
    );
  }
  return { redis, key, server, disconnect };
}

async function readTls({ caFile, certFile, certKeyFile }: NonNullable<FarmAddress['tls']>) {
  return {
    ...(caFile !== undefined && { ca: await readPem(caFile) }),
    ...(certFile !== undefined && { cert: await readPem(certFile) }),
    ...(certKeyFile !== undefined && { key: await readPem(certKeyFile) }),
  };
}

async function readPem(path: string): Promise<Buffer> {
  try {
    return await readFile(path);
  } catch (cause) {
    throw new StudioError('FARM_KEY_INVALID', `The certificate file ${path} cannot be read.`, { cause });
  }
}
