/**
 * `AutoencoderKL` (diffusers `models/autoencoders/autoencoder_kl.py` and `vae.py`), as two graphs: the encoder to
 * the mean of the latent distribution, and the decoder.
 */
import { imageToTokens, multiHeadAttention, tokensToImage } from './attention.ts';
import { autoencoderConfigSchema, type AutoencoderConfig as Config } from './autoencoder-config.ts';
import { decodeInStrips, encodeInStrips } from './autoencoder-strips.ts';
import type { ComponentWeights } from './component-weights.ts';
import { expandPerBlock, parseConfig } from './config.ts';
import { activation, convolution, groupNorm, type LayerContext, linear, type Precision } from './layers.ts';
import { OnnxBuilder, type Value } from './onnx-builder.ts';
import { add, cast, clip } from './onnx-operators.ts';
import { downsample, type ResnetStyle, resnetBlock, upsample } from './resnet.ts';

/** Which half of an autoencoder. */
export type AutoencoderHalf = 'encoder' | 'decoder';

/** Facts about an autoencoder for the rest of the program. */
export interface AutoencoderMetadata {
  readonly kind: 'autoencoder';
  readonly className: 'AutoencoderKL' | 'AutoencoderTiny';
  readonly half: AutoencoderHalf;
  readonly imageChannels: number;
  readonly latentChannels: number;
  /** Image pixels per latent element along each axis. */
  readonly downscale: number;
  /**
   * The diffusion model's latents are (latent - shiftFactor) * scalingFactor; neither is applied in the graph.
   * AutoencoderTiny was trained on the diffusion model's latents, so its factors are 1 and 0.
   */
  readonly scalingFactor: number;
  readonly shiftFactor: number;
  /** Whether the checkpoint overflows in float16. */
  readonly forceUpcast: boolean;
}

/** An autoencoder's graph before serialisation. */
export interface AutoencoderGraph {
  readonly graph: OnnxBuilder;
  readonly metadata: AutoencoderMetadata;
  /** Prefixes of the tensors that belong to this half. */
  readonly tensorPrefixes: readonly string[];
}

const RESNET_EPSILON = 1e-6;

/**
 * Builds one half.
 *
 * Encoder: `image` float32 [b, 3, H, W], values -1..1 -> `latent` and `latent_logvar`, float32 [b, c, H / f, W / f]:
 * mean and log variance (within -30..20) of the latent distribution. H and W are multiples of f = `downscale`.
 * Decoder: `latent` float32 [b, c, h, w] -> `image` float32 [b, 3, f h, f w], values about -1..1.
 * The scaling factor is applied in neither.
 *
 * @param strips more than 1: the picture-sized part is computed in this many strips, with the same result in less
 * memory (autoencoder-strips.ts); latents then need at least as many rows
 *
 * @throws GraphError CONFIG_INVALID, ARCHITECTURE_UNSUPPORTED, TENSOR_MISSING, TENSOR_SHAPE, TENSOR_DTYPE
 */
export function buildAutoencoderKl(
  json: unknown,
  weights: ComponentWeights,
  half: AutoencoderHalf,
  precision: Precision,
  strips = 1,
): AutoencoderGraph {
  const config = parseConfig(autoencoderConfigSchema, json, 'AutoencoderKL');
  const blocks = config.block_out_channels.length;
  expandPerBlock('down_block_types', config.down_block_types, blocks);
  expandPerBlock('up_block_types', config.up_block_types, blocks);
  const context: LayerContext = { graph: new OnnxBuilder(), weights, precision };
  if (half === 'encoder') buildEncoder(config, context, strips);
  else buildDecoder(config, context, strips);
  return {
    graph: context.graph,
    tensorPrefixes: half === 'encoder' ? ['encoder.', 'quant_conv.'] : ['decoder.', 'post_quant_conv.'],
    metadata: {
      kind: 'autoencoder',
      className: 'AutoencoderKL',
      half,
      imageChannels: half === 'encoder' ? config.in_channels : config.out_channels,
      latentChannels: config.latent_channels,
      downscale: 2 ** (blocks - 1),
      scalingFactor: config.scaling_factor,
      shiftFactor: config.shift_factor ?? 0,
      forceUpcast: config.force_upcast,
    },
  };
}

function styleOf(config: Config): ResnetStyle {
  return { groups: config.norm_num_groups, epsilon: RESNET_EPSILON, activation: config.act_fn };
}

/** `Encoder` and `quant_conv`. */
function buildEncoder(config: Config, context: LayerContext, strips: number): void {
  const { graph } = context;
  const { block_out_channels: widths, latent_channels: latentChannels } = config;
  const moments = 2 * latentChannels;
  const image = graph.input('image', 'float32', ['batch', config.in_channels, 'height', 'width']);
  const input = cast(graph, 'image', image, context.precision);
  const channels = widths.at(-1)!;
  let hidden =
    strips > 1 ? encodeInStrips(context, config, input, strips) : encodeWhole(context, config, input);
  hidden = midBlock(config, context, 'encoder.mid_block', hidden, channels);
  hidden = normalizeAndProject(config, context, 'encoder', hidden, channels, moments);
  if (config.use_quant_conv)
    hidden = convolution(context, 'quant_conv', hidden, moments, moments, { kernel: 1 });
  const single = cast(graph, 'latent', hidden, 'float32');
  const halves = graph.nodes('Split', [single], ['float32', 'float32'], {
    path: 'latent',
    attributes: { axis: 1, num_outputs: 2 },
  });
  const dims = ['batch', latentChannels, 'latent_height', 'latent_width'];
  graph.output('latent', halves[0]!, dims);
  graph.output('latent_logvar', clip(graph, 'latent', halves[1]!, -30, 20), dims);
}

