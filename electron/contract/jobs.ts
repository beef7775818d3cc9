/**
 * Long work besides renders: preparing pictures and handling models. All jobs are started, watched and cancelled in
 * the same way.
 */

import * as z from 'zod';
import { failureSchema } from './command.ts';
import { modelFileSchema } from './model-choice.ts';
import { noticeSchema } from './notices.ts';
import { removalMethodSchema } from './preparation.ts';
import { filePathSchema, projectIdSchema } from './project-state.ts';
import { assetIdSchema } from './render-request.ts';

export const jobIdSchema = z.uuid();
export type JobId = z.infer<typeof jobIdSchema>;

export const jobKindSchema = z.enum([
  'generateBackgrounds',
  'findMask',
  'selectMask',
  'removeObjects',
  'scoreRenders',
  'pullModels',
  'verifyModels',
  'importModels',
  'removeModels',
  'identifyModel',
  'copyProject',
]);
export type JobKind = z.infer<typeof jobKindSchema>;

/** A box in the background's pixels: left and top inside, right and bottom outside. */
export const boxSchema = z
  .strictObject({ left: z.number(), top: z.number(), right: z.number(), bottom: z.number() })
  .refine(({ left, top, right, bottom }) => left < right && top < bottom, {
    error: 'a box must have a positive width and height',
  });
export type Box = z.infer<typeof boxSchema>;

export const maskCandidateSchema = z.strictObject({
  mask: assetIdSchema,
  score: z.number().min(0).max(1).describe('The model’s confidence.'),
  box: boxSchema.nullable(),
});
export type MaskCandidate = z.infer<typeof maskCandidateSchema>;

export const jobResultSchema = z.discriminatedUnion('kind', [
  z.strictObject({
    kind: z.literal('backgrounds'),
    candidates: z.array(z.strictObject({ image: assetIdSchema, seed: z.int().nonnegative() })),
  }),
  z.strictObject({
    kind: z.literal('masks'),
    candidates: z.array(maskCandidateSchema).describe('Best first; empty when nothing was found.'),
  }),
  z.strictObject({
    kind: z.literal('inpainted'),
    image: assetIdSchema,
    method: removalMethodSchema.exclude(['auto']).describe('What filled the hole.'),
  }),
  z.strictObject({
    kind: z.literal('modelsPulled'),
    downloadedFiles: z.int().nonnegative(),
    downloadedBytes: z.int().nonnegative(),
    keptFiles: z.int().nonnegative(),
  }),
  z.strictObject({
    kind: z.literal('modelsVerified'),
    files: z.array(
      z.strictObject({
        component: z.string(),
        path: z.string(),
        state: z.enum(['ok', 'missing', 'changed', 'absent']),
      }),
    ),
  }),
  z.strictObject({
    kind: z.literal('modelsImported'),
    files: z.int().nonnegative(),
    ownFiles: z
      .array(filePathSchema)
      .describe('Files that differ from the catalogue’s: allowed, but worth a notice.'),
  }),
  z.strictObject({
    kind: z.literal('modelsRemoved'),
    removedFiles: z.int().nonnegative(),
    freedBytes: z.int().nonnegative(),
    kept: z.array(z.strictObject({ path: filePathSchema, reason: z.string() })),
  }),
  z.strictObject({ kind: z.literal('modelIdentified'), file: modelFileSchema }),
  z.strictObject({ kind: z.literal('projectCopied'), path: filePathSchema }),
  z.strictObject({
    kind: z.literal('rendersScored'),
    count: z.int().nonnegative().describe('Renders that now have scores.'),
  }),
]);
export type JobResult = z.infer<typeof jobResultSchema>;

export const jobProgressSchema = z.strictObject({
  stage: z.string().describe('Such as "load", "denoise", "download".'),
  step: z.number().nonnegative(),
  total: z.number().positive().nullable().describe('null while unknown.'),
  timeLeftMs: z.number().nonnegative().nullable(),
  /** The unit of `done` and `total`: steps or bytes. */
  unit: z.enum(['steps', 'bytes']),
  /** For example the current file; null for none. */
  detail: z.string().nullable(),
});
export type JobProgress = z.infer<typeof jobProgressSchema>;

export const jobStateSchema = z.strictObject({
  jobId: jobIdSchema,
  kind: jobKindSchema,
  /** null for jobs that belong to no project. */
  projectId: projectIdSchema.nullable(),
  packId: z.string().nullable().describe('The model pack that it handles; null for other jobs.'),
  state: z.enum(['waiting', 'running', 'done', 'failed', 'cancelled']),
  progress: jobProgressSchema.nullable(),
  result: jobResultSchema
    .nullable()
    .describe('The backgrounds finished so far, while the job runs and after it was cancelled.'),
  error: failureSchema.nullable(),
  /** Notices for the user: a retry, another source, a fall-back. */
  notices: z.array(noticeSchema),
});
export type JobState = z.infer<typeof jobStateSchema>;
