/**
 * ONNX graphs from diffusers checkpoints: `openCheckpoint(folder)`, then `buildComponentGraph(checkpoint, component)`.
 *
 * A graph is about a megabyte; the weights stay in the checkpoint's own `.safetensors` files, to which the graph
 * points. Create the session from `bytes` and pass it the folder of the files; nothing needs to be written:
 *
 *     ort.InferenceSession.create(bytes, {
 *       extra: { session: { model_external_initializers_file_folder_path: externalFolder } },
 *     })
 *
 * A graph that is written to disk works in `externalFolder` itself, or next to hard links to `externalFiles`; ONNX
 * Runtime refuses symbolic links that lead out of the graph's folder.
 */
import { type AutoencoderHalf, type AutoencoderMetadata, buildAutoencoderKl } from './autoencoder-kl.ts';
import { buildAutoencoderTiny } from './autoencoder-tiny.ts';
import { componentWeights, requireComponent } from './checkpoint.ts';
import type { Checkpoint, CheckpointComponent, ComponentFolder } from './checkpoint-types.ts';
import { buildClipTextModel, type TextEncoderMetadata } from './clip-text-model.ts';
import type { ComponentWeights } from './component-weights.ts';
import { GraphError } from './graph-error.ts';
import type { Precision } from './layers.ts';
import type { GraphPort, OnnxBuilder } from './onnx-builder.ts';
import { buildUnet2dCondition, type UnetMetadata } from './unet-2d-condition.ts';

export { cachedHiddenStatesInput, hiddenStatesOutput, type UnetHalf } from './attention.ts';
export type { AutoencoderMetadata } from './autoencoder-kl.ts';
export { nonFiniteTensors, openCheckpoint } from './checkpoint.ts';
export type { Checkpoint, CheckpointFamily, SingleFile } from './checkpoint-types.ts';
export type { TextEncoderMetadata } from './clip-text-model.ts';
export { describeFile, describeFolder, type FileDescription } from './describe-file.ts';
export { type EmbeddingFile, openEmbedding } from './embedding-file.ts';
export {
  buildEncoderGraph,
  type EncoderGraph,
  type EncoderHalf,
  encoderHalves,
  openEncoder,
} from './encoders.ts';
export { recogniseForeignFile } from './foreign-file.ts';
export { GraphError, type GraphErrorCode } from './graph-error.ts';
export type { Precision } from './layers.ts';
export { withLoras } from './lora/apply-loras.ts';
export { type LoraFile, openLora, triggerWordsOf } from './lora/lora-file.ts';
export type { GraphPort } from './onnx-builder.ts';
export { openAutoencoder } from './single-file/open-autoencoder.ts';
export { kvSourceInput, type UnetMetadata } from './unet-2d-condition.ts';
export { type GuidedLayer, layerTokens } from './unet-blocks.ts';
export { assertTakesLatentsOnly, assertTextToImage } from './unet-config.ts';

/**
 * The components that graphs are built from. An autoencoder has two graphs; `tiny_vae/` is TAESD next to a large
 * `vae/`.
 */
export type ComponentName =
  | 'unet'
  | 'vae_encoder'
  | 'vae_decoder'
  | 'tiny_vae_encoder'
  | 'tiny_vae_decoder'
  | 'text_encoder'
  | 'text_encoder_2';

/** How to build a graph. */
export interface BuildOptions {
  /**
   * 'float32' (the default) for the CPU; 'float16' for GPUs: activations in half precision, group norms and the
   * scores of models that ask for it (`upcast_attention`) in single. Inputs and outputs are float32 in both.
   */
  readonly precision?: Precision;
  /**
   * Number of strips in which an AutoencoderKL processes large feature maps: the same result in less memory. 1 by
   * default; latents need at least as many rows. In single precision only.
   */
  readonly strips?: number;
  /** Text encoders: whether tokens may be given as vectors; false by default. */
  readonly takesVectors?: boolean;
}

/** Metadata by component. */
export type ComponentMetadata<C extends ComponentName = ComponentName> = C extends 'unet'
  ? UnetMetadata
  : C extends `${string}_encoder` | `${string}_decoder`
    ? C extends 'text_encoder'
      ? TextEncoderMetadata
      : AutoencoderMetadata
    : TextEncoderMetadata;

