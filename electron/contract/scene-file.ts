/** The scene file: written by hand to compose a picture from the command line (docs/scene-file.md). */
import * as z from 'zod';
import { frameSchema } from './frame.ts';
import { alphaSchema, renderParametersSchema } from './parameters.ts';
import { conceptModeSchema, placementSchema, strengthSchema } from './placement.ts';
import { phraseSearchSchema, removalOptionsSchema, textToImageSettingsSchema } from './preparation.ts';

const filePathSchema = z.string().min(1).describe('Path of a picture, relative to the scene file.');

const promptSchema = z.string().max(2000);

/** Most concepts in one scene. */
export const MAX_CONCEPTS = 8;

/** A placement as written by hand; by default upright, opaque and hard-edged. */
const scenePlacementSchema = placementSchema.extend({
  rotationDeg: placementSchema.shape.rotationDeg.default(0),
  flipX: placementSchema.shape.flipX.default(false),
  flipY: placementSchema.shape.flipY.default(false),
  opacity: placementSchema.shape.opacity.default(1),
  softEdgePx: placementSchema.shape.softEdgePx.default(0),
  shadow: placementSchema.shape.shadow.default(null),
});

export const sceneConceptSchema = z.strictObject({
  name: z.string().trim().min(1).max(100).describe('Name of the concept, unique in the scene.'),
  prompt: promptSchema.describe('What the concept image shows.'),
  image: filePathSchema.describe('The concept image: one picture of the subject, of any size.'),
  subject: filePathSchema
    .optional()
    .describe(
      'The subject’s mask: a grey picture of the image’s size, or a smaller one of its aspect, white inside.',
    ),
  mode: conceptModeSchema.default('replace'),
  mask: filePathSchema
    .optional()
    .describe('The object that it replaces: a grey picture in the background’s aspect, white inside.'),
  front: filePathSchema
    .optional()
    .describe(
      'The part of the background in front of it: a grey picture in the background’s aspect, white where the background ' +
        'stays.',
    ),
  placement: scenePlacementSchema.optional(),
  strength: strengthSchema.default(null),
  alpha: alphaSchema.optional(),
  order: z.int().min(0).max(1000).default(0).describe('Layer order; a larger number is nearer the viewer.'),
});

/** Whether a concept has what its mode needs (a mask or a placement), and not the other. */
function saysItsPlace({
  mode,
  mask,
  placement,
}: {
  readonly mode: string;
  readonly mask?: unknown;
  readonly placement?: unknown;
}): boolean {
  return mode === 'place'
    ? placement !== undefined && mask === undefined
    : mask !== undefined && placement === undefined;
}

const placeOfMode = {
  error: 'a concept needs a mask, and no placement; with the mode "place" it needs a placement, and no mask',
  path: ['mode'],
};

const uniqueNames = {
  error: 'two concepts have the same name',
  path: ['concepts'],
};

function namesAreUnique({ concepts }: { readonly concepts: readonly { readonly name: string }[] }): boolean {
  return new Set(concepts.map(({ name }) => name)).size === concepts.length;
}

const modelFileSchema = z.string().min(1).describe('Path, relative to the scene file.');

/** The models to render a scene with, unless the command line names them. */
export const sceneModelSchema = z.strictObject({
  checkpoint: modelFileSchema.optional().describe('A checkpoint, or the folder of a model pack.'),
  vae: modelFileSchema.optional().describe('An autoencoder that replaces the model’s own.'),
  loras: z
    .array(z.strictObject({ file: modelFileSchema, weight: z.number().default(1) }))
    .optional()
    .describe('LoRAs with their weights.'),
  embeddings: z
    .array(modelFileSchema)
    .optional()
    .describe('Textual-inversion embeddings that the prompts name by their files’ names.'),
});
export type SceneModel = z.infer<typeof sceneModelSchema>;

const sceneObjectSchema = z.strictObject({
  version: z.literal(2).describe('Version of this format.'),
  name: z.string().max(200).optional().describe('A title for the scene.'),
  prompt: promptSchema.describe('What the background shows, objects included.'),
  inpaintPrompt: promptSchema.default('').describe('What the background shows without the objects.'),
  negativePrompt: promptSchema
    .optional()
    .describe('What text guidance leads away from; without guidance it has no effect.'),
  background: filePathSchema.describe('The background, with an object where each concept is to go.'),
  inpainted: filePathSchema
    .optional()
    .describe('The background without the objects; without it the masks are filled from their surroundings.'),
  frame: frameSchema.default('auto'),
  concepts: z.array(sceneConceptSchema.refine(saysItsPlace, placeOfMode)).min(1).max(MAX_CONCEPTS),
  parameters: renderParametersSchema.partial().default({}),
  model: sceneModelSchema
    .optional()
    .describe('Checkpoint, VAE and LoRAs; options of the command line override it.'),
});

export const sceneFileSchema = sceneObjectSchema.refine(namesAreUnique, uniqueNames);

/** A parsed scene file, defaults filled in. */
export type SceneFile = z.infer<typeof sceneFileSchema>;

/** A background to generate from a prompt. */
export const backgroundPlanSchema = z.strictObject({
  prompt: promptSchema.optional().describe('What it shows; the scene’s prompt by default.'),
  negativePrompt: promptSchema.default('').describe('What it should not show.'),
  seed: z.int().min(0).max(0xffff_ffff),
  steps: textToImageSettingsSchema.shape.steps.optional(),
  guidance: textToImageSettingsSchema.shape.guidance.optional(),
});

/** A mask to find by a phrase. */
export const maskPlanSchema = phraseSearchSchema.extend({
  growPx: z.int().min(0).max(128).default(0).describe('Margin by which the detected mask is grown.'),
});

/** How to remove the objects from the background. */
export const removalPlanSchema = removalOptionsSchema.omit({ prompt: true });

/**
 * A scene file whose pictures may still have to be made: the background generated from a prompt, masks found by a
 * phrase, and the objects removed from the background. If any of these is requested and `inpainted` is omitted, the
 * objects are removed too.
 */
export const scenePlanSchema = sceneObjectSchema
  .extend({
    background: z.union([filePathSchema, backgroundPlanSchema]),
    inpainted: z.union([filePathSchema, removalPlanSchema]).optional(),
    concepts: z
      .array(
        sceneConceptSchema
          .extend({ mask: z.union([filePathSchema, maskPlanSchema]).optional() })
          .refine(saysItsPlace, placeOfMode),
      )
      .min(1)
      .max(MAX_CONCEPTS),
  })
  .refine(namesAreUnique, uniqueNames);

/** A parsed plan, defaults filled in. */
export type ScenePlan = z.infer<typeof scenePlanSchema>;
