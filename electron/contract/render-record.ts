/** The stored record of a render, and the differences of two. */
import * as z from 'zod';
import { failureSchema } from './command.ts';
import { farmNameSchema } from './farm.ts';
import { resolvedFrameSchema } from './frame.ts';
import { noticeSchema } from './notices.ts';
import { MAX_SEED, renderParametersSchema } from './parameters.ts';
import { renderScoresSchema } from './picture-scores.ts';
import { deviceReportSchema, renderStageSchema } from './progress.ts';
import { projectIdSchema } from './project-state.ts';
import { assetIdSchema, renderRequestSchema } from './render-request.ts';
import { documentConceptSchema } from './scene-document.ts';
import { sweepPlaceSchema } from './sweep.ts';

export const renderIdSchema = z.uuid();
export type RenderId = z.infer<typeof renderIdSchema>;

/** Queued and running renders belong to this session; the others are stored in the project. */
export const renderStateSchema = z.enum(['queued', 'running', 'done', 'failed', 'cancelled']);
export type RenderState = z.infer<typeof renderStateSchema>;

/** A render's position in a sweep. */
export const sweepCellSchema = z.strictObject({
  sweepId: z.uuid(),
  x: sweepPlaceSchema,
  y: sweepPlaceSchema,
  conceptId: documentConceptSchema.shape.id
    .nullable()
    .optional()
    .describe('The concept whose parameters vary; null: those of all. Earlier versions did not store it.'),
});
export type SweepCell = z.infer<typeof sweepCellSchema>;

/** The same in projects of version 1, whose sweeps were over alpha and beta. */
const alphaBetaCellSchema = z.strictObject({ sweepId: z.uuid(), alpha: z.number(), beta: z.number() });

/** Most variations of one request. */
export const MAX_VARIATIONS = 8;

/** One of several variations: renders that were asked for together and differ in their seed. */
export const variationSchema = z.strictObject({
  variationsId: z.uuid(),
  seed: z.int().min(0).max(MAX_SEED),
});
export type Variation = z.infer<typeof variationSchema>;

/** A live draft, which the next one replaces. */
const draftSchema = z.strictObject({ isDraft: z.literal(true) });

/** A render's place among those that were asked for together. */
export const renderGroupSchema = z.union([
  sweepCellSchema,
  alphaBetaCellSchema,
  variationSchema,
  draftSchema,
]);
export type RenderGroup = z.infer<typeof renderGroupSchema>;

/** The place in a sweep; null for any other render. */
export function sweepCellOf({ sweep }: { readonly sweep: RenderGroup | null }): SweepCell | null {
  if (sweep === null || !('sweepId' in sweep)) return null;
  if ('x' in sweep) return sweep;
  const { sweepId, alpha, beta } = sweep;
  return { sweepId, x: { parameter: 'alpha', value: alpha }, y: { parameter: 'beta', value: beta } };
}

/** The place among variations; null for any other render. */
export function variationOf({ sweep }: { readonly sweep: RenderGroup | null }): Variation | null {
  return sweep !== null && 'variationsId' in sweep ? sweep : null;
}

/** Whether a render is a live draft. */
export function isDraft({ sweep }: { readonly sweep: RenderGroup | null }): boolean {
  return sweep !== null && 'isDraft' in sweep;
}

/** A render in a list. */
export const renderSummarySchema = z.strictObject({
  renderId: renderIdSchema,
  state: renderStateSchema,
  sequence: z
    .int()
    .positive()
    .nullable()
    .describe('Number of the render in its project; null until it has ended.'),
  createdAt: z.iso.datetime(),
  name: z.string().max(200).nullable(),
  isStarred: z.boolean(),
  isDeleted: z.boolean().describe('Out of the list, but can be restored.'),
  result: assetIdSchema.nullable(),
  thumbnail: assetIdSchema.nullable(),
  sweep: renderGroupSchema
    .nullable()
    .describe('The place in a sweep or among variations, or that it is a draft.'),
  totalMs: z.number().nonnegative().nullable(),
  error: failureSchema.nullable(),
  scores: renderScoresSchema.nullable().describe('null until they were asked for.'),
});
export type RenderSummary = z.infer<typeof renderSummarySchema>;

/** A render in a searchable list, with what made it. */
export const renderEntrySchema = renderSummarySchema.extend({
  prompt: z.string(),
  concepts: z.array(z.strictObject({ name: z.string(), alpha: z.number() })),
  parameters: renderParametersSchema.nullable().describe('null for a render that cannot be read.'),
  device: z.string().nullable().describe('Its name; null when the render failed before one was chosen.'),
});
export type RenderEntry = z.infer<typeof renderEntrySchema>;

export const renderOrderSchema = z.enum(['newest', 'oldest', 'name', 'longest']);
export type RenderOrder = z.infer<typeof renderOrderSchema>;

/** All details of a render. */
export const renderRecordSchema = renderSummarySchema.extend({
  request: renderRequestSchema,
  frame: resolvedFrameSchema
    .nullable()
    .describe(
      'The part of the background that the model saw; null before the render, and for renders of version 1.',
    ),
  device: deviceReportSchema.nullable(),
  timingsMs: z.partialRecord(renderStageSchema, z.number().nonnegative()),
  peakMemoryBytes: z.int().nonnegative().nullable(),
  /** Numbers by name, such as "unetRows". */
  metrics: z.record(z.string(), z.number()),
  /** Notices for the user: what was filled in, omitted or changed during the render. */
  notices: z.array(noticeSchema),
});
export type RenderRecord = z.infer<typeof renderRecordSchema>;

/** One difference between two render requests. */
export const renderDifferenceSchema = z.strictObject({
  concept: z.string().nullable().describe('The name of the concept that it is about; null for none.'),
  path: z
    .string()
    .describe(
      'Such as "parameters.beta" or "scene.frame"; within a concept such as "alpha" or "placement.x", and empty for ' +
        'one that was added or removed.',
    ),
  a: z.json().nullable().describe('null when absent.'),
  b: z.json().nullable(),
});
export type RenderDifference = z.infer<typeof renderDifferenceSchema>;

/** How a render differs from the one before it. */
export const renderChangeSchema = z.strictObject({
  renderId: renderIdSchema,
  since: renderIdSchema.nullable().describe('The last finished render before it, no draft; null for none.'),
  differences: z.array(renderDifferenceSchema).describe('a: before, b: in this one.'),
});
export type RenderChange = z.infer<typeof renderChangeSchema>;

/** A queued or running render. */
export const queueEntrySchema = z.strictObject({
  renderId: renderIdSchema,
  projectId: projectIdSchema,
  projectName: z.string(),
  state: z.enum(['queued', 'running']),
  sweep: renderGroupSchema.nullable(),
  farm: farmNameSchema.nullable().describe('Where it renders; null: on this computer.'),
  machine: z.string().nullable().describe('The worker of the farm; null until one has it.'),
  position: z.int().nonnegative().nullable().describe('Renders before it in the farm’s queue, if known.'),
  reason: noticeSchema.nullable().describe('Why it waits, when no worker of the farm can take it.'),
});
export type QueueEntry = z.infer<typeof queueEntrySchema>;

export const queueStateSchema = z.strictObject({
  entries: z
    .array(queueEntrySchema)
    .describe('The running render first, then the queue in order; then those on farms.'),
});
export type QueueState = z.infer<typeof queueStateSchema>;
