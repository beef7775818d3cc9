/**
 * `AutoencoderTiny` (TAESD; diffusers `models/autoencoders/autoencoder_tiny.py`, `EncoderTiny` and `DecoderTiny` in
 * `vae.py`): a small stand-in for a large checkpoint's autoencoder, for live previews.
 */
import * as z from 'zod';
import type { AutoencoderGraph, AutoencoderHalf } from './autoencoder-kl.ts';
import type { ComponentWeights } from './component-weights.ts';
import { convolveAndReduce, enlargeAndConvolveTwice, type Kernel } from './compose-convolutions.ts';
import { expandPerBlock, only, parseConfig, size } from './config.ts';
import { type ActivationName, activation, convolution, type LayerContext, type Precision } from './layers.ts';
import { OnnxBuilder, type Value } from './onnx-builder.ts';
import { add, cast, divide, multiply, relu, scalar, subtract, tanh } from './onnx-operators.ts';
import { nearest } from './resnet.ts';

const schema = z.object({
  in_channels: size.default(3),
  out_channels: size.default(3),
  encoder_block_out_channels: z.array(size).min(1).default([64, 64, 64, 64]),
  decoder_block_out_channels: z.array(size).min(1).default([64, 64, 64, 64]),
  act_fn: only<ActivationName>('relu', 'silu', 'swish', 'gelu'),
  upsample_fn: only('nearest'),
  latent_channels: size.default(4),
  upsampling_scaling_factor: only(2),
  num_encoder_blocks: z.array(z.int().nonnegative()).default([1, 3, 3, 3]),
  num_decoder_blocks: z.array(z.int().nonnegative()).default([3, 3, 3, 1]),
  scaling_factor: z.number().positive().default(1),
  shift_factor: z.number().nullish(),
  force_upcast: z.boolean().default(false),
});

type Config = z.output<typeof schema>;

/**
 * Builds one half.
 *
 * Encoder: `image` float32 [b, 3, H, W], values -1..1 -> `latent` float32 [b, c, H / f, W / f].
 * Decoder: `latent` float32 [b, c, h, w], softly limited to -3..3 -> `image` float32 [b, 3, f h, f w], about -1..1.
 *
 * @param composes whether the picture-sized convolutions that nothing lies between become one, in single precision
 * @throws GraphError CONFIG_INVALID, ARCHITECTURE_UNSUPPORTED, TENSOR_MISSING, TENSOR_SHAPE, TENSOR_DTYPE
 */
export function buildAutoencoderTiny(
  json: unknown,
  weights: ComponentWeights,
  half: AutoencoderHalf,
  precision: Precision,
  composes = precision === 'float32',
): AutoencoderGraph {
  const config = parseConfig(schema, json, 'AutoencoderTiny');
  const context: LayerContext = { graph: new OnnxBuilder(), weights, precision };
  if (half === 'encoder') buildEncoder(config, context, composes);
  else buildDecoder(config, context, composes);
  const blocks = half === 'encoder' ? config.encoder_block_out_channels : config.decoder_block_out_channels;
  return {
    graph: context.graph,
    tensorPrefixes: [`${half}.`],
    metadata: {
      kind: 'autoencoder',
      className: 'AutoencoderTiny',
      half,
      imageChannels: half === 'encoder' ? config.in_channels : config.out_channels,
      latentChannels: config.latent_channels,
      downscale: 2 ** (blocks.length - 1),
      scalingFactor: config.scaling_factor,
      shiftFactor: config.shift_factor ?? 0,
      forceUpcast: config.force_upcast,
    },
  };
}

