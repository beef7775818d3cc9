/** The scene file: what a person writes to compose a picture from the command line (docs/scene-file.md). */
import * as z from 'zod';
import { alphaSchema, renderParametersSchema } from './parameters.ts';

const filePathSchema = z.string().min(1).describe('Path of a picture, relative to the scene file.');

const promptSchema = z.string().max(2000);

/** Most concepts in one scene. */
export const MAX_CONCEPTS = 8;

export const sceneConceptSchema = z.strictObject({
  name: z.string().trim().min(1).max(100).describe('Name of the concept, unique in the scene.'),
  prompt: promptSchema.describe('What the concept image shows.'),
  image: filePathSchema.describe('The concept image: one picture of the thing, of the background’s size.'),
  mask: filePathSchema.describe('Where it goes: a grey picture of the background’s size, white inside.'),
  alpha: alphaSchema.optional(),
  order: z.int().min(0).max(1000).default(0).describe('Layer order; the larger number is nearer the viewer.'),
});

export const sceneFileSchema = z
  .strictObject({
    version: z.literal(1).describe('Version of this format.'),
    name: z.string().max(200).optional().describe('A title for the scene.'),
    prompt: promptSchema.describe('What the background shows, objects included.'),
    inpaintPrompt: promptSchema.default('').describe('What the background shows without the objects.'),
    background: filePathSchema.describe('The background, with an object where each concept is to go.'),
    inpainted: filePathSchema
      .optional()
      .describe(
        'The background without the objects; without it the masks are filled from their surroundings.',
      ),
    concepts: z.array(sceneConceptSchema).min(1).max(MAX_CONCEPTS),
    parameters: renderParametersSchema.partial().default({}),
  })
  .refine(({ concepts }) => new Set(concepts.map(({ name }) => name)).size === concepts.length, {
    error: 'two concepts have the same name',
    path: ['concepts'],
  });

/** A parsed scene file, defaults filled in. */
export type SceneFile = z.infer<typeof sceneFileSchema>;
