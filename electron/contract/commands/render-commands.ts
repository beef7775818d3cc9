/** Commands on renders, their queue, and sweeps over alpha and beta. */
import * as z from 'zod';
import { command, done, nothing } from '../command.ts';
import { alphaSchema, renderParametersSchema } from '../parameters.ts';
import { projectIdSchema } from '../project-state.ts';
import {
  queueStateSchema,
  renderDifferenceSchema,
  renderEntrySchema,
  renderIdSchema,
  renderOrderSchema,
  renderRecordSchema,
  renderSummarySchema,
} from '../render-record.ts';
import { documentConceptSchema, sceneDocumentSchema } from '../scene-document.ts';

const ofRender = z.strictObject({ projectId: projectIdSchema, renderId: renderIdSchema });

const sweepSchema = z.strictObject({ sweepId: z.uuid(), renders: z.array(renderSummarySchema) });

/** Most values along one axis of a sweep. */
export const MAX_SWEEP_VALUES = 8;

export const renderCommands = {
  'renders.enqueue': command(
    'Puts a render of the project’s document at the end of the queue, or at its front.',
    z.strictObject({
      projectId: projectIdSchema,
      atFront: z.boolean().default(false),
      document: sceneDocumentSchema.optional().describe('Another document than the project’s own.'),
    }),
    renderSummarySchema,
  ),
  'renders.page': command(
    'A page of the project’s renders, newest first.',
    z.strictObject({
      projectId: projectIdSchema,
      cursor: z.string().max(200).optional().describe('What the page before gave.'),
      limit: z.int().min(1).max(200).default(50),
      onlyStarred: z.boolean().default(false),
      deleted: z.boolean().default(false).describe('Those that were deleted, in the place of the others.'),
    }),
    z.strictObject({
      renders: z.array(renderSummarySchema),
      cursor: z.string().nullable().describe('For the next page; null at the end.'),
      total: z.int().nonnegative(),
    }),
  ),
  'renders.find': command(
    'The project’s renders that have ended, by a text in their name, prompts or concepts.',
    z.strictObject({
      projectId: projectIdSchema,
      text: z.string().trim().max(200).default('').describe('Everything when empty; case does not matter.'),
      show: z.enum(['kept', 'starred', 'deleted']).default('kept'),
      order: renderOrderSchema.default('newest').describe('By name: the unnamed ones last, newest first.'),
      offset: z.int().nonnegative().default(0),
      limit: z.int().min(1).max(100).default(40),
    }),
    z.strictObject({ renders: z.array(renderEntrySchema), total: z.int().nonnegative() }),
  ),
  'renders.get': command('All that is known of a render.', ofRender, renderRecordSchema),
  'renders.star': command(
    'Marks a render as one to keep, or takes the mark off.',
    ofRender.extend({ isStarred: z.boolean() }),
    renderSummarySchema,
  ),
  'renders.name': command(
    'Names a render; null takes the name off.',
    ofRender.extend({ name: z.string().trim().min(1).max(200).nullable() }),
    renderSummarySchema,
  ),
  'renders.delete': command(
    'Takes a render out of the list; it can be restored.',
    ofRender,
    renderSummarySchema,
  ),
  'renders.undelete': command('Puts a deleted render back.', ofRender, renderSummarySchema),
  'renders.difference': command(
    'In what two renders’ requests differ.',
    z.strictObject({ projectId: projectIdSchema, a: renderIdSchema, b: renderIdSchema }),
    z.array(renderDifferenceSchema),
  ),
  'renders.document': command('The document that a render was made from.', ofRender, sceneDocumentSchema),
  'queue.state': command('What runs and what waits.', nothing, queueStateSchema),
  'queue.move': command(
    'Moves a waiting render to another place among those that wait; 0 runs next.',
    z.strictObject({ renderId: renderIdSchema, toIndex: z.int().nonnegative() }),
    queueStateSchema,
  ),
  'queue.cancel': command(
    'Cancels the running render, those that wait, all of them, or one.',
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
          .describe('Keep no record of it: for a draft in whose place a later one comes.'),
      }),
    ]),
    done,
  ),
  'sweep.enqueue': command(
    'Queues a render of every pair of an alpha and a beta; all share their inversion.',
    z.strictObject({
      projectId: projectIdSchema,
      alphas: z.array(alphaSchema).min(1).max(MAX_SWEEP_VALUES),
      betas: z.array(renderParametersSchema.shape.beta).min(1).max(MAX_SWEEP_VALUES),
      conceptId: documentConceptSchema.shape.id
        .nullable()
        .default(null)
        .describe('Whose alpha; null is every concept’s.'),
    }),
    sweepSchema.extend({ renders: sweepSchema.shape.renders.describe('By beta, then by alpha.') }),
  ),
  'sweep.newest': command(
    'All renders of the project’s newest sweep that were not deleted, whether they wait, run or have ended.',
    z.strictObject({ projectId: projectIdSchema }),
    sweepSchema.nullable().describe('null while the project has no sweep.'),
  ),
};
