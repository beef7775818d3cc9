/** The normalised configuration of `UNet2DConditionModel` (diffusers `models/unets/unet_2d_condition.py`). */
import * as z from 'zod';
import { expandPerBlock, only, parseConfig, perBlock, size } from './config.ts';
import { GraphError } from './graph-error.ts';
import type { ActivationName } from './layers.ts';

const activationField = only<ActivationName>('silu', 'swish', 'gelu', 'relu');
const downBlock = only('DownBlock2D', 'CrossAttnDownBlock2D');
const upBlock = only('UpBlock2D', 'CrossAttnUpBlock2D');

const schema = z.object({
  sample_size: z.union([size, z.tuple([size, size])]).nullish(),
  in_channels: size.default(4),
  out_channels: size.default(4),
  center_input_sample: z.boolean().default(false),
  flip_sin_to_cos: z.boolean().default(true),
  freq_shift: z.number().default(0),
  down_block_types: z
    .array(downBlock)
    .min(1)
    .default(['CrossAttnDownBlock2D', 'CrossAttnDownBlock2D', 'CrossAttnDownBlock2D', 'DownBlock2D']),
  mid_block_type: only('UNetMidBlock2DCrossAttn', 'UNetMidBlock2D', null),
  up_block_types: z
    .array(upBlock)
    .min(1)
    .default(['UpBlock2D', 'CrossAttnUpBlock2D', 'CrossAttnUpBlock2D', 'CrossAttnUpBlock2D']),
  block_out_channels: z.array(size).min(1).default([320, 640, 1280, 1280]),
  layers_per_block: perBlock(size).default(2),
  downsample_padding: only(1, 0),
  mid_block_scale_factor: z.number().positive().default(1),
  act_fn: activationField,
  norm_num_groups: size.default(32),
  norm_eps: z.number().positive().default(1e-5),
  cross_attention_dim: perBlock(size).default(1280),
  transformer_layers_per_block: perBlock(perBlock(size)).default(1),
  reverse_transformer_layers_per_block: z.array(perBlock(size)).nullish(),
  attention_head_dim: perBlock(size).default(8),
  use_linear_projection: z.boolean().default(false),
  addition_embed_type: only(null, 'text_time'),
  addition_time_embed_dim: size.nullish(),
  projection_class_embeddings_input_dim: size.nullish(),
  upcast_attention: z.boolean().nullish(),
  time_embedding_dim: size.nullish(),
  conv_in_kernel: only(3, 1, 5, 7),
  conv_out_kernel: only(3, 1, 5, 7),
  only_cross_attention: z
    .union([only(false), z.array(only(false)).transform((): false => false)])
    .default(false),
  mid_block_only_cross_attention: only(null, false),
  dual_cross_attention: only(false),
  encoder_hid_dim: only<null>(null),
  encoder_hid_dim_type: only<null>(null),
  num_attention_heads: only<null>(null),
  class_embed_type: only<null>(null),
  num_class_embeds: only<null>(null),
  class_embeddings_concat: only(false),
  resnet_time_scale_shift: only('default'),
  time_embedding_type: only('positional'),
  time_embedding_act_fn: only<null>(null),
  timestep_post_act: only<null>(null),
  time_cond_proj_dim: only<null>(null),
  attention_type: only('default'),
  cross_attention_norm: only<null>(null),
});

/** One resolution of the U-Net; `down[i]` and `up[n - 1 - i]` share one. */
export interface UnetLevel {
  readonly channels: number;
  /** Residual blocks in a down block; an up block has one more. */
  readonly layers: number;
  /** Number of attention heads: what the configuration calls `attention_head_dim` (diffusers issue 2011). */
  readonly heads: number;
  readonly attentionDown: boolean;
  readonly attentionUp: boolean;
  /** Transformer blocks after each residual block, down (length `layers`) and up (`layers + 1`). */
  readonly depthsDown: readonly number[];
  readonly depthsUp: readonly number[];
}

/** A checked configuration. */
export interface UnetConfig {
  readonly sampleSize: number | readonly [number, number] | null;
  readonly inChannels: number;
  readonly outChannels: number;
  readonly centerInputSample: boolean;
  readonly flipSinToCos: boolean;
  readonly freqShift: number;
  readonly levels: readonly UnetLevel[];
  readonly mid: 'none' | 'resnet' | 'attention';
  readonly midDepth: number;
  readonly midScale: number;
  readonly downsamplePadding: 0 | 1;
  readonly activation: ActivationName;
  readonly groups: number;
  readonly epsilon: number;
  readonly crossAttentionDim: number;
  readonly linearProjection: boolean;
  readonly upcastAttention: boolean;
  readonly timeEmbeddingDim: number;
  readonly convInKernel: number;
  readonly convOutKernel: number;
  /** SDXL's conditioning on pooled text and picture sizes. */
  readonly textTime: {
    readonly timeIdDim: number;
    readonly textDim: number;
    readonly timeIds: number;
  } | null;
}

/**
 * Checks and normalises a `config.json`.
 *
 * @throws GraphError CONFIG_INVALID or ARCHITECTURE_UNSUPPORTED, naming the field
 */