/** Input and down blocks. */
function encodeWhole(context: LayerContext, config: Config, image: Value): Value {
  const { block_out_channels: widths } = config;
  let channels = widths[0]!;
  let hidden = convolution(context, 'encoder.conv_in', image, config.in_channels, channels, { kernel: 3 });
  for (const [i, width] of widths.entries()) {
    const path = `encoder.down_blocks.${i}`;
    for (let j = 0; j < config.layers_per_block; j++) {
      hidden = resnetBlock(context, `${path}.resnets.${j}`, hidden, channels, width, styleOf(config), null);
      channels = width;
    }
    if (i < widths.length - 1) hidden = downsample(context, `${path}.downsamplers.0`, hidden, width, 0);
  }
  return hidden;
}

/** `post_quant_conv` and `Decoder`. */
function buildDecoder(config: Config, context: LayerContext, strips: number): void {
  const { graph } = context;
  const widths = config.block_out_channels.toReversed();
  const latentChannels = config.latent_channels;
  const latent = graph.input('latent', 'float32', ['batch', latentChannels, 'latent_height', 'latent_width']);
  let hidden = cast(graph, 'latent', latent, context.precision);
  if (config.use_post_quant_conv) {
    hidden = convolution(context, 'post_quant_conv', hidden, latentChannels, latentChannels, { kernel: 1 });
  }
  hidden = convolution(context, 'decoder.conv_in', hidden, latentChannels, widths[0]!, { kernel: 3 });
  hidden = midBlock(config, context, 'decoder.mid_block', hidden, widths[0]!);
  hidden =
    strips > 1 ? decodeInStrips(context, config, hidden, strips) : decodeWhole(context, config, hidden);
  const dims = ['batch', config.out_channels, 'height', 'width'];
  graph.output('image', cast(graph, 'image', hidden, 'float32'), dims);
}

/** Up blocks and output. */
function decodeWhole(context: LayerContext, config: Config, x: Value): Value {
  const widths = config.block_out_channels.toReversed();
  let hidden = x;
  let channels = widths[0]!;
  for (const [i, width] of widths.entries()) {
    const path = `decoder.up_blocks.${i}`;
    for (let j = 0; j <= config.layers_per_block; j++) {
      hidden = resnetBlock(context, `${path}.resnets.${j}`, hidden, channels, width, styleOf(config), null);
      channels = width;
    }
    if (i < widths.length - 1) hidden = upsample(context, `${path}.upsamplers.0`, hidden, width, null);
  }
  return normalizeAndProject(config, context, 'decoder', hidden, channels, config.out_channels);
}

/** `UNetMidBlock2D`: two residual blocks with single-head self-attention over all pixels between them. */
function midBlock(config: Config, context: LayerContext, path: string, x: Value, channels: number): Value {
  const style = styleOf(config);
  let hidden = resnetBlock(context, `${path}.resnets.0`, x, channels, channels, style, null);
  if (config.mid_block_add_attention) {
    hidden = pixelAttention(config, context, `${path}.attentions.0`, hidden, channels);
  }
  return resnetBlock(context, `${path}.resnets.1`, hidden, channels, channels, style, null);
}

/** `Attention` with group norm, biases and a residual connection; checkpoints before diffusers 0.18 name its layers differently. */
function pixelAttention(
  config: Config,
  context: LayerContext,
  path: string,
  x: Value,
  channels: number,
): Value {
  const isOld = context.weights.has(`${path}.query.weight`);
  const names = isOld ? ['query', 'key', 'value', 'proj_attn'] : ['to_q', 'to_k', 'to_v', 'to_out.0'];
  const project = (name: string, hidden: Value): Value =>
    linear(context, `${path}.${name}`, hidden, channels, channels, { bias: true });
  const normalized = groupNorm(
    context,
    `${path}.group_norm`,
    x,
    channels,
    config.norm_num_groups,
    RESNET_EPSILON,
  );
  const tokens = imageToTokens(context, path, normalized);
  const [query, key, value] = names.slice(0, 3).map((name) => project(name, tokens)) as [Value, Value, Value];
  const attended = multiHeadAttention(context, path, query, key, value, 1, { upcast: true });
  const projected = project(names[3]!, attended);
  return add(context.graph, path, tokensToImage(context, path, projected, x), x);
}

/** `conv_norm_out`, SiLU, `conv_out`. */
function normalizeAndProject(
  config: Config,
  context: LayerContext,
  path: string,
  x: Value,
  channels: number,
  outChannels: number,
): Value {
  const normPath = `${path}.conv_norm_out`;
  const normalized = groupNorm(context, normPath, x, channels, config.norm_num_groups, RESNET_EPSILON);
  const activated = activation(context, normPath, normalized, 'silu');
  return convolution(context, `${path}.conv_out`, activated, channels, outChannels, { kernel: 3 });
}
