/** What the engine process is doing, and on which device. */
import * as z from 'zod';
import { failureSchema } from './command.ts';
import { recommendedParametersSchema } from './parameters.ts';
import { capabilitiesSchema } from './preparation.ts';
import { deviceReportSchema } from './progress.ts';
import { assetIdSchema, renderRequestSchema } from './render-request.ts';
import { vocabularySchema } from './vocabulary.ts';

export const deviceChoiceSchema = z
  .enum(['auto', 'cuda', 'tensorrt', 'directml', 'webgpu', 'coreml', 'cpu'])
  .describe('auto picks the best device that works; a name picks that device or fails.');
export type DeviceChoice = z.infer<typeof deviceChoiceSchema>;

/** What the editor needs to know of the open pack. */
export const openPackSchema = z.strictObject({
  name: z.string(),
  identity: renderRequestSchema.shape.pack,
  licence: z.string().nullable(),
  size: z
    .strictObject({ width: z.int().positive(), height: z.int().positive() })
    .nullable()
    .describe('Size of its pictures in pixels; null: any that the latents allow.'),
  downscale: z.int().positive().describe('Image pixels per latent element.'),
  multiple: z.int().positive().describe('Both sides of the model’s input are multiples of this many pixels.'),
  recommended: recommendedParametersSchema,
  capabilities: capabilitiesSchema,
  embeddings: z
    .array(z.strictObject({ name: z.string(), sha256: assetIdSchema, tokens: z.int().positive() }))
    .optional()
    .describe('Textual-inversion embeddings for this model.'),
  loras: z
    .array(z.strictObject({ name: z.string(), weight: z.number(), triggerWords: z.array(z.string()) }))
    .optional(),
});
export type OpenPack = z.infer<typeof openPackSchema>;

export const engineStatusSchema = z.strictObject({
  /** stopped: no process; it starts when needed. failed: it cannot start; `error` gives the reason. */
  state: z.enum(['stopped', 'starting', 'ready', 'busy', 'restarting', 'failed']),
  deviceChoice: deviceChoiceSchema,
  device: deviceReportSchema.nullable().describe('null until an engine has run.'),
  pack: openPackSchema.nullable(),
  /** Of the pack, also before an engine has opened it; null for one that reads any words. */
  vocabulary: vocabularySchema.nullable(),
  /** Resident size of the engine process; null while there is none. */
  memoryBytes: z.int().nonnegative().nullable(),
  /** Whether models are in memory; they are released when idle or when memory is short. */
  holdsModels: z.boolean(),
  /** Number of crashes since the host started. */
  crashes: z.int().nonnegative(),
  error: failureSchema.nullable(),
});
export type EngineStatus = z.infer<typeof engineStatusSchema>;
