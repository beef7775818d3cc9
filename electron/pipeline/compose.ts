/**
 * Composes a scene: encodes its pictures, runs the method (pnp-mix.ts), decodes, and restores the background's own
 * pixels outside the objects.
 */

import { throwIfCancelled } from './batching.ts';
import { PipelineError } from './errors.ts';
import { squaredDistanceTo } from './masks/distance-transform.ts';
import { growMask } from './masks/grow-shrink.ts';
import { pnpMix } from './pnp-mix.ts';
import type { AttentionCache, PnpMixInputs, PnpMixParameters, PnpMixResult } from './pnp-mix-types.ts';
import type { Autoencoder, PromptConditioner, PromptConditioning, RunControls, Unet } from './ports.ts';
import { compositeOver, imageToTensor, type RgbImage, tensorToImage } from './processors/image.ts';
import { alignPrompts } from './processors/weighted-prompt.ts';
import { type NoiseScheduleConfig, stepsFrom } from './schedulers/noise-schedule.ts';
import { dilate, gaussianBlur, maximumPlane } from './tensor/image-kernels.ts';
import { firstNonFinite, type Tensor, tensor } from './tensor/tensor.ts';

/** The models of a pack. */
export interface ComposeModels {
  readonly conditioner: PromptConditioner;
  readonly unet: Unet;
  readonly autoencoder: Autoencoder;
  readonly schedule: NoiseScheduleConfig;
}

/** A picture with a hash of its content, to cache what is computed from it. */
export interface NamedImage {
  readonly pixels: RgbImage;
  /** Hash of the pixels. */
  readonly contentHash: string;
}

/** One concept of a scene. */
export interface SceneConcept {
  readonly prompt: string;
  readonly image: NamedImage;
  /** Region in the background, dims [height, width], values 0..1. */
  readonly mask: Tensor;
  /** Layer order; larger is nearer the viewer. */
  readonly order: number;
  /** Appearance guidance scale, >= 0. */
  readonly alpha: number;
}

/** A scene ready to be composed; all pictures and masks have the background's size. */
export interface Scene {
  readonly prompt: string;
  readonly background: NamedImage;
  /** The background without the objects. */
  readonly inpainted: NamedImage;
  /** Prompt of the inpainted background: the scene prompt without the concepts; '' by default. */
  readonly inpaintPrompt: string;
  /** What text guidance leads away from; '' by default. */
  readonly negativePrompt?: string;
  readonly concepts: readonly SceneConcept[];
}

/** The method's parameters and settings of the composite. */
export interface ComposeParameters extends PnpMixParameters {
  /** Keep the background's own pixels outside the objects, instead of the autoencoder's reconstruction. */
  readonly keepOriginalBackground: boolean;
  /** Width in image pixels over which the composed objects fade into the kept background. */
  readonly edgePx: number;
}

/**
 * Stores tensors between runs under a key of everything they depend on. `load` returns undefined for missing or
 * evicted ones.
 */
export interface TensorStore {
  load(key: string): Promise<readonly Tensor[] | undefined>;
  save(key: string, tensors: readonly Tensor[]): Promise<void>;
}

/** Caches between runs: tensors, and the concepts' hidden states at self-attention. */
export interface RunStore extends TensorStore {
  /** @param key of everything the states depend on */
  attentionCache?(key: string): AttentionCache;
}

/** Options of composing that do not change the picture. */
export interface ComposeControls extends RunControls {
  /** Called once, when the scene is encoded; composing continues after it returns. */
  readonly onEncoded?: (inputs: PnpMixInputs) => Promise<void>;
}

/** The method's decoded result, and its inputs. */
export interface DecodedComposition {
  /** D(out), dims [3, height, width], values about -1..1. */
  readonly decoded: Tensor;
  readonly inputs: PnpMixInputs;
  readonly blend: PnpMixResult;
}

/** The composed picture and its inputs. */
export interface Composition extends DecodedComposition {
  readonly image: RgbImage;
}

/** The largest number of concepts (docs/method.md, notation). */
export const MAX_CONCEPTS = 8;

/**
 * Composes a scene at the size of its pictures.
 *
 * @throws as {@link composeDecoded}
 */
export async function compose(
  models: ComposeModels,
  scene: Scene,
  parameters: ComposeParameters,
  store: RunStore,
  controls: ComposeControls = {},
): Promise<Composition> {
  const composition = await composeDecoded(models, scene, parameters, store, controls);
  const { width, height } = scene.background.pixels;
  const composed = tensorToImage(composition.decoded);
  const masks = scene.concepts.map(({ mask }) => mask);
  const fade = fadeOf(parameters, models.autoencoder.downscale);
  const image = parameters.keepOriginalBackground
    ? compositeOver(scene.background.pixels, composed, objectOpacity(masks, [height, width], fade))
    : composed;
  return { ...composition, image };
}

/**
 * Runs the method on a scene and decodes the result, without restoring the background's own pixels.
 *
 * @param store for inversions, reused when alpha, beta, masks or layer order change
 * @throws PipelineError CONCEPT_COUNT, SIZE_MISMATCH, NON_FINITE, CANCELLED, OUT_OF_MEMORY, PARAMETER_INVALID
 */
