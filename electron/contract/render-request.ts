/**
 * Everything that influences a picture, in one immutable, serialisable value: the engine's only input, the
 * history's record and the PNG's metadata. Same request, same device: same picture.
 */
import * as z from 'zod';
import { alphaSchema, renderParametersSchema } from './parameters.ts';
import { MAX_CONCEPTS } from './scene-file.ts';

/** A picture by its content: SHA-256 of the file's bytes, lower-case hexadecimal. */
export const assetIdSchema = z.string().regex(/^[0-9a-f]{64}$/);
export type AssetId = z.infer<typeof assetIdSchema>;

export const renderConceptSchema = z.strictObject({
  name: z.string(),
  prompt: z.string(),
  image: assetIdSchema,
  /** The thing in the concept image: a mask of the image's size; null where nobody has said. */
  subject: assetIdSchema.nullable(),
  mask: assetIdSchema,
  alpha: alphaSchema,
  order: z.int(),
});

export const renderRequestSchema = z.strictObject({
  version: z.literal(1),
  scene: z.strictObject({
    prompt: z.string(),
    inpaintPrompt: z.string(),
    background: assetIdSchema,
    /** null: the masks are filled from their surroundings, and the result says so. */
    inpainted: assetIdSchema.nullable(),
    concepts: z.array(renderConceptSchema).min(1).max(MAX_CONCEPTS),
  }),
  parameters: renderParametersSchema,
  pack: z.strictObject({
    id: z.string(),
    version: z.string(),
    /**
     * SHA-256 over the pack's weight files, so that a picture names the weights that made it; zeros for a render that
     * waits, was cancelled or failed before an engine had opened the pack.
     */
    weights: assetIdSchema,
  }),
});
export type RenderRequest = z.infer<typeof renderRequestSchema>;

/** Stands for a pack's weights as long as no engine has opened the pack; no file has this hash. */
export const UNKNOWN_WEIGHTS = '0'.repeat(64);
