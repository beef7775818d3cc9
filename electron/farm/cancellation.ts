/** Asks a worker, through Redis, to stop a job. */
import type { FarmConnection } from './farm-connection.ts';
import { cancelKey } from './farm-names.ts';
import { isSignedBy, sign } from './sealed-box.ts';

const KEEP_MS = 24 * 3_600_000;

export async function requestCancel({ redis, key }: FarmConnection, jobId: string): Promise<void> {
  await redis.set(cancelKey(key, jobId), sign(key, `cancel ${jobId}`), 'PX', KEEP_MS);
}

export async function forgetCancel({ redis, key }: FarmConnection, jobId: string): Promise<void> {
  await redis.del(cancelKey(key, jobId));
}

export async function isCancelled({ redis, key }: FarmConnection, jobId: string): Promise<boolean> {
  const signature = await redis.get(cancelKey(key, jobId));
  return signature !== null && isSignedBy(key, `cancel ${jobId}`, signature);
}
