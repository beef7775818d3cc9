/**
 * Commands that prepare a scene, and those on jobs of every kind. Each returns a job at once; an event reports its
 * end.
 */
import * as z from 'zod';
import { command, done, nothing } from '../command.ts';
import { boxSchema, jobIdSchema, jobStateSchema } from '../jobs.ts';
import {
  backgroundsRequestSchema,
  maskSearchSchema,
  phraseSearchSchema,
  removalMethodSchema,
  removalOptionsSchema,
} from '../preparation.ts';
import { projectIdSchema } from '../project-state.ts';
import { assetIdSchema } from '../render-request.ts';

const seedSchema = z.int().min(0).max(0xffff_ffff);

export const prepareCommands = {
  'prepare.generateBackgrounds': command(
    'Generates candidates for the background from a prompt.',
    z.strictObject({
      projectId: projectIdSchema,
      prompt: backgroundsRequestSchema.shape.prompt,
      negativePrompt: backgroundsRequestSchema.shape.negativePrompt,
      count: z.int().min(1).max(8).default(4),
      seed: seedSchema.describe('Seed of the first; the next ones follow.'),
    }),
    jobStateSchema,
  ),
  'prepare.findMask': command(
    'Detects the subject of a phrase in a picture and masks it.',
    z.strictObject({
      projectId: projectIdSchema,
      image: assetIdSchema,
      phrase: maskSearchSchema.shape.phrase,
      boxThreshold: phraseSearchSchema.shape.boxThreshold,
      textThreshold: phraseSearchSchema.shape.textThreshold,
    }),
    jobStateSchema,
  ),
  'prepare.selectMask': command(
    'Masks what was clicked on or boxed in a picture.',
    z
      .strictObject({
        projectId: projectIdSchema,
        image: assetIdSchema,
        points: z
          .array(
            z.strictObject({
              x: z.number().min(0),
              y: z.number().min(0),
              isInside: z.boolean().describe('false: not this.'),
            }),
          )
          .max(64),
        box: boxSchema.nullable(),
      })
      .refine(({ points, box }) => box !== null || points.some(({ isInside }) => isInside), {
        error: 'a box or a point inside is needed',
      }),
    jobStateSchema,
  ),
  'prepare.removeObjects': command(
    'Makes the inpainted background: removes what the masks cover from a picture.',
    z.strictObject({
      projectId: projectIdSchema,
      image: assetIdSchema,
      masks: z.array(assetIdSchema).min(1).max(8),
      growPx: removalOptionsSchema.shape.growPx,
      method: removalMethodSchema.default('auto'),
    }),
    jobStateSchema,
  ),
  'jobs.list': command(
    'Queued and running jobs, and those that ended recently.',
    nothing,
    z.array(jobStateSchema),
  ),
  'jobs.get': command('The state of a job.', z.strictObject({ jobId: jobIdSchema }), jobStateSchema),
  'jobs.cancel': command('Cancels a job.', z.strictObject({ jobId: jobIdSchema }), done),
};
