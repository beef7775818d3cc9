/** Residual blocks and resampling, as in diffusers `models/resnet.py`, `downsampling.py` and `upsampling.py`. */
import {
  type ActivationName,
  activation,
  convolution,
  groupNorm,
  type LayerContext,
  linear,
} from './layers.ts';
import type { Value } from './onnx-builder.ts';
import { add, divide, reshape, scalar, shapeOf } from './onnx-operators.ts';

/** Shared settings of the residual blocks of one model. */
export interface ResnetStyle {
  readonly groups: number;
  readonly epsilon: number;
  readonly activation: ActivationName;
}

/** The timestep embedding for residual blocks. */
export interface TimeEmbedding {
  /** After the activation that every block starts with; [b, size]. */
  readonly activated: Value;
  readonly size: number;
}

/**
 * `ResnetBlock2D`; [b, in, h, w] -> [b, out, h, w].
 *
 * @param time null for the autoencoders
 * @param outputScale the sum is divided by it (`output_scale_factor`)
 */
export function resnetBlock(
  context: LayerContext,
  path: string,
  x: Value,
  inChannels: number,
  outChannels: number,
  style: ResnetStyle,
  time: TimeEmbedding | null,
  outputScale = 1,
): Value {
  const { graph } = context;
  const normalize = (name: string, hidden: Value, channels: number): Value => {
    const normalized = groupNorm(context, `${path}.${name}`, hidden, channels, style.groups, style.epsilon);
    return activation(context, `${path}.${name}`, normalized, style.activation);
  };
  let hidden = convolution(
    context,
    `${path}.conv1`,
    normalize('norm1', x, inChannels),
    inChannels,
    outChannels,
    {
      kernel: 3,
    },
  );
  if (time !== null) {
    const projectionPath = `${path}.time_emb_proj`;
    const shift = linear(context, projectionPath, time.activated, time.size, outChannels, { bias: true });
    hidden = add(
      graph,
      projectionPath,
      hidden,
      reshape(graph, projectionPath, shift, [0, outChannels, 1, 1]),
    );
  }
  hidden = convolution(
    context,
    `${path}.conv2`,
    normalize('norm2', hidden, outChannels),
    outChannels,
    outChannels,
    {
      kernel: 3,
    },
  );
  const shortcut =
    inChannels === outChannels
      ? x
      : convolution(context, `${path}.conv_shortcut`, x, inChannels, outChannels, { kernel: 1 });
  const sum = add(graph, path, shortcut, hidden);
  return outputScale === 1 ? sum : divide(graph, path, sum, scalar(graph, path, outputScale, sum.type));
}

/**
 * `Downsample2D` with a convolution; [b, c, h, w] -> [b, c, ceil(h / 2), ceil(w / 2)] for padding 1.
 *
 * @param padding 0 means one row and column of zeros at the bottom and right only, as diffusers pads then
 */
export function downsample(
  context: LayerContext,
  path: string,
  x: Value,
  channels: number,
  padding: 0 | 1,
): Value {
  const pads = padding === 0 ? ([0, 0, 1, 1] as const) : ([1, 1, 1, 1] as const);
  return convolution(context, `${path}.conv`, x, channels, channels, { kernel: 3, stride: 2, pads });
}

/**
 * `Upsample2D`: nearest neighbour, then a convolution.
 *
 * @param target a [b, c, h, w] value whose height and width the result takes (the skip connection that it will
 *   be joined with; diffusers' `upsample_size`); null doubles both
 */
export function upsample(
  context: LayerContext,
  path: string,
  x: Value,
  channels: number,
  target: Value | null,
): Value {
  const enlarged = nearest(context, path, x, target);
  return convolution(context, `${path}.conv`, enlarged, channels, channels, { kernel: 3 });
}

/** Nearest-neighbour enlargement: source index = floor(target index * input size / output size). */
export function nearest(context: LayerContext, path: string, x: Value, target: Value | null): Value {
  const { graph } = context;
  const attributes = { mode: 'nearest', coordinate_transformation_mode: 'asymmetric', nearest_mode: 'floor' };
  if (target === null) {
    return graph.node('Resize', [x, null, graph.floats([1, 1, 2, 2])], x.type, { path, attributes });
  }
  const own = shapeOf(graph, path, x, 0, 2);
  const sizes = graph.node('Concat', [own, shapeOf(graph, path, target, 2, 4)], 'int64', {
    path,
    attributes: { axis: 0 },
  });
  return graph.node('Resize', [x, null, null, sizes], x.type, { path, attributes });
}
