/** The newest preview of each running job, for a minute. */
import type { EnginePreview } from '../contract/engine-messages.ts';
import { farmPreviewSchema } from '../contract/farm.ts';
import type { FarmConnection } from './farm-connection.ts';
import { previewKey } from './farm-names.ts';
import { open, seal } from './sealed-box.ts';

const KEEP_MS = 60_000;

export async function writePreview(
  { redis, key }: FarmConnection,
  jobId: string,
  { png, ...facts }: EnginePreview,
): Promise<void> {
  const header = Buffer.from(JSON.stringify(facts));
  const length = Buffer.alloc(4);
  length.writeUInt32LE(header.length);
  const sealed = seal(key, `preview ${jobId}`, Buffer.concat([length, header, png]));
  await redis.set(previewKey(key, jobId), sealed, 'PX', KEEP_MS);
}

/** undefined when it has expired. @throws StudioError FARM_JOB_REFUSED */
export async function readPreview(
  { redis, key }: FarmConnection,
  jobId: string,
): Promise<EnginePreview | undefined> {
  const sealed = await redis.getBuffer(previewKey(key, jobId));
  if (sealed === null) return undefined;
  const plain = open(key, `preview ${jobId}`, sealed);
  const end = 4 + plain.readUInt32LE();
  const facts = farmPreviewSchema.parse(JSON.parse(plain.subarray(4, end).toString('utf8')));
  return { ...facts, png: plain.subarray(end) };
}
