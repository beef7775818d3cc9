/** pack.json: what a model pack holds and recommends. */
import * as z from 'zod';
import { storedRecommendedSchema } from './parameters.ts';
import { packTextToImageSchema } from './preparation.ts';
import { vocabularySchema } from './vocabulary.ts';

export const packManifestSchema = z.strictObject({
  id: z.string().regex(/^[a-z0-9][a-z0-9-]*$/),
  name: z.string().min(1),
  version: z.string().min(1),
  layout: z.literal('diffusers').describe('Folder layout of the checkpoint.'),
  width: z.int().positive().describe('Picture width in pixels.'),
  height: z.int().positive().describe('Picture height in pixels.'),
  recommended: storedRecommendedSchema.describe('Parameters that suit these weights.'),
  textToImage: packTextToImageSchema
    .optional()
    .describe('How these weights generate pictures from prompts; by default with 30 steps and guidance 7.5.'),
  vocabulary: vocabularySchema.optional().describe('What it can draw; without it, it reads any words.'),
  files: z.array(
    z.strictObject({
      path: z
        .string()
        .regex(/^(?!\/)(?!.*\.\.)[\w./-]+$/)
        .describe('Relative to pack.json.'),
      bytes: z.int().nonnegative(),
      sha256: z.string().regex(/^[0-9a-f]{64}$/),
    }),
  ),
  licence: z.string().min(1),
  notices: z.string().optional().describe('File with the notices of the weights’ sources.'),
});
export type PackManifest = z.infer<typeof packManifestSchema>;