export async function composeDecoded(
  models: ComposeModels,
  scene: Scene,
  parameters: ComposeParameters,
  store: RunStore,
  controls: ComposeControls = {},
): Promise<DecodedComposition> {
  const { unet, autoencoder, schedule } = models;
  const { background } = scene;
  // Refuse an impossible number of steps before spending minutes on encoding.
  const { length: stepsRun } = stepsFrom(schedule, parameters.steps, parameters.startAt, parameters.solver);
  const { inputs: encoded, latentSize } = await encodeScene(models, scene, store, controls);
  const inputs = withAlignedPrompts(encoded, parameters.guidanceScale);
  await controls.onEncoded?.(inputs);

  // Blend. The background's noise predictions and the concepts' cached hidden states do not depend on the tuned
  // parameters.
  const { steps, seed, guidanceScale, attentionLayers } = parameters;
  const [tokens] = inputs.background.conditioning.promptEmbedding.dims;
  const inversionKey = JSON.stringify([
    'background-noise',
    background.contentHash,
    scene.prompt,
    steps,
    stepsRun,
    seed,
    tokens,
    guidanceScale,
    ...(guidanceScale === 1 || !scene.negativePrompt ? [] : [scene.negativePrompt]),
  ]);
  const known = await store.load(inversionKey);
  const concepts = inputs.concepts.map((concept, index) => {
    const { image, prompt } = scene.concepts[index]!;
    const key = JSON.stringify([image.contentHash, prompt, steps, stepsRun, seed, tokens, attentionLayers]);
    const attentionCache = store.attentionCache?.(key);
    return attentionCache ? { ...concept, attentionCache } : concept;
  });
  const blend = await pnpMix(
    { unet, schedule, downscale: autoencoder.downscale, latentSize },
    {
      ...inputs,
      concepts,
      background: known ? { ...inputs.background, noisePredictions: known } : inputs.background,
    },
    parameters,
    controls,
  );
  if (!known) await store.save(inversionKey, blend.backgroundNoise);

  // Decode.
  controls.onProgress?.({ stage: 'decode', step: 0, total: 1 });
  throwIfCancelled(controls.signal);
  const decoded = await autoencoder.decode(blend.latents);
  throwIfCancelled(controls.signal);
  if (firstNonFinite(decoded) >= 0) {
    throw new PipelineError('NON_FINITE', 'The decoder returned a value that is not a number.');
  }
  controls.onProgress?.({ stage: 'decode', step: 1, total: 1 });
  return { decoded, inputs, blend };
}

/** The inputs with the prompts of all rows of the U-Net aligned ({@link alignPrompts}). */
function withAlignedPrompts(inputs: PnpMixInputs, guidanceScale: number): PnpMixInputs {
  const { background, unconditional, concepts } = inputs;
  const [ofScene, ofNothing, ...ofConcepts] = alignPrompts([
    background.conditioning,
    // Without text guidance it has no rows, and must not make the others longer.
    guidanceScale === 1 ? background.conditioning : unconditional,
    ...concepts.map(({ conditioning }) => conditioning),
  ]);
  return {
    ...inputs,
    background: { ...background, conditioning: ofScene! },
    unconditional: guidanceScale === 1 ? unconditional : ofNothing!,
    concepts: concepts.map((concept, index) => ({ ...concept, conditioning: ofConcepts[index]! })),
  };
}

/** The method's inputs from a scene. */
export interface EncodedScene {
  readonly inputs: PnpMixInputs;
  readonly latentSize: readonly [height: number, width: number];
}

/**
 * Encodes the pictures and prompts of a scene.
 *
 * @throws PipelineError CONCEPT_COUNT, SIZE_MISMATCH, NON_FINITE, CANCELLED
 */
export async function encodeScene(
  { conditioner, autoencoder }: Pick<ComposeModels, 'conditioner' | 'autoencoder'>,
  scene: Scene,
  store: TensorStore,
  controls: RunControls = {},
): Promise<EncodedScene> {
  checkScene(scene, autoencoder.downscale);
  const { background, inpainted, concepts } = scene;
  const pictures = [background, inpainted, ...concepts.map(({ image }) => image)];
  const latents: Tensor[] = [];
  for (const picture of pictures) {
    throwIfCancelled(controls.signal);
    latents.push(await encodeImage(autoencoder, picture, store));
    controls.onProgress?.({ stage: 'encode', step: latents.length, total: pictures.length });
  }
  throwIfCancelled(controls.signal);
  const [backgroundLatents, inpaintedLatents, ...conceptLatents] = latents as [Tensor, Tensor, ...Tensor[]];
  // All pictures have the background's size, which SDXL is conditioned on.
  const size = background.pixels;
  const conditionings: PromptConditioning[] = [];
  for (const prompt of [scene.prompt, scene.inpaintPrompt, ...concepts.map(({ prompt }) => prompt)]) {
    conditionings.push(await conditioner.condition(prompt, size));
  }
  const [ofScene, ofInpainted, ...ofConcepts] = conditionings as [
    PromptConditioning,
    PromptConditioning,
    ...PromptConditioning[],
  ];
  const [, latentHeight, latentWidth] = backgroundLatents.dims as unknown as [number, number, number];
  return {
    inputs: {
      background: { latents: backgroundLatents, conditioning: ofScene },
      inpainted: { latents: inpaintedLatents, conditioning: ofInpainted },
      unconditional: await conditioner.conditionNegative(scene.negativePrompt ?? '', size),
      concepts: concepts.map(({ mask, order, alpha }, index) => ({
        mask,
        order,
        alpha,
        latents: conceptLatents[index]!,
        conditioning: ofConcepts[index]!,
      })),
    },
    latentSize: [latentHeight, latentWidth],
  };
}