/** A graph, ready to be run with its weights. */
export interface ComponentGraph<C extends ComponentName = ComponentName> {
  /** The `.onnx` file. */
  readonly bytes: Uint8Array;
  /** Absolute path, links resolved, of the folder in which the weight files are. */
  readonly externalFolder: string;
  /** Absolute paths, links resolved, of the weight files; the graph refers to them by their base names. */
  readonly externalFiles: readonly string[];
  /** Bytes of its weights in those files. */
  readonly weightBytes: number;
  readonly inputs: readonly GraphPort[];
  readonly outputs: readonly GraphPort[];
  readonly metadata: ComponentMetadata<C>;
  /** Tensors of the component that the architecture does not use; empty for a sound checkpoint. */
  readonly unusedTensors: readonly string[];
}

interface Built {
  readonly graph: OnnxBuilder;
  readonly metadata: ComponentMetadata;
  /** Which tensors of the component's files belong to this graph; all of them by default. */
  readonly tensorPrefixes?: readonly string[];
}

type Build = (
  component: CheckpointComponent,
  weights: ComponentWeights,
  options: Required<BuildOptions>,
) => Built;

const builders: Record<ComponentName, { readonly folder: ComponentFolder; readonly build: Build }> = {
  unet: { folder: 'unet', build: buildUnet },
  vae_encoder: { folder: 'vae', build: buildAutoencoder('encoder') },
  vae_decoder: { folder: 'vae', build: buildAutoencoder('decoder') },
  tiny_vae_encoder: { folder: 'tiny_vae', build: buildAutoencoder('encoder') },
  tiny_vae_decoder: { folder: 'tiny_vae', build: buildAutoencoder('decoder') },
  text_encoder: { folder: 'text_encoder', build: buildTextEncoder },
  text_encoder_2: { folder: 'text_encoder_2', build: buildTextEncoder },
};

/** Buffers that old transformers versions saved among the weights. */
const HARMLESS_TENSORS = /(^|\.)position_ids$/;

/**
 * Builds the ONNX graph of one component. Inputs, outputs, shapes and units are described where each architecture is:
 * `buildUnet2dCondition`, `buildAutoencoderKl`, `buildAutoencoderTiny`, `buildClipTextModel`.
 *
 * Reads no weights, except small ones that it computes others from (compose-convolutions.ts); takes some tens of
 * milliseconds.
 *
 * @throws GraphError CHECKPOINT_INCOMPLETE (no such component), ARCHITECTURE_UNSUPPORTED, CONFIG_INVALID (naming the
 *   field), TENSOR_MISSING, TENSOR_SHAPE, TENSOR_DTYPE (naming the tensor), FILE_UNREADABLE
 */
export function buildComponentGraph<C extends ComponentName>(
  checkpoint: Checkpoint,
  component: C,
  options: BuildOptions = {},
): ComponentGraph<C> {
  const { folder, build } = builders[component];
  const source = requireComponent(checkpoint, folder);
  const weights = componentWeights(source);
  const { precision = 'float32', strips = 1, takesVectors = false } = options;
  const built = build(source, weights, { precision, strips, takesVectors });
  const prefixes = built.tensorPrefixes ?? [''];
  return {
    bytes: built.graph.serialize(component),
    externalFolder: weights.folder,
    externalFiles: weights.usedFiles,
    weightBytes: weights.usedBytes,
    inputs: built.graph.inputs,
    outputs: built.graph.outputs,
    metadata: built.metadata as ComponentMetadata<C>,
    unusedTensors: weights
      .unused()
      .filter((name) => !HARMLESS_TENSORS.test(name) && prefixes.some((prefix) => name.startsWith(prefix))),
  };
}

function buildUnet(
  component: CheckpointComponent,
  weights: ComponentWeights,
  { precision }: Required<BuildOptions>,
): Built {
  if (component.className !== 'UNet2DConditionModel') throw unsupported(component);
  return buildUnet2dCondition(component.config, weights, precision);
}

function buildAutoencoder(half: AutoencoderHalf): Build {
  return (component, weights, { precision, strips }) => {
    if (component.className === 'AutoencoderKL')
      return buildAutoencoderKl(component.config, weights, half, precision, strips);
    if (component.className === 'AutoencoderTiny') {
      return buildAutoencoderTiny(component.config, weights, half, precision);
    }
    throw unsupported(component);
  };
}

function buildTextEncoder(
  component: CheckpointComponent,
  weights: ComponentWeights,
  { precision, takesVectors }: Required<BuildOptions>,
): Built {
  const { className, config } = component;
  if (className !== 'CLIPTextModel' && className !== 'CLIPTextModelWithProjection')
    throw unsupported(component);
  return buildClipTextModel(config, weights, className, precision, takesVectors);
}

function unsupported({ className, folder }: CheckpointComponent): GraphError {
  return new GraphError(
    'ARCHITECTURE_UNSUPPORTED',
    `${folder} contains a ${className}, which is not supported there.`,
  );
}
