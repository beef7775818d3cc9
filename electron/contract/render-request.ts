/**
 * Everything that influences a picture, in one immutable, serialisable value: the engine's only input, the
 * history's record and the PNG's metadata. Same request, same device: same picture.
 */
import * as z from 'zod';
import { frameSchema } from './frame.ts';
import { alphaSchema, renderParametersSchema } from './parameters.ts';
import { conceptModeSchema, placementSchema, strengthSchema } from './placement.ts';
import { MAX_CONCEPTS } from './scene-file.ts';
import { upgradeRequest } from './upgrade.ts';

/** A picture by its content: SHA-256 of the file's bytes, lower-case hexadecimal. */
export const assetIdSchema = z.string().regex(/^[0-9a-f]{64}$/);
export type AssetId = z.infer<typeof assetIdSchema>;

export const renderConceptSchema = z
  .strictObject({
    name: z.string(),
    prompt: z.string(),
    image: assetIdSchema,
    /** The subject's mask in the concept image, of the image's size or of maskSize's; null if unknown. */
    subject: assetIdSchema.nullable(),
    mode: conceptModeSchema,
    /** The object that it replaces; null in the mode 'place'. */
    mask: assetIdSchema.nullable(),
    /** The part of the background in front of it: a mask like `mask`, in both modes; null for none. */
    front: assetIdSchema.nullable().default(null),
    /** Where its cut-out lies; null in the mode 'replace'. */
    placement: placementSchema.nullable(),
    strength: strengthSchema,
    alpha: alphaSchema,
    order: z.int(),
  })
  .refine(({ mode, mask, placement }) => (mode === 'place') === (placement !== null && mask === null), {
    error: 'a concept that replaces has a mask, one that is placed has a placement, never both',
    path: ['placement'],
  })
  .refine(({ mode, mask }) => (mode === 'replace') === (mask !== null), {
    error: 'a concept that replaces needs a mask',
    path: ['mask'],
  });

export const renderRequestSchema = z.strictObject({
  version: z.literal(2),
  scene: z.strictObject({
    prompt: z.string(),
    inpaintPrompt: z.string(),
    /** What text guidance leads away from; absent: nothing in particular. */
    negativePrompt: z.string().optional(),
    background: assetIdSchema,
    /** null: the masks are filled from their surroundings, with a notice in the result. */
    inpainted: assetIdSchema.nullable(),
    frame: frameSchema,
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
    /** The autoencoder that replaces the pack's own. */
    vae: z.strictObject({ name: z.string(), sha256: assetIdSchema }).optional(),
    /** Files added to the weights, each with its weight. */
    loras: z
      .array(z.strictObject({ name: z.string(), sha256: assetIdSchema, weight: z.number() }))
      .optional(),
    /** Textual-inversion embeddings that the prompts name. */
    embeddings: z.array(z.strictObject({ name: z.string(), sha256: assetIdSchema })).optional(),
  }),
});
export type RenderRequest = z.infer<typeof renderRequestSchema>;

/** A stored request; one of an older version is upgraded. */
export const storedRequestSchema = z.preprocess(upgradeRequest, renderRequestSchema);

/**
 * Whether two requests are for the same model: equal weights, autoencoder and LoRAs, whatever their files' names, and
 * equal embeddings under the same names.
 */
export function isSameModel(a: RenderRequest['pack'], b: RenderRequest['pack']): boolean {
  const lorasOf = ({ loras = [] }: RenderRequest['pack']) =>
    loras
      .map(({ sha256, weight }) => `${sha256} ${weight}`)
      .sort()
      .join();
  const embeddingsOf = ({ embeddings = [] }: RenderRequest['pack']) =>
    embeddings
      .map(({ name, sha256 }) => `${name.toLowerCase()} ${sha256}`)
      .sort()
      .join();
  return (
    a.weights === b.weights &&
    a.vae?.sha256 === b.vae?.sha256 &&
    lorasOf(a) === lorasOf(b) &&
    embeddingsOf(a) === embeddingsOf(b)
  );
}

/** Describes a model: its name, its changes, and the beginnings of the hashes that identify it. */
export function describeModel({
  id,
  version,
  weights,
  vae,
  loras = [],
  embeddings = [],
}: RenderRequest['pack']): string {
  const short = (sha256: string) => sha256.slice(0, 10);
  return [
    `${id} ${version} (${short(weights)})`,
    ...(vae === undefined ? [] : [`the VAE ${vae.name} (${short(vae.sha256)})`]),
    ...loras.map(({ name, sha256, weight }) => `the LoRA ${name}:${weight} (${short(sha256)})`),
    ...embeddings.map(({ name, sha256 }) => `the embedding ${name} (${short(sha256)})`),
  ].join(' with ');
}

/** Placeholder for the hash of a pack's weights until an engine has opened the pack; no file has this hash. */
export const UNKNOWN_WEIGHTS = '0'.repeat(64);
