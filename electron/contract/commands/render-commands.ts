/** Commands on renders, their queue, and sweeps. */
import * as z from 'zod';
import { command, done, nothing } from '../command.ts';
import { farmNameSchema } from '../farm.ts';
import { jobStateSchema } from '../jobs.ts';
import { projectIdSchema } from '../project-state.ts';
import {
  MAX_VARIATIONS,
  queueStateSchema,
  renderChangeSchema,
  renderDifferenceSchema,
  renderEntrySchema,
  renderIdSchema,
  renderOrderSchema,
  renderRecordSchema,
  renderSummarySchema,
} from '../render-record.ts';
import { documentConceptSchema, sceneDocumentSchema } from '../scene-document.ts';
import { sweepAxisSchema } from '../sweep.ts';

const ofRender = z.strictObject({ projectId: projectIdSchema, renderId: renderIdSchema });

const variationsSchema = z.strictObject({ variationsId: z.uuid(), renders: z.array(renderSummarySchema) });

const sweepSchema = z.strictObject({ sweepId: z.uuid(), renders: z.array(renderSummarySchema) });

const renderOnSchema = farmNameSchema
  .nullable()
  .optional()
  .describe('Name of a farm; null: this computer; omitted: as in the settings.');

/** Most renders scored by one command. */
const MAX_SCORED = 64;

/** Most renders of one command that compares each with the one before. */
export const MAX_CHANGES = 64;

export const renderCommands = {
  'renders.enqueue': command(
    'Queues a render of the project’s document, last or first.',
    z.strictObject({
      projectId: projectIdSchema,
      atFront: z.boolean().default(false),
      renderOn: renderOnSchema,
      isDraft: z.boolean().default(false).describe('A live draft, which lists do not show.'),
      document: sceneDocumentSchema.optional().describe('A document to render instead of the project’s own.'),
    }),
    renderSummarySchema,
  ),
  'renders.enqueueVariations': command(
    'Queues renders of the project’s document with seeds from its own upwards, as one group.',
    z.strictObject({
      projectId: projectIdSchema,
      count: z.int().min(1).max(MAX_VARIATIONS),
      renderOn: renderOnSchema,
    }),
    variationsSchema.extend({ renders: variationsSchema.shape.renders.describe('By seed.') }),
  ),
  'renders.page': command(
    'A page of the project’s renders, newest first.',
    z.strictObject({
      projectId: projectIdSchema,
      cursor: z.string().max(200).optional().describe('From the previous page.'),
      limit: z.int().min(1).max(200).default(50),
      onlyStarred: z.boolean().default(false),
      deleted: z.boolean().default(false).describe('The deleted renders instead of the others.'),
    }),
    z.strictObject({
      renders: z.array(renderSummarySchema),
      cursor: z.string().nullable().describe('Pass it for the next page; null at the end.'),
      total: z.int().nonnegative(),
    }),
  ),
  'renders.find': command(
    'The project’s finished renders, searched by name, prompts and concepts.',
    z.strictObject({
      projectId: projectIdSchema,
      text: z.string().trim().max(200).default('').describe('Case-insensitive; empty matches everything.'),
      show: z.enum(['kept', 'starred', 'deleted']).default('kept'),
      order: renderOrderSchema
        .default('newest')
        .describe('Sorted by name, unnamed renders come last, newest first.'),
      offset: z.int().nonnegative().default(0),
      limit: z.int().min(1).max(100).default(40),
    }),
    z.strictObject({ renders: z.array(renderEntrySchema), total: z.int().nonnegative() }),
  ),
  'renders.get': command('All details of a render.', ofRender, renderRecordSchema),
  'renders.star': command(
    'Stars a render, or removes its star.',
    ofRender.extend({ isStarred: z.boolean() }),
    renderSummarySchema,
  ),
  'renders.name': command(
    'Names a render; null removes the name.',
    ofRender.extend({ name: z.string().trim().min(1).max(200).nullable() }),
    renderSummarySchema,
  ),
  'renders.delete': command(
    'Deletes a render from the list; it can be restored.',
    ofRender,
    renderSummarySchema,
  ),
  'renders.undelete': command('Restores a deleted render.', ofRender, renderSummarySchema),
  'renders.difference': command(
    'The differences of two renders’ requests.',
    z.strictObject({ projectId: projectIdSchema, a: renderIdSchema, b: renderIdSchema }),
    z.array(renderDifferenceSchema),
  ),
  'renders.changes': command(
    'How renders differ from the ones before them, for their captions.',
    z.strictObject({
      projectId: projectIdSchema,
      renderIds: z.array(renderIdSchema).min(1).max(MAX_CHANGES),
    }),
    z
      .array(renderChangeSchema)
      .describe('Without those that the project does not hold, or that have not ended.'),
  ),
  'renders.score': command(
    'Scores renders, and keeps the scores in the project: one after another, as a job.',
    z.strictObject({
      projectId: projectIdSchema,
      renderIds: z.array(renderIdSchema).min(1).max(MAX_SCORED),
    }),
    jobStateSchema,
  ),
  'renders.document': command('The document that a render was made from.', ofRender, sceneDocumentSchema),
  'queue.state': command('The running render and the queue.', nothing, queueStateSchema),
  'queue.move': command(
    'Moves a queued render to another position; 0 runs next.',
    z.strictObject({ renderId: renderIdSchema, toIndex: z.int().nonnegative() }),
    queueStateSchema,
  ),
  'queue.cancel': command(
    'Cancels the running render, the queued ones, all of them, or one.',
    z.discriminatedUnion('what', [
      z.strictObject({ what: z.literal('current') }),
      z.strictObject({ what: z.literal('queued') }),
      z.strictObject({ what: z.literal('all') }),
      z.strictObject({
        what: z.literal('one'),
        renderId: renderIdSchema,
        discard: z
          .boolean()
          .default(false)
          .describe('Keep no record if it is cancelled: for a draft that a later one replaces.'),
      }),
    ]),
    done,
  ),
  'sweep.enqueue': command(
    'Queues a render for every pair of values of two parameters; they share inversions where they can.',
    z.strictObject({
      projectId: projectIdSchema,
      x: sweepAxisSchema,
      y: sweepAxisSchema,
      renderOn: renderOnSchema,
      conceptId: documentConceptSchema.shape.id
        .nullable()
        .default(null)
        .describe('The concept whose parameters vary; null varies those of all of them.'),
    }),
    sweepSchema.extend({ renders: sweepSchema.shape.renders.describe('By y, then by x.') }),
  ),
  'sweep.newest': command(
    'The renders of a sweep, by default the project’s newest one, except deleted ones: queued, running and finished.',
    z.strictObject({ projectId: projectIdSchema, sweepId: z.uuid().optional() }),
    sweepSchema.nullable().describe('null while the project has no such sweep.'),
  ),
};
