/** Random inputs and parameters for the method's property tests: small latents, real masks, every option. */
import * as fc from 'fast-check';
import type {
  AttentionCache,
  ConceptInputs,
  PnpMixInputs,
  PnpMixModels,
  PnpMixParameters,
} from '../../../electron/pipeline/pnp-mix-types.ts';
import type { CachedHiddenStates, PromptConditioning, Unet } from '../../../electron/pipeline/ports.ts';
import { SOLVERS, STABLE_DIFFUSION_SCHEDULE } from '../../../electron/pipeline/schedulers/noise-schedule.ts';
import { gaussianNoise } from '../../../electron/pipeline/tensor/noise.ts';
import { type Tensor, tensor } from '../../../electron/pipeline/tensor/tensor.ts';
import { TOY_CHANNELS, TOY_PROMPT_DIMS } from './toy-unet.ts';

export const LATENT_SIZE = [4, 5] as const;
export const DOWNSCALE = 4;
export const MASK_DIMS = [LATENT_SIZE[0] * DOWNSCALE, LATENT_SIZE[1] * DOWNSCALE] as const;

/** The paper's parameters, with few steps. */
export const defaultParameters: PnpMixParameters = {
  steps: 4,
  seed: 7,
  beta: 0.8,
  guidanceScale: 1,
  swapGuidanceScale: 1,
  attentionLayers: 'all',
  attentionSteps: { from: 0, to: 1 },
  featherPx: 0,
  expandLatent: 1,
  startAt: 1,
  solver: 'ddpm',
  regionGrowPx: 0,
  bandLatent: 0,
  ablation: 'e',
};

export function modelsOf(unet: Unet): PnpMixModels {
  return {
    unet,
    schedule: STABLE_DIFFUSION_SCHEDULE,
    downscale: DOWNSCALE,
    latentSize: LATENT_SIZE,
  };
}

/** Latents or an embedding that only need to differ by number. */
export function someLatents(number: number): Tensor {
  return gaussianNoise(1000 + number, 'removal', 0, [TOY_CHANNELS, ...LATENT_SIZE]);
}
export function somePrompt(number: number): Tensor {
  return gaussianNoise(2000 + number, 'removal', 1, [...TOY_PROMPT_DIMS]);
}

/** A prompt with the additional conditioning of SDXL, which must reach every row as the prompt does. */
export function someConditioning(number: number): PromptConditioning {
  const textEmbedding = tensor(Float32Array.from([Math.sin(number), Math.cos(3 * number)]), [2]);
  return { promptEmbedding: somePrompt(number), added: { textEmbedding, timeIds: [16, 16, 0, 0, 16, 16] } };
}

/** A mask of 1 in the rectangle x0 <= x < x1, y0 <= y < y1, in pixels. */
export function box(x0: number, y0: number, x1: number, y1: number): Tensor {
  const [height, width] = MASK_DIMS;
  return tensor(
    Float32Array.from({ length: height * width }, (_, at) => {
      const [x, y] = [at % width, Math.floor(at / width)];
      return x >= x0 && x < x1 && y >= y0 && y < y1 ? 1 : 0;
    }),
    MASK_DIMS,
  );
}

export function conceptOf(number: number, mask: Tensor, alpha = 0.15, order = number): ConceptInputs {
  return {
    latents: someLatents(10 + number),
    conditioning: someConditioning(10 + number),
    alpha,
    order,
    mask,
  };
}

/** Caches hidden states under a key for as long as the test needs them. */
export function attentionCacheInMemory(): (key: string) => AttentionCache {
  const all = new Map<string, CachedHiddenStates>();
  return (key) => ({
    get: (stepIndex) => all.get(`${key} ${stepIndex}`),
    set: (stepIndex, states) => all.set(`${key} ${stepIndex}`, states),
  });
}

export function inputsOf(concepts: readonly ConceptInputs[]): PnpMixInputs {
  return {
    background: { latents: someLatents(1), conditioning: someConditioning(1) },
    inpainted: { latents: someLatents(2), conditioning: someConditioning(2) },
    unconditional: someConditioning(3),
    concepts,
  };
}

/** Boxes, sometimes with a grey edge, empty, or covering everything. */
export const anyMask: fc.Arbitrary<Tensor> = fc
  .record({
    x: fc.tuple(fc.integer({ min: 0, max: 20 }), fc.integer({ min: 0, max: 20 })),
    y: fc.tuple(fc.integer({ min: 0, max: 16 }), fc.integer({ min: 0, max: 16 })),
    // Quarters add up without rounding, so that the 0.5 threshold is the same in every order of addition.
    strength: fc.constantFrom(1, 1, 1, 0.75, 0.5, 0.25),
  })
  .map(({ x, y, strength }) => {
    const mask = box(Math.min(...x), Math.min(...y), Math.max(...x), Math.max(...y));
    return tensor(
      mask.data.map((value) => value * strength),
      mask.dims,
    );
  });

/** One to three concepts that may overlap, each with its own place in the layer order. */
export const anyInputs: fc.Arbitrary<PnpMixInputs> = fc
  .array(fc.record({ mask: anyMask, alpha: fc.constantFrom(0, 0.15, 0.5, 1.2) }), {
    minLength: 1,
    maxLength: 3,
  })
  .chain((concepts) =>
    fc
      .shuffledSubarray(
        concepts.map((_, index) => index),
        { minLength: concepts.length },
      )
      .map((orders) =>
        inputsOf(concepts.map(({ mask, alpha }, index) => conceptOf(index, mask, alpha, orders[index]!))),
      ),
  );

/** Every parameter of the method. */
export const anyParameters: fc.Arbitrary<PnpMixParameters> = fc.record({
  steps: fc.integer({ min: 1, max: 6 }),
  seed: fc.integer({ min: 0, max: 0xffff_ffff }),
  beta: fc.constantFrom(0, 0.4, 0.8, 1),
  guidanceScale: fc.constantFrom(1, 1, 0, 3, 7.5),
  swapGuidanceScale: fc.constantFrom(1, 1, 1.5, 2, 3.5),
  attentionLayers: fc.constantFrom('all' as const, 'decoder' as const),
  attentionSteps: fc
    .tuple(fc.constantFrom(0, 0.2, 0.5), fc.constantFrom(0.4, 0.7, 1))
    .map(([from, to]) => ({ from, to })),
  featherPx: fc.constantFrom(0, 0, 2, 5),
  expandLatent: fc.integer({ min: 0, max: 2 }),
  startAt: fc.constantFrom(1, 1, 0.64, 0.3, 0.05),
  solver: fc.constantFrom(...SOLVERS),
  regionGrowPx: fc.constantFrom(0, 0, 1, 2.5, 4),
  bandLatent: fc.constantFrom(0, 0, 1, 2),
  ablation: fc.constantFrom('a' as const, 'b' as const, 'c' as const, 'd' as const, 'e' as const),
});
