/** Progress of a render. */

import * as z from 'zod';
import { noticeSchema } from './notices.ts';

export const renderStageSchema = z.enum(['load', 'encode', 'invert', 'blend', 'decode']);
export type RenderStage = z.infer<typeof renderStageSchema>;

export const renderProgressSchema = z.strictObject({
  stage: renderStageSchema,
  step: z.int().nonnegative(),
  total: z.int().positive(),
});
export type RenderProgress = z.infer<typeof renderProgressSchema>;

/** Stages of preparing a scene: 'denoise' of pictures from prompts, 'find' and 'select' of masks, 'fill' of holes. */
export const preparationStageSchema = z.enum([
  'load',
  'encode',
  'denoise',
  'decode',
  'find',
  'select',
  'fill',
]);
export type PreparationStage = z.infer<typeof preparationStageSchema>;

export const preparationProgressSchema = z.strictObject({
  stage: preparationStageSchema,
  step: z.int().nonnegative(),
  total: z.int().positive(),
});
export type PreparationProgress = z.infer<typeof preparationProgressSchema>;

/** The device used, and why better ones were not. */
export const deviceReportSchema = z.strictObject({
  device: z.enum(['cuda', 'tensorrt', 'directml', 'coreml', 'webgpu', 'cpu']),
  /** A name for the user, such as the processor's model. */
  name: z.string(),
  threads: z.int().positive().optional(),
  /** Better devices that were skipped, each with the reason. */
  passedOver: z.array(z.strictObject({ device: z.string(), reason: noticeSchema })),
});
export type DeviceReport = z.infer<typeof deviceReportSchema>;
