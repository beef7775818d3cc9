/**
 * The scene document: what the editor edits and the project file keeps, a scene that need not be complete yet.
 *
 * Pictures are named by their content, so that a document is small (about 2 kB) and the undo history can keep
 * every state of it whole.
 */
import * as z from 'zod';
import { frameSchema } from './frame.ts';
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

/** A concept: one thing of the user's own, and where it goes. */
export const documentConceptSchema = z.strictObject({
  id: z
    .string()
    .regex(/^[\w-]{1,64}$/)
    .describe('Names the concept for as long as it lives; chosen by who adds it.'),
  name: z.string().max(100).describe('What the user calls it; need not be unique while it is being typed.'),
  prompt: textSchema.describe('What the concept image shows.'),
  phrase: textSchema.describe('What to look for in the background when a mask is found by text.'),
  image: assetIdSchema.nullable().describe('The concept image.'),
  subject: assetIdSchema
    .nullable()
    .describe(
      'The thing in the concept image: an 8-bit grey PNG in the image’s aspect, of the size that maskSize in ' +
        'frame.ts gives, or of the image’s own.',
    ),
  mask: assetIdSchema
    .nullable()
    .describe(
      'The object that it replaces: an 8-bit grey PNG in the background’s aspect, of the size that maskSize in ' +
        'frame.ts gives.',
    ),
  mode: conceptModeSchema,
  placement: placementSchema.nullable().describe('Used in the mode "place"; kept in the other one.'),
  strength: strengthSchema,
  alpha: alphaSchema,
  visible: z.boolean().describe('Takes part in the render.'),
  locked: z.boolean().describe('Is not changed by tools.'),
  colour: z
    .string()
    .regex(/^#[0-9a-f]{6}$/)
    .describe('Colour of its mask in the editor.'),
});
export type DocumentConcept = z.infer<typeof documentConceptSchema>;

/** Colours of masks, told apart by people who see fewer colours too (Okabe and Ito 2008, without black, plus two). */
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
    background: assetIdSchema.nullable(),
    inpainted: assetIdSchema
      .nullable()
      .describe('The background without the objects, of the background’s size.'),
    frame: frameSchema,
    inpaintedMasks: z
      .array(assetIdSchema)
      .max(MAX_CONCEPTS)
      .optional()
      .describe('The masks that it was made with; absent where it is a picture of the user’s own.'),
    concepts: z
      .array(documentConceptSchema)
      .max(MAX_CONCEPTS)
      .describe('In layer order: the last one is nearest the viewer.'),
    parameters: renderParametersSchema,
  })
  .refine(({ concepts }) => new Set(concepts.map(({ id }) => id)).size === concepts.length, {
    error: 'two concepts have the same id',
    path: ['concepts'],
  });
export type SceneDocument = z.infer<typeof sceneDocumentSchema>;

/** A document that was kept somewhere: one of an older version is brought to this one. */
export const storedDocumentSchema = z.preprocess(upgradeDocument, sceneDocumentSchema);

/** A document with nothing in it. */
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

/** The pictures that a document names, each once. */
export function documentAssets({ background, inpainted, concepts }: SceneDocument): ReadonlySet<AssetId> {
  const named = [
    background,
    inpainted,
    ...concepts.flatMap(({ image, subject, mask }) => [image, subject, mask]),
  ];
  return new Set(named.filter((id) => id !== null));
}
