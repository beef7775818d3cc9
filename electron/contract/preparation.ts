/** Requests that prepare a scene: ranges, defaults and meanings, for every process and the command line. */
import * as z from 'zod';

const seedSchema = z.int().min(0).max(0xffff_ffff);

/** Most candidates of one request. */
export const MAX_CANDIDATES = 16;

export const textToImageSettingsSchema = z.strictObject({
  steps: z.int().min(1).max(999).describe('Number of denoising steps.'),
  guidance: z.number().min(1).max(30).describe('Text classifier-free guidance; 1 is off.'),
});
export type TextToImageSettings = z.infer<typeof textToImageSettingsSchema>;

/** What a pack's manifest says about generating pictures. */
export const packTextToImageSchema = textToImageSettingsSchema.extend({
  sampler: z
    .enum(['euler', 'dpm-solver', 'sde-dpm-solver'])
    .optional()
    .describe('By default dpm-solver, for SDXL euler; sde-dpm-solver adds fresh noise in every step.'),
  guidanceInterval: z
    .strictObject({ low: z.number().min(0).max(1), high: z.number().min(0).max(1) })
    .refine(({ low, high }) => low < high, { error: 'low must be below high' })
    .optional()
    .describe(
      'Shares of the timesteps between which guidance counts; little noise is near 0. By default everywhere.',
    ),
  regionalPrompts: z
    .strictObject({
      endAt: z
        .number()
        .gt(0)
        .max(1)
        .describe(
          'Share of the steps, from the first, in which each subject has a part of the picture to itself.',
        ),
      contrast: z
        .number()
        .min(0)
        .max(2)
        .describe('How much each part turns away from the other subjects, fading to 0; more looks overdone.'),
    })
    .optional()
    .describe(
      'For prompts of several subjects; needs a vocabulary. By default the whole prompt counts everywhere.',
    ),
});
export type PackTextToImage = z.infer<typeof packTextToImageSchema>;

/** Candidates for a background (docs/method.md, stage 1 step 1). */
export const backgroundsRequestSchema = z.strictObject({
  prompt: z.string().trim().min(1).max(2000).describe('What the pictures show, objects included.'),
  negativePrompt: z.string().max(2000).default('').describe('What they should not show.'),
  count: z.int().min(1).max(MAX_CANDIDATES).default(1).describe('Number of candidates.'),
  seed: seedSchema.describe('Seed of the first; the next ones follow.'),
  retries: z
    .int()
    .min(0)
    .max(8)
    .default(4)
    .describe(
      'How often a candidate is generated again, with a further seed, while a subject of the prompt is missing, unclear or ' +
        'twice in it; the best is kept. 0: the seeds are used as they are.',
    ),
  steps: textToImageSettingsSchema.shape.steps.optional(),
  guidance: textToImageSettingsSchema.shape.guidance.optional(),
});
export type BackgroundsRequest = z.input<typeof backgroundsRequestSchema>;

/** A clicked point, in the picture's pixels from its top left corner. */
export const maskPointSchema = z.strictObject({
  x: z.number().min(0),
  y: z.number().min(0),
  isInside: z.boolean().describe('false: not this.'),
});

/** A box in the picture's pixels: left and top inside, right and bottom outside. */
export const maskBoxSchema = z
  .strictObject({ left: z.number(), top: z.number(), right: z.number(), bottom: z.number() })
  .refine(({ left, top, right, bottom }) => left < right && top < bottom, {
    error: 'a box must have a positive width and height',
  });
export type MaskBox = z.infer<typeof maskBoxSchema>;

/** Clicks and boxes. */
export const maskSelectionSchema = z
  .strictObject({ points: z.array(maskPointSchema).max(64), box: maskBoxSchema.nullable() })
  .refine(({ points, box }) => box !== null || points.some(({ isInside }) => isInside), {
    error: 'a box or a point inside is needed',
  });
export type MaskSelection = z.infer<typeof maskSelectionSchema>;