/**
 * The latents of a picture, from the store if possible.
 *
 * @returns dims [channels, h, w]
 * @throws PipelineError NON_FINITE
 */
export async function encodeImage(
  autoencoder: Autoencoder,
  image: NamedImage,
  store: TensorStore,
): Promise<Tensor> {
  const key = JSON.stringify(['latents', image.contentHash]);
  const [known] = (await store.load(key)) ?? [];
  if (known) return known;
  const latents = await autoencoder.encode(imageToTensor(image.pixels));
  if (firstNonFinite(latents) >= 0) {
    throw new PipelineError('NON_FINITE', 'The encoder returned a value that is not a number.');
  }
  await store.save(key, [latents]);
  return latents;
}

/** The edges of objects in the composite, in pixels of the masks. */
export interface ObjectFade {
  /** Width over which they fade into the kept background: max(edge, feather). */
  readonly fadePx: number;
  /** Width of the transition band, which shows in full. */
  readonly bandPx: number;
}

/**
 * How far from its masks an object's opacity may be above 0, with a margin for its filters: within that margin of a
 * mask's bounds it is the same, computed there alone.
 */
export function opacityReachPx({ fadePx, bandPx }: ObjectFade): number {
  return Math.ceil(2 * fadePx + bandPx) + 2;
}

/** The fade of some parameters, in pixels at the model's size. */
export function fadeOf(
  { edgePx, featherPx, bandLatent }: Pick<ComposeParameters, 'edgePx' | 'featherPx' | 'bandLatent'>,
  downscale: number,
): ObjectFade {
  return { fadePx: Math.max(edgePx, featherPx), bandPx: bandLatent * downscale };
}

/**
 * How much of the composed picture shows at each pixel: 1 inside the masks, falling to 0 outside them.
 *
 * The fade lies outside the masks only: inside them the background's pixels are those of the old objects. It ends at
 * its width by Euclidean distance: farther out every pixel is the background's own. The method's result in a
 * transition band shows too; growing the regions does not change the masks here.
 *
 * @param masks dims [height, width] each, 0..1
 * @returns dims [height, width], 0..1
 */
export function objectOpacity(
  masks: readonly Tensor[],
  [height, width]: readonly [height: number, width: number],
  { fadePx, bandPx }: ObjectFade,
): Tensor {
  const bands = bandPx > 0 ? masks.map((mask) => growMask(mask, bandPx)) : [];
  const union = maximumPlane([...masks, ...bands], [height, width]);
  if (fadePx === 0) return union;
  const spread = gaussianBlur(dilate(union, Math.ceil(fadePx / 2)), fadePx / 4);
  const inside = Uint8Array.from(union.data, (value) => (value > 0 ? 1 : 0));
  const squaredPx = squaredDistanceTo({ inside, height, width });
  return tensor(
    // The blur's tail reaches a little farther.
    spread.data.map((value, at) => (squaredPx[at]! > fadePx ** 2 ? 0 : Math.max(value, union.data[at]!))),
    union.dims,
  );
}

function checkScene({ background, inpainted, concepts }: Scene, downscale: number): void {
  if (concepts.length < 1 || concepts.length > MAX_CONCEPTS) {
    throw new PipelineError(
      'CONCEPT_COUNT',
      `A scene takes 1 to ${MAX_CONCEPTS} concepts; this one has ${concepts.length}.`,
    );
  }
  const { width, height } = background.pixels;
  if (width % downscale !== 0 || height % downscale !== 0) {
    throw new PipelineError(
      'SIZE_MISMATCH',
      `The background is ${width} x ${height}; both sides must be multiples of ${downscale}.`,
    );
  }
  const sized = [
    { what: 'The inpainted background', of: inpainted.pixels },
    ...concepts.flatMap(({ image, mask }, index) => [
      { what: `The image of concept ${index + 1}`, of: image.pixels },
      {
        what: `The mask of concept ${index + 1}`,
        of: { width: mask.dims[1]!, height: mask.dims[0]! },
      },
    ]),
  ];
  for (const { what, of } of sized) {
    if (of.width !== width || of.height !== height) {
      throw new PipelineError(
        'SIZE_MISMATCH',
        `${what} is ${of.width} x ${of.height}, but the background is ${width} x ${height}.`,
      );
    }
  }
}
