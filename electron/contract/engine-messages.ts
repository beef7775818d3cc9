/**
 * Messages between the host and its engine process. Both ends validate what they receive. Pictures travel as the
 * bytes of their files; tensors never leave the engine.
 */

import * as z from 'zod';
import { deviceChoiceSchema, openPackSchema } from './engine-status.ts';
import { errorCodeSchema } from './errors.ts';
import { resolvedFrameSchema } from './frame.ts';
import { boxSchema } from './jobs.ts';
import { noticeSchema } from './notices.ts';
import { encoderFoldersSchema, renderScoresSchema } from './picture-scores.ts';
import { removalMethodSchema } from './preparation.ts';
import { deviceReportSchema, renderStageSchema } from './progress.ts';
import { assetIdSchema, renderRequestSchema } from './render-request.ts';

const bytesSchema = z.custom<Uint8Array>((value) => value instanceof Uint8Array, {
  error: 'bytes are needed',
});
const runIdSchema = z.int().nonnegative();
const seedSchema = z.int().min(0).max(0xffff_ffff);

/** An engine's configuration, fixed for its process: another choice takes another process. */
export const engineConfigSchema = z.strictObject({
  packFolder: z.string().min(1).describe('Of a pack or a checkpoint; or a single-file checkpoint.'),
  componentsFolder: z
    .string()
    .min(1)
    .optional()
    .describe('Where to look for models that prepare scenes; by default in and beside the pack.'),
  device: deviceChoiceSchema,
  cacheFolder: z.string().min(1),
  cacheLimitBytes: z.int().nonnegative(),
  rowsAtOnce: z
    .int()
    .positive()
    .nullable()
    .describe('Max batch size: U-Net rows per call; null: as many as fit.'),
  vae: z.string().min(1).optional().describe('An autoencoder that replaces the pack’s own.'),
  loras: z.array(z.strictObject({ path: z.string().min(1), weight: z.number() })).optional(),
  lowMemory: z.boolean().optional().describe('Keep only the models of the stage in use.'),
  embeddings: z
    .array(z.string().min(1))
    .optional()
    .describe('Textual-inversion embeddings that prompts may name by their files’ names.'),
});
export type EngineConfig = z.infer<typeof engineConfigSchema>;

export const engineTaskSchema = z.discriminatedUnion('kind', [
  z.strictObject({ kind: z.literal('render'), request: renderRequestSchema, previews: z.boolean() }),
  z.strictObject({
    kind: z.literal('generateBackgrounds'),
    prompt: z.string(),
    negativePrompt: z.string(),
    count: z.int().positive(),
    seed: seedSchema,
    /** Omitted: the defaults of preparation.ts and the pack. */
    retries: z.int().nonnegative().optional(),
    steps: z.int().positive().optional(),
    guidance: z.number().optional(),
  }),
  z.strictObject({
    kind: z.literal('findMask'),
    image: assetIdSchema,
    /** null: the picture's subject. */
    phrase: z.string().nullable(),
    boxThreshold: z.number(),
    textThreshold: z.number(),
    overlapThreshold: z.number().optional(),
  }),
  z.strictObject({
    kind: z.literal('selectMask'),
    image: assetIdSchema,
    points: z.array(z.strictObject({ x: z.number(), y: z.number(), isInside: z.boolean() })),
    box: boxSchema.nullable(),
  }),
  z.strictObject({
    kind: z.literal('removeObjects'),
    image: assetIdSchema,
    masks: z.array(assetIdSchema),
    growPx: z.int().nonnegative(),
    method: removalMethodSchema,
    prompt: z.string().describe('What the picture shows without the objects.'),
    seed: seedSchema.optional(),
  }),
  z.strictObject({
    kind: z.literal('scoreRender'),
    request: renderRequestSchema,
    result: assetIdSchema.describe('The render’s picture.'),
    encoders: encoderFoldersSchema,
    known: renderScoresSchema
      .nullable()
      .describe('Its earlier scores: returned if they were made with the same instruments.'),
  }),
]);
export type EngineTask = z.infer<typeof engineTaskSchema>;

const modelSchema = z.string().describe('Name of the model used, for the user.');

/** A render's result besides its picture. */
export const renderFactsSchema = z.strictObject({
  width: z.int().positive(),
  height: z.int().positive(),
  frame: resolvedFrameSchema.describe('The part of the background that the model saw.'),
  device: deviceReportSchema,
  notices: z.array(noticeSchema),
  timingsMs: z.record(renderStageSchema, z.number().nonnegative()),
  totalMs: z.number().nonnegative(),
  unetMs: z.number().nonnegative(),
  unetRows: z.int().nonnegative(),
  peakMemoryBytes: z.int().nonnegative(),
});

