/** Records of a project: entries of its undo history, and renders. */
import * as z from 'zod';
import { errorCodeSchema } from '../contract/errors.ts';
import { resolvedFrameSchema } from '../contract/frame.ts';
import { deviceReportSchema, renderStageSchema } from '../contract/progress.ts';
import { renderIdSchema, sweepCellSchema } from '../contract/render-record.ts';
import { assetIdSchema, renderRequestSchema } from '../contract/render-request.ts';
import { sceneDocumentSchema } from '../contract/scene-document.ts';
import { timeMsSchema } from './shown-values.ts';

/** Media types of the pictures that a project takes. */
export const assetMediaTypeSchema = z.enum(['image/png', 'image/jpeg', 'image/webp']);
export type AssetMediaType = z.infer<typeof assetMediaTypeSchema>;

/** What a committed gesture is called, such as "Brush" or "Alpha of My cat". */
export const historyLabelSchema = z.string().min(1).max(200);

export const historyEntrySchema = z.strictObject({
  position: z.int().nonnegative().describe('0 is the state in which the project was made.'),
  label: historyLabelSchema,
  committedAtMs: timeMsSchema,
});
export type HistoryEntry = z.infer<typeof historyEntrySchema>;

/** What a project is called, whatever its file's name is. */
export const projectTitleSchema = z.string().trim().min(1).max(200);

/** Where in its undo history a project stands. */
export const historyStateSchema = z.strictObject({
  cursor: z.int().nonnegative().describe('Position of the entry that is shown.'),
  length: z.int().positive().describe('Number of entries.'),
  undoLabel: historyLabelSchema.nullable().describe('What undo would take back; null when there is nothing.'),
  redoLabel: historyLabelSchema
    .nullable()
    .describe('What redo would bring back; null when there is nothing.'),
});
export type HistoryState = z.infer<typeof historyStateSchema>;

/** Longest sentence of a failure that is kept, in UTF-16 units. */
export const MAX_FAILURE_LENGTH = 4000;

/** A cancelled render has the code CANCELLED. */
const renderFailureSchema = z.strictObject({
  code: errorCodeSchema,
  message: z.string().max(MAX_FAILURE_LENGTH),
});

const renderNameSchema = z.string().trim().min(1).max(200);

/** What the user may change of a render. */
export const renderChangesSchema = z
  .strictObject({
    name: renderNameSchema.nullable().describe('null takes the name away.'),
    isStarred: z.boolean(),
    metrics: z.record(z.string().min(1).max(60), z.number()),
  })
  .partial();
export type RenderChanges = z.infer<typeof renderChangesSchema>;

/** A render as it ended; what the project keeps of it. */
export const newRenderSchema = z
  .strictObject({
    id: renderIdSchema.optional().describe('Made up when not given.'),
    request: renderRequestSchema,
    document: sceneDocumentSchema.nullable().default(null).describe('What the request was made from.'),
    sweep: sweepCellSchema.nullable().default(null),
    result: assetIdSchema.nullable().describe('The picture; null when the render failed.'),
    thumbnail: assetIdSchema.nullable(),
    failure: renderFailureSchema.nullable(),
    device: deviceReportSchema.nullable().describe('null when it failed before a device was chosen.'),
    frame: resolvedFrameSchema.nullable().default(null).describe('What of the background the model saw.'),
    timingsMs: z.partialRecord(renderStageSchema, z.number().nonnegative()),
    totalMs: z.number().nonnegative(),
    peakMemoryBytes: z.int().nonnegative().nullable().default(null),
    metrics: z.record(z.string().min(1).max(60), z.number()).default({}),
    notices: z.array(z.string().max(4000)).max(100).default([]),
  })
  .refine(({ result, failure }) => (result === null) !== (failure === null), {
    error: 'a render has either a result or a failure',
  });
export type NewRender = z.input<typeof newRenderSchema>;

export const renderRecordSchema = newRenderSchema.safeExtend({
  id: renderIdSchema,
  sequence: z.int().positive().describe('Grows with every render of the project.'),
  createdAtMs: timeMsSchema,
  name: renderNameSchema.nullable(),
  isStarred: z.boolean(),
  deletedAtMs: timeMsSchema.nullable().describe('Deleted renders can be restored until compaction.'),
});
export type RenderRecord = z.infer<typeof renderRecordSchema>;

/** A render as a list shows it. */
export const renderSummarySchema = z.strictObject({
  id: renderIdSchema,
  sequence: z.int().positive(),
  createdAtMs: timeMsSchema,
  name: renderNameSchema.nullable(),
  isStarred: z.boolean(),
  result: assetIdSchema.nullable(),
  thumbnail: assetIdSchema.nullable(),
  failure: renderFailureSchema.nullable(),
  sweep: sweepCellSchema.nullable(),
  totalMs: z.number().nonnegative(),
  deletedAtMs: timeMsSchema.nullable(),
});
export type RenderSummary = z.infer<typeof renderSummarySchema>;

/** A render as a search finds it. What made it is null where the render cannot be read, which its failure says. */
export type FoundRender = RenderSummary & {
  readonly request: RenderRecord['request'] | null;
  readonly device: RenderRecord['device'];
};
