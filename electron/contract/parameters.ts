/** The parameters of a render: ranges, defaults and meanings, for every process and the command line. */
import * as z from 'zod';
import { renameParameters } from './upgrade.ts';

/** Largest alpha. */
export const MAX_ALPHA = 2;

/** Largest beta. */
export const MAX_BETA = 1;

/** Largest seed: seeds are 32-bit numbers. */
export const MAX_SEED = 0xffff_ffff;

/** alpha of guided appearance attention (paper 3.3). */
export const alphaSchema = z
  .number()
  .min(0)
  .max(MAX_ALPHA)
  .describe(
    'Appearance guidance alpha: how strongly the concept’s look replaces the old one. The paper uses 0.15.',
  );

/** Every parameter of a render except the concepts' alphas, which are part of the scene. */
export const renderParametersSchema = z.strictObject({
  steps: z.int().min(1).max(999).describe('Number of denoising steps. The paper uses 50.'),
  seed: z.int().min(0).max(MAX_SEED).describe('Seed of the inversion noise.'),
  beta: z
    .number()
    .min(0)
    .max(MAX_BETA)
    .describe(
      'Dilution scale beta: how much of the inpainted background surrounds each object. The paper uses 0.8.',
    ),
  guidanceScale: z
    .number()
    .min(1)
    .max(20)
    .describe(
      'Text classifier-free guidance; 1 is off. It applies to inversion and blending alike, and takes the place of swap ' +
        'guidance.',
    ),
  swapGuidanceScale: z
    .number()
    .min(1)
    .max(10)
    .describe(
      'Swap guidance: how far the prediction is pushed from the plain towards the swapped one; 1 is off.',
    ),
  attentionLayers: z
    .enum(['all', 'decoder'])
    .describe('Self-attention layers in which the concept’s keys and values are used.'),
  attentionSteps: z
    .strictObject({ from: z.number().min(0).max(1), to: z.number().min(0).max(1) })
    .refine(({ from, to }) => from <= to, { error: 'from must not be larger than to' })
    .describe('Share of the steps in which they are used, from 0 (noise) to 1 (finished).'),
  featherPx: z
    .number()
    .min(0)
    .max(128)
    .describe(
      'Width of the masks’ soft edge in pixels at the model’s size; 0 is the paper’s hard edge. Objects then fade into ' +
        'the kept background over at least as many pixels.',
    ),
  expandLatent: z
    .int()
    .min(0)
    .max(32)
    .describe('Margin of the expanded mask rectangle in latent elements per side.'),
  conceptImageMode: z
    .enum(['full', 'subject', 'aligned'])
    .describe(
      'How a concept image is used: all of it, as in the paper; its subject, with the inpainted background ' +
        'around it; or its subject, also moved and scaled to its region.',
    ),
  ablation: z.enum(['a', 'b', 'c', 'd', 'e']).describe('Row of the paper’s ablation; e is the whole method.'),
  keepOriginalBackground: z
    .boolean()
    .describe(
      'Keep the background’s own pixels: farther from the masks than blendEdgePx and featherPx, every ' +
        'pixel is the background’s, unchanged.',
    ),
  blendEdgePx: z
    .number()
    .min(0)
    .max(64)
    .describe(
      'Width in pixels at the model’s size, outside the masks, over which the objects fade into the kept background; ' +
        'with 0 (and no feather) all pixels outside the masks are the background’s.',
    ),
  startAt: z
    .number()
    .min(0.05)
    .max(1)
    .describe(
      'Share of the noise at which blending starts; 1 starts from noise alone. The cited codes: 0.64.',
    ),
  solver: z
    .enum(['ddpm', 'sde-dpmsolver++'])
    .describe(
      'How each step is computed: ddpm is the paper’s, first order; sde-dpmsolver++ (2M), LEDITS++’s, is second order ' +
        'and needs fewer steps.',
    ),
  bandLatent: z
    .int()
    .min(0)
    .max(8)
    .describe(
      'Width, in latent elements, of a band around each concept whose noise map is drawn fresh over the first half of ' +
        'the steps; 0 is off.',
    ),
  regionGrowPx: z
    .int()
    .min(0)
    .max(32)
    .describe(
      'Margin, in pixels at the model’s size, by which the method’s region masks are grown; what is shown of them is not.',
    ),
  detail: z
    .number()
    .min(0)
    .max(1)
    .describe(
      'How much of the detail that the autoencoder loses is restored; 0 is the decoded picture alone.',
    ),
});
export type RenderParameters = z.infer<typeof renderParametersSchema>;

/** The paper's parameters, and this project's where the paper is silent (docs/method.md). */
export const PAPER_PARAMETERS: RenderParameters = {
  steps: 50,
  seed: 0,
  beta: 0.8,
  guidanceScale: 1,
  swapGuidanceScale: 3.5,
  attentionLayers: 'all',
  attentionSteps: { from: 0, to: 1 },
  featherPx: 0,
  expandLatent: 1,
  conceptImageMode: 'full',
  ablation: 'e',
  keepOriginalBackground: true,
  blendEdgePx: 8,
  startAt: 1,
  solver: 'ddpm',
  bandLatent: 0,
  regionGrowPx: 0,
  detail: 0,
};

/** The paper's alpha. */
export const PAPER_ALPHA = 0.15;

/** The parameters for which a pack's manifest may recommend its own values. */
export const recommendedParametersSchema = renderParametersSchema
  .partial()
  .extend({ alpha: alphaSchema.optional() });
export type RecommendedParameters = z.infer<typeof recommendedParametersSchema>;

/** {@link recommendedParametersSchema} for files that may use an older version's names. */
export const storedRecommendedSchema = z.preprocess(renameParameters, recommendedParametersSchema);