/** Settings for detecting a phrase; the thresholds are the defaults of Grounding DINO's authors. */
export const phraseSearchSchema = z.strictObject({
  phrase: z.string().trim().min(1).max(200).describe('One object, such as "a red car".'),
  boxThreshold: z
    .number()
    .min(0)
    .max(1)
    .default(0.3)
    .describe('Lowest score of a box; a lower threshold finds more, and more that is wrong.'),
  textThreshold: z.number().min(0).max(1).default(0.25).describe('Lowest score of the phrase’s words.'),
  overlapThreshold: z
    .number()
    .min(0)
    .max(1)
    .default(0.5)
    .describe('Of boxes that overlap by more than this (intersection over union), only the best is kept.'),
});
export type PhraseSearch = z.input<typeof phraseSearchSchema>;

/** The same, or the picture's salient subject. */
export const maskSearchSchema = phraseSearchSchema.extend({
  phrase: phraseSearchSchema.shape.phrase
    .nullable()
    .describe('One object, such as "a red car"; null: the picture’s subject, whatever it is.'),
});
export type MaskSearch = z.input<typeof maskSearchSchema>;

/**
 * 'model': the pack's inpainting model; 'diffusion': the blending model, begun from a fill in layers; 'layers' and
 * 'telea': fills without a model.
 */
export const removalMethodSchema = z
  .enum(['auto', 'model', 'diffusion', 'layers', 'telea'])
  .describe('How the hole is filled; auto uses the best filler of the pack.');
export type RemovalMethod = z.infer<typeof removalMethodSchema>;

/** How clicks and boxes become masks. */
export const promptSegmenterSchema = z.enum(['sam21', 'sam', 'slimSam', 'grabCut']);
export type PromptSegmenterKind = z.infer<typeof promptSegmenterSchema>;

/** How phrases become masks: Grounding DINO with one of the above, or a pack's own segmenter. */
export const phraseSegmenterSchema = z.enum(['groundingDino', 'packSegmenter']);
export type PhraseSegmenterKind = z.infer<typeof phraseSegmenterSchema>;

/** What a pack can prepare; the editor greys out the rest, with the reason. */
export const capabilitiesSchema = z.strictObject({
  generateBackgrounds: z.boolean(),
  negativePrompt: z.boolean().describe('Whether a negative prompt has an effect: only with guidance.'),
  findMask: z.boolean(),
  findMaskBy: phraseSegmenterSchema.nullable().describe('null: not at all.'),
  findSubject: z.boolean().describe('Whether a model finds a picture’s subject without a phrase.'),
  textThreshold: z.boolean().describe('Whether words are scored separately.'),
  selectMask: z.boolean(),
  selectMaskBy: promptSegmenterSchema,
  removeObjects: z.boolean(),
  removalMethods: z.array(removalMethodSchema).describe('The fillers to choose from, auto first.'),
});
export type Capabilities = z.infer<typeof capabilitiesSchema>;

/** How objects are removed from a picture. */
export const removalOptionsSchema = z.strictObject({
  growPx: z
    .int()
    .min(0)
    .max(128)
    .default(8)
    .describe('Margin by which the masks are grown first, to cover edges and shadows.'),
  prompt: z.string().max(2000).default('').describe('What the picture shows without the objects.'),
  seed: seedSchema.default(0),
  method: removalMethodSchema.default('auto'),
});
export type RemovalOptions = z.input<typeof removalOptionsSchema>;

/** The user's choices for preparing a scene, as the editor stores them; omitted values have their defaults. */
export const prepareSettingsSchema = z.object({
  negativePrompt: backgroundsRequestSchema.shape.negativePrompt,
  boxThreshold: phraseSearchSchema.shape.boxThreshold,
  textThreshold: phraseSearchSchema.shape.textThreshold,
  growPx: removalOptionsSchema.shape.growPx,
  method: removalOptionsSchema.shape.method,
});
export type PrepareSettings = z.output<typeof prepareSettingsSchema>;
