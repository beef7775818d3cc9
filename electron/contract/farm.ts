/**
 * What clients and workers of a render farm write into its queue. All of it is encrypted and signed with the studio's
 * key (docs/farm.md); these are the forms inside and around the encryption.
 */
import * as z from 'zod';
import { failureSchema } from './command.ts';
import { renderFactsSchema } from './engine-messages.ts';
import { deviceChoiceSchema, openPackSchema } from './engine-status.ts';
import { errorCodeSchema } from './errors.ts';
import { resolvedFrameSchema } from './frame.ts';
import { deviceReportSchema, renderProgressSchema } from './progress.ts';
import { assetIdSchema, renderRequestSchema } from './render-request.ts';

/**
 * Version of everything in this file, including the render request. A queue belongs to one version, so that workers
 * of two versions share a farm during an upgrade; a worker refuses a job of another version with FARM_VERSION.
 */
export const FARM_CONTRACT = 3;

/** Job as it is in the queue. The fields next to `sealed` are readable by everyone who can reach Redis. */
export const jobEnvelopeSchema = z.strictObject({
  contract: z.int().positive(),
  jobId: z.string().min(1),
  /** Queue of the model: a keyed hash of its weights, autoencoder and LoRAs. */
  model: z.string().min(1),
  sealed: z.base64().describe('jobBodySchema as JSON, encrypted.'),
  signature: z.base64().describe('HMAC-SHA256 over the other fields.'),
});
export type JobEnvelope = z.infer<typeof jobEnvelopeSchema>;

/** Inside of a job. */
export const jobBodySchema = z.strictObject({
  request: renderRequestSchema,
  assets: z.array(assetIdSchema).describe('All pictures and masks that the worker may read.'),
  previews: z.boolean(),
  /** The caller's name for the result, such as the id of a render; also the request id in logs. */
  outputId: z.string().min(1).max(200),
  createdAtMs: z.int().nonnegative(),
});
export type JobBody = z.infer<typeof jobBodySchema>;

/** Progress of a running job, encrypted. */
export const jobProgressSchema = z.strictObject({
  machine: z.string(),
  progress: renderProgressSchema.nullable().describe('null when the worker has only just claimed the job.'),
  previewStep: z.int().nonnegative().nullable().describe('Changes when there is another preview.'),
});
export type FarmJobProgress = z.infer<typeof jobProgressSchema>;

/** Preview without its picture, which follows it in the same message. */
export const farmPreviewSchema = z.strictObject({
  width: z.int().positive(),
  height: z.int().positive(),
  frame: resolvedFrameSchema,
  step: z.int().nonnegative(),
  total: z.int().positive(),
});

/** Result of a job, encrypted; its picture is in the asset store. */
export const jobResultSchema = z.strictObject({
  machine: z.string(),
  png: assetIdSchema,
  ...renderFactsSchema.shape,
});
export type FarmJobResult = z.infer<typeof jobResultSchema>;

/** Why a job failed, encrypted. */
export const jobFailureSchema = z.strictObject({ code: errorCodeSchema, message: z.string() });

/** A worker announces itself while it runs. */
export const workerPresenceSchema = z.strictObject({
  workerId: z.uuid(),
  contract: z.int().positive(),
  version: z.string().describe('Version of the program.'),
  machine: z.string(),
  pid: z.int().positive(),
  deviceChoice: deviceChoiceSchema,
  device: deviceReportSchema,
  model: z.string(),
  startedAtMs: z.int().nonnegative(),
  state: z.enum(['idle', 'rendering', 'draining']),
  jobsDone: z.int().nonnegative(),
});
export type WorkerPresence = z.infer<typeof workerPresenceSchema>;

/** S3-compatible storage for a farm's pictures, in place of Redis. */
export const assetPlaceSchema = z.strictObject({
  bucket: z.string().min(1).max(255),
  prefix: z.string().max(500).describe('Before the names of all objects; empty, or ends with "/".'),
  endpoint: z
    .url({ protocol: /^https?$/ })
    .optional()
    .describe('AWS by default.'),
  pathStyle: z.boolean().describe('The bucket is in the path of the address, not in its host name.'),
});
export type AssetPlace = z.infer<typeof assetPlaceSchema>;

/** Such as s3://bucket/prefix/ at https://storage.example. */
export function describePlace({ bucket, prefix, endpoint }: AssetPlace): string {
  return `s3://${bucket}/${prefix}${endpoint === undefined ? '' : ` at ${endpoint}`}`;
}

/** Name of a farm on this computer. */
export const farmNameSchema = z.string().trim().min(1).max(60);

/** A farm as windows see it: without its password and key. */
export const farmStateSchema = z.strictObject({
  name: farmNameSchema,
  server: z.string().describe('Such as rediss://farm:6380.'),
  /** unused: not connected yet in this session. */
  state: z.enum(['unused', 'connected', 'lost', 'failed']),
  workers: z.int().nonnegative().nullable().describe('Running workers, when last asked.'),
  error: failureSchema.nullable(),
});
export type FarmState = z.infer<typeof farmStateSchema>;

/** A model that a worker has offered; remembered for a while after the last of them ended. */
export const offeredModelSchema = z.strictObject({ model: z.string(), pack: openPackSchema });
export type OfferedModel = z.infer<typeof offeredModelSchema>;
