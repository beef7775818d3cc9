/** Which workers a farm has, and which models they offer. */
import type * as z from 'zod';
import {
  type OfferedModel,
  offeredModelSchema,
  type WorkerPresence,
  workerPresenceSchema,
} from '../contract/farm.ts';
import type { FarmConnection } from './farm-connection.ts';
import { modelsKey, workersKey } from './farm-names.ts';
import { openJson, sealJson } from './sealed-box.ts';

/** A worker that has not announced itself for so long counts as gone. */
const PRESENCE_MS = 30_000;
/** How often a worker announces itself. */
export const ANNOUNCE_EVERY_MS = 10_000;
/** How long a model is remembered after its last worker ended: autoscalers may end all of them. */
const MODEL_MS = 30 * 24 * 3_600_000;

/** Announces a worker, and with it its model. */
export async function announceWorker(
  { redis, key }: FarmConnection,
  worker: WorkerPresence,
  offered: OfferedModel,
  nowMs: number,
): Promise<void> {
  const entry = `${nowMs + PRESENCE_MS} ${sealJson(key, `worker ${worker.workerId}`, worker)}`;
  const model = `${nowMs + MODEL_MS} ${sealJson(key, `model ${offered.model}`, offered)}`;
  await redis
    .pipeline()
    .hset(workersKey(key), worker.workerId, entry)
    .hset(modelsKey(key), offered.model, model)
    .exec();
}

export async function withdrawWorker({ redis, key }: FarmConnection, workerId: string): Promise<void> {
  await redis.hdel(workersKey(key), workerId);
}

/** The running workers. */
export function listWorkers(connection: FarmConnection, nowMs: number): Promise<WorkerPresence[]> {
  return unexpired(connection, workersKey(connection.key), 'worker', workerPresenceSchema, nowMs);
}

/** Removes the announcements of workers and models that are gone; clients may have no right to. */
export async function forgetGone({ redis, key }: FarmConnection, nowMs: number): Promise<void> {
  for (const hash of [workersKey(key), modelsKey(key)]) {
    const gone = Object.entries(await redis.hgetall(hash))
      .filter(([, entry]) => Number(entry.split(' ')[0]) < nowMs)
      .map(([name]) => name);
    if (gone.length > 0) await redis.hdel(hash, ...gone);
  }
}

/** A running worker; undefined when it is gone. */
export async function findWorker(
  { redis, key }: FarmConnection,
  workerId: string,
  nowMs: number,
): Promise<WorkerPresence | undefined> {
  const entry = await redis.hget(workersKey(key), workerId);
  const [expiresAtMs, sealed] = entry?.split(' ') ?? [];
  if (sealed === undefined || Number(expiresAtMs) < nowMs) return undefined;
  return workerPresenceSchema.safeParse(openJson(key, `worker ${workerId}`, sealed)).data;
}

/** The models of running workers, and of those that ran in the last 30 days. */
export function listModels(connection: FarmConnection, nowMs: number): Promise<OfferedModel[]> {
  return unexpired(connection, modelsKey(connection.key), 'model', offeredModelSchema, nowMs);
}

async function unexpired<Value>(
  { redis, key }: FarmConnection,
  hash: string,
  what: string,
  schema: z.ZodType<Value>,
  nowMs: number,
): Promise<Value[]> {
  const entries = Object.entries(await redis.hgetall(hash));
  const values: Value[] = [];
  for (const [name, entry] of entries) {
    const [expiresAtMs, sealed] = entry.split(' ');
    if (sealed === undefined || Number(expiresAtMs) < nowMs) continue;
    const parsed = schema.safeParse(openJson(key, `${what} ${name}`, sealed));
    // A worker of another version may announce more: it serves other queues.
    if (parsed.success) values.push(parsed.data);
  }
  return values;
}
