/**
 * `UNet2DConditionModel` of Stable Diffusion 1.x, 2.x and XL (diffusers `models/unets/unet_2d_condition.py` and
 * `unet_2d_blocks.py`), with guided appearance attention (PnP-MIX, section 3.3) as two extra inputs.
 */
import type { cachedHiddenStatesInput, GuidedAppearance, hiddenStatesOutput } from './attention.ts';
import type { ComponentWeights } from './component-weights.ts';
import { activation, convolution, groupNorm, type LayerContext, type Precision } from './layers.ts';
import { OnnxBuilder } from './onnx-builder.ts';
import { add, cast, reshape, subtract } from './onnx-operators.ts';
import { timestepEmbedding } from './timestep-embedding.ts';
import { type GuidedLayer, UnetBlocks } from './unet-blocks.ts';
import { parseUnetConfig, type UnetConfig } from './unet-config.ts';

/** Self-attention layers that follow `kv_source`: all of them, or those of the up blocks only. */
export type AppearanceLayers = 'all' | 'decoder';

/** How to build a U-Net. */
export interface UnetOptions {
  readonly precision: Precision;
  readonly appearanceLayers: AppearanceLayers;
}

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
  readonly selfAttentionLayers: number;
  /** Those that use `kv_source`. */
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
 * `encoder_hidden_states` float32 [b, tokens, crossAttentionDim]; `kv_source` int64 [b], each 0..b+m-1, the row whose
 * self-attention keys and values a row uses, one of this call (below b) or one of m that were kept; `keep` int64 [k],
 * each 0..b-1, the rows whose states are given out; `appearance_scale` float32 [b], alpha; SDXL also `text_embeds`
 * float32 [b, textDim] and `time_ids` float32 [b, 6] (original height and width, crop top and left, target height
 * and width, in pixels). For each guided layer {@link cachedHiddenStatesInput} float32 [m, tokens, channels]: what
 * {@link hiddenStatesOutput} gave in an earlier call. m and k may be 0.
 * Outputs: `out_sample` float32 [b, outChannels, h, w], epsilon or v as the scheduler's configuration says; for each
 * guided layer {@link hiddenStatesOutput} float32 [k, tokens, channels].
 *
 * With `kv_source` = 0..b-1 this is the unmodified U-Net, whatever `appearance_scale` is.
 *
 * @throws GraphError CONFIG_INVALID, ARCHITECTURE_UNSUPPORTED, TENSOR_MISSING, TENSOR_SHAPE, TENSOR_DTYPE
 */
export function buildUnet2dCondition(
  json: unknown,
  weights: ComponentWeights,
  options: UnetOptions,
): UnetGraph {
  const config = parseUnetConfig(json);
  const graph = new OnnxBuilder();
  const context: LayerContext = { graph, weights, precision: options.precision };
  const blocks = addModel(context, config, options.appearanceLayers);
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
      selfAttentionLayers: blocks.selfAttentionLayers,
      guidedLayers: blocks.guidedLayers,
      statesPrecision: options.precision,
      downscale: 2 ** (config.levels.length - 1),
      textTime: textTime && { textDim: textTime.textDim, timeIds: textTime.timeIds },
    },
  };
}

/** The steps of `UNet2DConditionModel.forward`. */
function addModel(context: LayerContext, config: UnetConfig, appearanceLayers: AppearanceLayers): UnetBlocks {
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
  const source = graph.input('kv_source', 'int64', ['batch']);
  const keep = graph.input('keep', 'int64', ['keep']);
  const appearanceScale = graph.input('appearance_scale', 'float32', ['batch']);
  const column = reshape(graph, 'appearance_scale', appearanceScale, [-1, 1, 1]);
  const guided: GuidedAppearance = {
    source,
    keep,
    scale: cast(graph, 'appearance_scale', column, precision),
  };
  if (config.centerInputSample) {
    const doubled = add(graph, 'center_input_sample', sample, sample);
    sample = subtract(graph, 'center_input_sample', doubled, graph.floats([1], []));
  }

  // 1. time
  const blocks = new UnetBlocks(context, config, {
    time: timestepEmbedding(context, timestep, config),
    textStates: cast(graph, 'encoder_hidden_states', textStates, precision),
    guidedDown: appearanceLayers === 'all' ? guided : null,
    guidedUp: guided,
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
