/**
 * The scene document, edited in the editor and stored in the project file: a scene that may still be incomplete.
 *
 * It refers to pictures by their hash, so it is small (about 2 kB) and the undo history can store every state whole.
 */
import * as z from 'zod';
import { frameSchema } from './frame.ts';
import { modelChoiceSchema } from './model-choice.ts';
import {
  alphaSchema,
  PAPER_PARAMETERS,
  type RenderParameters,
  renderParametersSchema,
} from './parameters.ts';
import { conceptModeSchema, placementSchema, strengthSchema } from './placement.ts';
import { type AssetId, assetIdSchema } from './render-request.ts';
import { MAX_CONCEPTS } from './scene-file.ts';
import { upgradeDocument } from './upgrade.ts';

const textSchema = z.string().max(2000);

/** A concept: one subject of the user's, and where it goes. */
export const documentConceptSchema = z.strictObject({
  id: z
    .string()
    .regex(/^[\w-]{1,64}$/)
    .describe('Identifies the concept for its whole life; chosen by the client that adds it.'),
  name: z.string().max(100).describe('The user’s name for it; need not be unique while it is being typed.'),
  prompt: textSchema.describe('What the concept image shows.'),
  phrase: textSchema.describe('The phrase to detect in the background when finding a mask by text.'),
  image: assetIdSchema.nullable().describe('The concept image.'),
  subject: assetIdSchema
    .nullable()
    .describe(
      'The subject’s mask in the concept image: an 8-bit grey PNG in the image’s aspect, of the size that maskSize in ' +
        'frame.ts gives, or of the image’s own.',
    ),
  mask: assetIdSchema
    .nullable()
    .describe(
      'The object that it replaces: an 8-bit grey PNG in the background’s aspect, of the size that maskSize in ' +
        'frame.ts gives.',
    ),
  front: assetIdSchema
    .nullable()
    .default(null)
    .describe('The part of the background in front of it: a mask like `mask`; null for none.'),
  mode: conceptModeSchema,
  placement: placementSchema.nullable().describe('Used in the mode "place"; kept in the other one.'),
  strength: strengthSchema,
  alpha: alphaSchema,
  visible: z.boolean().describe('Included in the render.'),
  locked: z.boolean().describe('Locked: tools do not change it.'),
  colour: z
    .string()
    .regex(/^#[0-9a-f]{6}$/)
    .describe('Colour of its mask in the editor.'),
});
export type DocumentConcept = z.infer<typeof documentConceptSchema>;

/** Colours of masks, also distinguishable with colour vision deficiencies (Okabe and Ito 2008, without black, plus two). */
export const CONCEPT_COLOURS = [
  '#e69f00',
  '#56b4e9',
  '#009e73',
  '#f0e442',
  '#0072b2',
  '#d55e00',
  '#cc79a7',
  '#9467bd',
] as const;

export const sceneDocumentSchema = z
  .strictObject({
    version: z.literal(2).describe('Version of this format.'),
    prompt: textSchema.describe('What the background shows, objects included.'),
    inpaintPrompt: textSchema.describe('What the background shows without the objects.'),
    negativePrompt: textSchema
      .optional()
      .describe('What text guidance leads away from; without guidance it has no effect.'),
    background: assetIdSchema.nullable(),
    inpainted: assetIdSchema
      .nullable()
      .describe('The background without the objects, of the background’s size.'),
    frame: frameSchema,
    inpaintedMasks: z
      .array(assetIdSchema)
      .max(MAX_CONCEPTS)
      .optional()
      .describe('The masks it was made with; absent for the user’s own picture.'),
    concepts: z
      .array(documentConceptSchema)
      .max(MAX_CONCEPTS)
      .describe('In layer order: the last one is nearest the viewer.'),
    parameters: renderParametersSchema,
    model: modelChoiceSchema.optional().describe('Its own models; absent: the pack of the settings.'),
  })
  .refine(({ concepts }) => new Set(concepts.map(({ id }) => id)).size === concepts.length, {
    error: 'two concepts have the same id',
    path: ['concepts'],
  });
export type SceneDocument = z.infer<typeof sceneDocumentSchema>;

/** A stored document; one of an older version is upgraded. */
export const storedDocumentSchema = z.preprocess(upgradeDocument, sceneDocumentSchema);

/** An empty document. */
export function emptySceneDocument(parameters: RenderParameters = PAPER_PARAMETERS): SceneDocument {
  return {
    version: 2,
    prompt: '',
    inpaintPrompt: '',
    background: null,
    inpainted: null,
    frame: 'auto',
    concepts: [],
    parameters,
  };
}

/** The pictures of a document, each once. */
export function documentAssets({ background, inpainted, concepts }: SceneDocument): ReadonlySet<AssetId> {
  const named = [
    background,
    inpainted,
    ...concepts.flatMap(({ image, subject, mask, front }) => [image, subject, mask, front]),
  ];
  return new Set(named.filter((id) => id !== null));
}