/** A task's result, by its kind; `png` is always a whole file. */
export const engineResultSchema = z.discriminatedUnion('kind', [
  z.strictObject({
    kind: z.literal('render'),
    png: bytesSchema,
    ...renderFactsSchema.shape,
  }),
  z.strictObject({
    kind: z.literal('generateBackgrounds'),
    model: modelSchema,
    notices: z.array(noticeSchema),
    /** Empty: each candidate was already sent as it was finished. */
    count: z.int().nonnegative(),
  }),
  z.strictObject({
    kind: z.literal('findMask'),
    model: modelSchema,
    notices: z.array(noticeSchema),
    candidates: z.array(
      z.strictObject({ png: bytesSchema, score: z.number().min(0).max(1), box: boxSchema.nullable() }),
    ),
  }),
  z.strictObject({
    kind: z.literal('selectMask'),
    model: modelSchema,
    notices: z.array(noticeSchema),
    candidates: z.array(
      z.strictObject({ png: bytesSchema, score: z.number().min(0).max(1), box: boxSchema.nullable() }),
    ),
  }),
  z.strictObject({
    kind: z.literal('removeObjects'),
    model: modelSchema,
    notices: z.array(noticeSchema),
    png: bytesSchema,
    method: removalMethodSchema.exclude(['auto']).describe('What filled the hole.'),
  }),
  z.strictObject({ kind: z.literal('scoreRender'), scores: renderScoresSchema }),
]);
export type EngineResult = z.infer<typeof engineResultSchema>;
export type EngineResultOf<Kind extends EngineTask['kind']> = Extract<EngineResult, { kind: Kind }>;

/** A picture file, with its name for messages. */
export const assetFileSchema = z.strictObject({ name: z.string(), bytes: bytesSchema });
export type AssetFile = z.infer<typeof assetFileSchema>;

/** From the host to the engine. */
export const hostMessageSchema = z.discriminatedUnion('type', [
  z.strictObject({ type: z.literal('open'), config: engineConfigSchema }),
  z.strictObject({ type: z.literal('run'), runId: runIdSchema, task: engineTaskSchema }),
  z.strictObject({ type: z.literal('cancel'), runId: runIdSchema }),
  z.strictObject({
    type: z.literal('asset'),
    assetRequestId: z.int().nonnegative(),
    file: assetFileSchema.nullable().describe('null: no such picture.'),
  }),
]);
export type HostMessage = z.infer<typeof hostMessageSchema>;

const progressSchema = z.strictObject({
  stage: z.string(),
  step: z.number().nonnegative(),
  total: z.number().positive(),
});
export type EngineProgress = z.infer<typeof progressSchema>;

/** A small preview of the result so far. */
export const enginePreviewSchema = z.strictObject({
  png: bytesSchema,
  width: z.int().positive(),
  height: z.int().positive(),
  frame: resolvedFrameSchema.describe('The part of the background that it shows.'),
  step: z.int().nonnegative(),
  total: z.int().positive(),
});
export type EnginePreview = z.infer<typeof enginePreviewSchema>;

/** One of a task's backgrounds, as soon as it is finished. */
export const engineCandidateSchema = z.strictObject({ png: bytesSchema, seed: seedSchema });
export type EngineCandidate = z.infer<typeof engineCandidateSchema>;

const failure = { code: errorCodeSchema, message: z.string() };
const memory = { memoryBytes: z.int().nonnegative().describe('Resident size of the process.') };

/** From the engine to the host. */
export const engineMessageSchema = z.discriminatedUnion('type', [
  z.strictObject({ type: z.literal('opening'), step: z.int().nonnegative(), total: z.int().positive() }),
  z.strictObject({ type: z.literal('opened'), device: deviceReportSchema, pack: openPackSchema, ...memory }),
  z.strictObject({ type: z.literal('openFailed'), ...failure }),
  z.strictObject({
    type: z.literal('needAsset'),
    assetRequestId: z.int().nonnegative(),
    runId: runIdSchema,
    asset: assetIdSchema,
  }),
  z.strictObject({ type: z.literal('progress'), runId: runIdSchema, progress: progressSchema }),
  z.strictObject({ type: z.literal('preview'), runId: runIdSchema, preview: enginePreviewSchema }),
  z.strictObject({ type: z.literal('candidate'), runId: runIdSchema, candidate: engineCandidateSchema }),
  z.strictObject({ type: z.literal('finished'), runId: runIdSchema, result: engineResultSchema, ...memory }),
  z.strictObject({ type: z.literal('failed'), runId: runIdSchema, ...failure, ...memory }),
]);
export type EngineMessage = z.infer<typeof engineMessageSchema>;
