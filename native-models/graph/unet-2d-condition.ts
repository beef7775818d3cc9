/**
 * `UNet2DConditionModel` of Stable Diffusion 1.x, 2.x and XL (diffusers `models/unets/unet_2d_condition.py` and
 * `unet_2d_blocks.py`), with guided appearance attention (PnP-MIX, section 3.3) as extra inputs.
 */
import type { cachedHiddenStatesInput, hiddenStatesOutput, UnetHalf } from './attention.ts';
import type { ComponentWeights } from './component-weights.ts';
import { activation, convolution, groupNorm, type LayerContext, type Precision } from './layers.ts';
import { OnnxBuilder } from './onnx-builder.ts';
import { add, cast, reshape, subtract } from './onnx-operators.ts';
import { timestepEmbedding } from './timestep-embedding.ts';
import { type GuidedLayer, UnetBlocks } from './unet-blocks.ts';
import { parseUnetConfig, type UnetConfig } from './unet-config.ts';

/** Facts about a U-Net for the rest of the program. */
export interface UnetMetadata {
  readonly kind: 'unet';
  readonly className: 'UNet2DConditionModel';
  /** Channels of `sample`; more than `latentChannels` in inpainting checkpoints. */
  readonly inChannels: number;
  /** Channels of `out_sample`. */
  readonly latentChannels: number;
  /** Latent height and width that the model was trained for, if the configuration says. */
  readonly sampleSize: number | readonly [number, number] | null;
  readonly crossAttentionDim: number;
  /** Attention heads per level, highest resolution first. */
  readonly attentionHeads: readonly number[];
  /** All self-attention layers, in the graph's order. */
  readonly guidedLayers: readonly GuidedLayer[];
  /** The precision that stores the states without loss: half for a graph in half precision. */
  readonly statesPrecision: Precision;
  /** The latent's sides shrink by this factor in the down blocks; other sizes work, but multiples of it are usual. */
  readonly downscale: number;
  /** Sizes of the extra inputs text_embeds [b, textDim] and time_ids [b, timeIds] (SDXL), or null. */
  readonly textTime: { readonly textDim: number; readonly timeIds: number } | null;
}

/** A U-Net's graph before serialisation. */
export interface UnetGraph {
  readonly graph: OnnxBuilder;
  readonly metadata: UnetMetadata;
}

/**
 * Builds the graph.
 *
 * Inputs: `sample` float32 [b, inChannels, h, w], the noisy latents x_t; `timestep` int64 [b], 0..999;
 * `encoder_hidden_states` float32 [b, tokens, crossAttentionDim]; {@link kvSourceInput} int64 [b] for the down and mid
 * blocks and another for the up blocks, each 0..b+m-1, the row whose self-attention keys and values a row uses there,
 * one of this call (below b) or one of m that were kept; `keep` int64 [k], each 0..b-1, the rows whose states are given
 * out; `appearance_scale` float32 [b], alpha; SDXL also `text_embeds` float32 [b, textDim] and `time_ids` float32
 * [b, 6] (original height and width, crop top and left, target height and width, in pixels). For each layer
 * {@link cachedHiddenStatesInput} float32 [m, tokens, channels]: what {@link hiddenStatesOutput} gave in an earlier
 * call. m is one number for each half; m and k may be 0.
 * Outputs: `out_sample` float32 [b, outChannels, h, w], epsilon or v as the scheduler's configuration says; for each
 * layer {@link hiddenStatesOutput} float32 [k, tokens, channels].
 *
 * Layers whose sources are 0..b-1 are unmodified, whatever `appearance_scale` is: V + alpha (V - V) = V.
 *
 * @throws GraphError CONFIG_INVALID, ARCHITECTURE_UNSUPPORTED, TENSOR_MISSING, TENSOR_SHAPE, TENSOR_DTYPE
 */
export function buildUnet2dCondition(
  json: unknown,
  weights: ComponentWeights,
  precision: Precision,
): UnetGraph {
  const config = parseUnetConfig(json);
  const graph = new OnnxBuilder();
  const context: LayerContext = { graph, weights, precision };
  const blocks = addModel(context, config);
  const { textTime } = config;
  return {
    graph,
    metadata: {
      kind: 'unet',
      className: 'UNet2DConditionModel',
      inChannels: config.inChannels,
      latentChannels: config.outChannels,
      sampleSize: config.sampleSize,
      crossAttentionDim: config.crossAttentionDim,
      attentionHeads: config.levels.map((level) => level.heads),
      guidedLayers: blocks.guidedLayers,
      statesPrecision: precision,
      downscale: 2 ** (config.levels.length - 1),
      textTime: textTime && { textDim: textTime.textDim, timeIds: textTime.timeIds },
    },
  };
}

/** Name of the input with the sources of one half's layers. */
export function kvSourceInput(half: UnetHalf): string {
  return `kv_source_${half}`;
}

/** The steps of `UNet2DConditionModel.forward`. */
function addModel(context: LayerContext, config: UnetConfig): UnetBlocks {
  const { graph, precision } = context;
  const { groups, epsilon } = config;
  const channels = config.levels[0]!.channels;

  // 0. inputs
  let sample = graph.input('sample', 'float32', ['batch', config.inChannels, 'height', 'width']);
  const timestep = graph.input('timestep', 'int64', ['batch']);
  const textStates = graph.input('encoder_hidden_states', 'float32', [
    'batch',
    'tokens',
    config.crossAttentionDim,
  ]);
  const sourceOf = (half: UnetHalf) => graph.input(kvSourceInput(half), 'int64', ['batch']);
  const [sourceDown, sourceUp] = [sourceOf('down'), sourceOf('up')];
  const keep = graph.input('keep', 'int64', ['keep']);
  const appearanceScale = graph.input('appearance_scale', 'float32', ['batch']);
  const column = reshape(graph, 'appearance_scale', appearanceScale, [-1, 1, 1]);
  const scale = cast(graph, 'appearance_scale', column, precision);
  if (config.centerInputSample) {
    const doubled = add(graph, 'center_input_sample', sample, sample);
    sample = subtract(graph, 'center_input_sample', doubled, graph.floats([1], []));
  }

  // 1. time
  const blocks = new UnetBlocks(context, config, {
    time: timestepEmbedding(context, timestep, config),
    textStates: cast(graph, 'encoder_hidden_states', textStates, precision),
    guided: {
      down: { half: 'down', source: sourceDown, keep, scale },
      up: { half: 'up', source: sourceUp, keep, scale },
    },
  });

  // 2. pre-process
  const kernels = { in: config.convInKernel, out: config.convOutKernel };
  const latents = cast(graph, 'sample', sample, precision);
  const value = convolution(context, 'conv_in', latents, config.inChannels, channels, { kernel: kernels.in });

  // 3. down, 4. mid, 5. up
  const decoded = blocks.up(blocks.mid(blocks.down({ value, channels })));

  // 6. post-process
  let hidden = groupNorm(context, 'conv_norm_out', decoded.value, channels, groups, epsilon);
  hidden = activation(context, 'conv_norm_out', hidden, config.activation);
  hidden = convolution(context, 'conv_out', hidden, channels, config.outChannels, { kernel: kernels.out });
  const dims = ['batch', config.outChannels, 'height', 'width'];
  graph.output('out_sample', cast(graph, 'out_sample', hidden, 'float32'), dims);
  return blocks;
}