export function parseUnetConfig(json: unknown): UnetConfig {
  const config = parseConfig(schema, json, 'UNet2DConditionModel');
  const blocks = config.block_out_channels.length;
  const heads = expandPerBlock('attention_head_dim', config.attention_head_dim, blocks);
  const layers = expandPerBlock('layers_per_block', config.layers_per_block, blocks);
  const depths = expandPerBlock('transformer_layers_per_block', config.transformer_layers_per_block, blocks);
  const depthsUp =
    config.reverse_transformer_layers_per_block == null
      ? depths.toReversed()
      : expandPerBlock(
          'reverse_transformer_layers_per_block',
          config.reverse_transformer_layers_per_block,
          blocks,
        );
  if (config.reverse_transformer_layers_per_block == null && depths.some((depth) => Array.isArray(depth))) {
    throw invalid('transformer_layers_per_block is nested, which needs reverse_transformer_layers_per_block');
  }
  const downTypes = expandPerBlock('down_block_types', config.down_block_types, blocks);
  const upTypes = expandPerBlock('up_block_types', config.up_block_types, blocks);
  const crossAttentionDims = new Set(
    expandPerBlock('cross_attention_dim', config.cross_attention_dim, blocks),
  );
  if (crossAttentionDims.size > 1) {
    throw invalid(`cross_attention_dim [${[...crossAttentionDims]}] differs between blocks`);
  }
  const levels = config.block_out_channels.map((channels, i): UnetLevel => {
    const fromTop = blocks - 1 - i;
    const attentionDown = downTypes[i] === 'CrossAttnDownBlock2D';
    const attentionUp = upTypes[fromTop] === 'CrossAttnUpBlock2D';
    const hasAttention = attentionDown || attentionUp || (fromTop === 0 && config.mid_block_type !== null);
    if (hasAttention && channels % heads[i]! !== 0) {
      throw invalid(`${channels} channels do not divide into the ${heads[i]} heads of attention_head_dim`);
    }
    return {
      channels,
      layers: layers[i]!,
      heads: heads[i]!,
      attentionDown,
      attentionUp,
      depthsDown: expandPerBlock(`transformer_layers_per_block.${i}`, depths[i]!, layers[i]!),
      depthsUp: expandPerBlock(
        `transformer_layers_per_block (up).${fromTop}`,
        depthsUp[fromTop]!,
        layers[i]! + 1,
      ),
    };
  });
  const midDepth = depths[blocks - 1]!;
  const timeEmbeddingDim = config.time_embedding_dim ?? config.block_out_channels[0]! * 4;
  return {
    sampleSize: config.sample_size ?? null,
    inChannels: config.in_channels,
    outChannels: config.out_channels,
    centerInputSample: config.center_input_sample,
    flipSinToCos: config.flip_sin_to_cos,
    freqShift: config.freq_shift,
    levels,
    mid: midKind[config.mid_block_type ?? 'none'],
    midDepth: typeof midDepth === 'number' ? midDepth : midDepth[0]!,
    midScale: config.mid_block_scale_factor,
    downsamplePadding: config.downsample_padding,
    activation: config.act_fn,
    groups: config.norm_num_groups,
    epsilon: config.norm_eps,
    crossAttentionDim: [...crossAttentionDims][0]!,
    linearProjection: config.use_linear_projection,
    upcastAttention: config.upcast_attention ?? false,
    timeEmbeddingDim,
    convInKernel: config.conv_in_kernel,
    convOutKernel: config.conv_out_kernel,
    textTime: config.addition_embed_type === 'text_time' ? textTime(config) : null,
  };
}

/** Kinds of U-Nets with more input than output channels, by their input channels. */
const conditionedOn: Readonly<Record<number, string>> = {
  5: 'a depth-to-image checkpoint',
  7: 'an upscaler',
  8: 'an InstructPix2Pix checkpoint',
  9: 'an inpainting checkpoint',
};

/**
 * Checks a U-Net's `config.json`: supported, and for text to image. The loader and the model store's import
 * share it.
 *
 * @throws GraphError CONFIG_INVALID or ARCHITECTURE_UNSUPPORTED, naming the field
 */
export function assertTextToImage(json: unknown): void {
  const { inChannels, outChannels } = parseUnetConfig(json);
  assertTakesLatentsOnly({ inChannels, latentChannels: outChannels });
}

/**
 * Checks that a U-Net's input is only latents.
 *
 * @throws GraphError ARCHITECTURE_UNSUPPORTED
 */
export function assertTakesLatentsOnly({
  inChannels,
  latentChannels,
}: {
  readonly inChannels: number;
  readonly latentChannels: number;
}): void {
  if (inChannels === latentChannels) return;
  const kind = conditionedOn[inChannels] ?? 'a checkpoint for another task';
  throw new GraphError(
    'ARCHITECTURE_UNSUPPORTED',
    `The U-Net has ${inChannels} input and ${latentChannels} output channels: ${kind}, which cannot blend. ` +
      'Choose the text-to-image checkpoint that it was made from.',
  );
}

const midKind = {
  none: 'none',
  UNetMidBlock2D: 'resnet',
  UNetMidBlock2DCrossAttn: 'attention',
} as const;

/** SDXL feeds six numbers: original size, crop corner, target size. Refiners feed five. */
function textTime(config: z.output<typeof schema>): NonNullable<UnetConfig['textTime']> {
  const timeIdDim = config.addition_time_embed_dim;
  const total = config.projection_class_embeddings_input_dim;
  if (timeIdDim == null || total == null) {
    throw invalid('text_time needs addition_time_embed_dim and projection_class_embeddings_input_dim');
  }
  const timeIds = 6;
  const textDim = total - timeIds * timeIdDim;
  if (textDim <= 0)
    throw invalid(`projection_class_embeddings_input_dim ${total} leaves no room for the text`);
  return { timeIdDim, textDim, timeIds };
}

function invalid(detail: string): GraphError {
  return new GraphError(
    'CONFIG_INVALID',
    `The configuration of UNet2DConditionModel cannot be used: ${detail}.`,
  );
}