function buildEncoder(config: Config, context: LayerContext, composes: boolean): void {
  const { graph } = context;
  const widths = config.encoder_block_out_channels;
  const counts = expandPerBlock('num_encoder_blocks', config.num_encoder_blocks, widths.length);
  const image = graph.input('image', 'float32', ['batch', config.in_channels, 'height', 'width']);
  const layer = layerNumbering('encoder');
  // -1..1 -> 0..1
  const shifted = add(graph, 'image', image, graph.floats([1], []));
  let hidden = cast(
    graph,
    'image',
    divide(graph, 'image', shifted, graph.floats([2], [])),
    context.precision,
  );
  const firstInOne = composes && counts[0] === 0 && widths.length > 1;
  for (const [i, width] of widths.entries()) {
    const path = layer();
    if (i === 0 && firstInOne) continue;
    if (i === 1 && firstInOne) {
      const inner = kernel(context, layerPath('encoder', 0), config.in_channels, widths[0]!, true);
      const outer = kernel(context, path, width, width, false);
      hidden = convolveAndReduce(context, path, hidden, outer, inner);
    } else if (i === 0) {
      hidden = convolution(context, path, hidden, config.in_channels, width, { kernel: 3 });
    } else {
      hidden = convolution(context, path, hidden, width, width, { kernel: 3, stride: 2, bias: false });
    }
    for (let j = 0; j < counts[i]!; j++) hidden = tinyBlock(config, context, layer(), hidden, width);
  }
  hidden = convolution(context, layer(), hidden, widths.at(-1)!, config.latent_channels, { kernel: 3 });
  const dims = ['batch', config.latent_channels, 'latent_height', 'latent_width'];
  graph.output('latent', cast(graph, 'latent', hidden, 'float32'), dims);
}

function buildDecoder(config: Config, context: LayerContext, composes: boolean): void {
  const { graph } = context;
  const widths = config.decoder_block_out_channels;
  const counts = expandPerBlock('num_decoder_blocks', config.num_decoder_blocks, widths.length);
  const latent = graph.input('latent', 'float32', [
    'batch',
    config.latent_channels,
    'latent_height',
    'latent_width',
  ]);
  const layer = layerNumbering('decoder');
  // 3 tanh(x / 3)
  const three = graph.floats([3], []);
  const limited = multiply(
    graph,
    'latent',
    tanh(graph, 'latent', divide(graph, 'latent', latent, three)),
    three,
  );
  let hidden = cast(graph, 'latent', limited, context.precision);
  hidden = convolution(context, layer(), hidden, config.latent_channels, widths[0]!, { kernel: 3 });
  hidden = activation(context, layer(), hidden, config.act_fn);
  const last = widths.length - 1;
  const lastInOne = composes && counts[last] === 0 && last > 0;
  for (const [i, width] of widths.entries()) {
    const isLast = i === last;
    for (let j = 0; j < counts[i]!; j++) hidden = tinyBlock(config, context, layer(), hidden, width);
    if (i === last - 1 && lastInOne) {
      layer(); // nearest neighbour
      const inner = kernel(context, layer(), width, width, false);
      const path = layer();
      const outer = kernel(context, path, widths[last]!, config.out_channels, true);
      hidden = enlargeAndConvolveTwice(context, path, hidden, outer, inner);
      break;
    }
    if (!isLast) hidden = nearest(context, layer(), hidden, null);
    const outChannels = isLast ? config.out_channels : width;
    hidden = convolution(context, layer(), hidden, width, outChannels, { kernel: 3, bias: isLast });
  }
  // 0..1 -> -1..1
  const single = cast(graph, 'image', hidden, 'float32');
  const doubled = multiply(graph, 'image', single, scalar(graph, 'image', 2, 'float32'));
  const image = subtract(graph, 'image', doubled, graph.floats([1], []));
  graph.output('image', image, ['batch', config.out_channels, 'height', 'width']);
}

/** A 3x3 convolution's numbers. */
function kernel(
  { weights }: LayerContext,
  path: string,
  inChannels: number,
  outChannels: number,
  bias: boolean,
): Kernel {
  const dims = [outChannels, inChannels, 3, 3] as const;
  return {
    dims,
    weight: weights.values(`${path}.weight`, dims),
    ...(bias && { bias: weights.values(`${path}.bias`, [outChannels]) }),
  };
}

/** `AutoencoderTinyBlock` with equal widths: relu(conv(x) + x). */
function tinyBlock(config: Config, context: LayerContext, path: string, x: Value, width: number): Value {
  let hidden = x;
  for (const index of [0, 2, 4]) {
    hidden = convolution(context, `${path}.conv.${index}`, hidden, width, width, { kernel: 3 });
    if (index < 4) hidden = activation(context, `${path}.conv.${index}`, hidden, config.act_fn);
  }
  return relu(context.graph, path, add(context.graph, path, hidden, x));
}

/** Names of consecutive layers of an `nn.Sequential`, those without parameters included. */
function layerNumbering(half: AutoencoderHalf): () => string {
  let next = 0;
  return () => layerPath(half, next++);
}

function layerPath(half: AutoencoderHalf, index: number): string {
  return `${half}.layers.${index}`;
}
