/**
 * Encoders that measure pictures: CLIP's image and text halves, and DINOv2's image encoder, from a folder as
 * transformers saves it (config.json and safetensors). A folder of `CLIPModel` holds both halves of CLIP.
 */
import { componentWeights, openComponent } from './checkpoint.ts';
import type { CheckpointComponent } from './checkpoint-types.ts';
import { buildClipTextModel, type TextEncoderMetadata } from './clip-text-model.ts';
import { buildClipVisionModel, type ImageEncoderMetadata } from './clip-vision-model.ts';
import type { ComponentWeights } from './component-weights.ts';
import { buildDinov2Model } from './dinov2-model.ts';
import { GraphError } from './graph-error.ts';
import type { Precision } from './layers.ts';
import type { GraphPort, OnnxBuilder } from './onnx-builder.ts';

/** What an encoder takes. */
export type EncoderHalf = 'image' | 'text';

const HALVES: Readonly<Record<string, readonly EncoderHalf[]>> = {
  CLIPModel: ['image', 'text'],
  CLIPVisionModelWithProjection: ['image'],
  CLIPTextModelWithProjection: ['text'],
  Dinov2Model: ['image'],
};

/** A graph, ready to be run with its weights. */
export interface EncoderGraph<Half extends EncoderHalf = EncoderHalf> {
  /** The `.onnx` file. */
  readonly bytes: Uint8Array;
  /** Absolute path, links resolved, of the folder in which the weight files are. */
  readonly externalFolder: string;
  readonly inputs: readonly GraphPort[];
  readonly outputs: readonly GraphPort[];
  readonly metadata: Half extends 'image' ? ImageEncoderMetadata : TextEncoderMetadata;
  /** Tensors of this half that the architecture does not use; empty for a sound checkpoint. */
  readonly unusedTensors: readonly string[];
}

/** Settings of a graph. */
export interface EncoderBuildOptions {
  readonly precision?: Precision;
  /** Side in pixels of the pictures, for DINOv2; CLIP takes its own only. */
  readonly imageSize?: number;
}

/**
 * Opens a folder; reads headers only.
 *
 * @throws GraphError ARCHITECTURE_UNSUPPORTED for another class, and as `openCheckpoint` does
 */
export function openEncoder(folder: string): CheckpointComponent {
  const component = openComponent(folder);
  if (HALVES[component.className] !== undefined) return component;
  throw new GraphError(
    'ARCHITECTURE_UNSUPPORTED',
    `${folder} contains a ${component.className}; an encoder is one of ${Object.keys(HALVES).join(', ')}.`,
  );
}

/** What the encoder takes: CLIPModel both. */
export function encoderHalves({ className }: CheckpointComponent): readonly EncoderHalf[] {
  return HALVES[className] ?? [];
}

/**
 * Builds the graph of one half. Inputs and outputs are described at `buildClipVisionModel`, `buildClipTextModel` and
 * `buildDinov2Model`.
 *
 * @throws GraphError ARCHITECTURE_UNSUPPORTED (no such half), CONFIG_INVALID, TENSOR_MISSING, TENSOR_SHAPE, TENSOR_DTYPE
 */
export function buildEncoderGraph<Half extends EncoderHalf>(
  component: CheckpointComponent,
  half: Half,
  { precision = 'float32', imageSize }: EncoderBuildOptions = {},
): EncoderGraph<Half> {
  const { className, folder } = component;
  if (!encoderHalves(component).includes(half)) {
    throw new GraphError(
      'ARCHITECTURE_UNSUPPORTED',
      `${folder} contains a ${className}, which takes no ${half}.`,
    );
  }
  const weights = componentWeights(component);
  const { graph, metadata } = build(component, weights, half, precision, imageSize);
  const prefixes = className === 'CLIPModel' ? CLIP_PREFIXES[half] : [''];
  return {
    bytes: graph.serialize(`${className} ${half}`),
    externalFolder: weights.folder,
    inputs: graph.inputs,
    outputs: graph.outputs,
    metadata: metadata as EncoderGraph<Half>['metadata'],
    unusedTensors: weights
      .unused()
      .filter((name) => !HARMLESS_TENSORS.test(name) && prefixes.some((prefix) => name.startsWith(prefix))),
  };
}

const CLIP_PREFIXES: Readonly<Record<EncoderHalf, readonly string[]>> = {
  image: ['vision_model.', 'visual_projection.'],
  text: ['text_model.', 'text_projection.'],
};

/** Buffers that old versions saved among the weights, and DINOv2's token for masked training. */
const HARMLESS_TENSORS = /(^|\.)(position_ids|mask_token)$/;

function build(
  { className, config }: CheckpointComponent,
  weights: ComponentWeights,
  half: EncoderHalf,
  precision: Precision,
  imageSize: number | undefined,
): { readonly graph: OnnxBuilder; readonly metadata: ImageEncoderMetadata | TextEncoderMetadata } {
  if (className === 'Dinov2Model') return buildDinov2Model(config, weights, precision, imageSize);
  const own = className === 'CLIPModel' ? configOfHalf(config, half) : config;
  if (half === 'image') return buildClipVisionModel(own, weights, precision);
  return buildClipTextModel(own, weights, 'CLIPTextModelWithProjection', precision);
}

/** In CLIPModel the size of both projections is that of the whole, whatever the halves say. */
function configOfHalf(config: Readonly<Record<string, unknown>>, half: EncoderHalf): unknown {
  const field = half === 'image' ? 'vision_config' : 'text_config';
  const own = config[field] ?? {};
  if (typeof own !== 'object' || Array.isArray(own)) {
    throw new GraphError(
      'CONFIG_INVALID',
      `The configuration of CLIPModel cannot be used: ${field} is no object.`,
    );
  }
  return { ...own, projection_dim: config.projection_dim ?? 512 };
}
