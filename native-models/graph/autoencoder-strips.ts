/**
 * The picture-sized halves of an autoencoder, computed strip by strip: feature maps are cut into strips of rows,
 * convolutions see one row of their neighbours, and group norms use the statistics of all strips together. The result
 * equals that of the whole picture, without seams; memory holds one set of feature maps and the work on one strip
 * instead of several whole sets.
 */
import type { AutoencoderConfig } from './autoencoder-config.ts';
import { GraphError } from './graph-error.ts';
import { activation, type LayerContext, parameter } from './layers.ts';
import type { Value } from './onnx-builder.ts';
import { add, cast, concat, divide, multiply, reshape, scalar, shapeOf, subtract } from './onnx-operators.ts';

/** Strips of a feature map [b, c, h, w], from the top; their heights add up to h. */
type Strips = readonly Value[];

/**
 * A feature map that is recomputed for each use (first, second or third), so that it need not stay in memory in
 * between.
 */
type MapByUse = (use: 0 | 1 | 2) => Strips;

/**
 * Attributes set to their default values, which only makes nodes look different: ONNX Runtime merges equal nodes, and
 * would keep the map in memory after all.
 */
const CONVOLUTION_MARKS = [{}, { group: 1 }, { dilations: [1, 1] }] as const;
const RESIZE_MARKS = [{}, { exclude_outside: 0 }, { extrapolation_value: { float: 0 } }] as const;

interface Parameters {
  readonly weight: Value;
  readonly bias: Value;
}

const EPSILON = 1e-6;

/**
 * Cuts a map into strips whose heights differ by at most `unit`.
 *
 * @param unit heights are multiples of it, as is h; h / unit is at least `count`
 */
function cut({ graph }: LayerContext, path: string, x: Value, count: number, unit: number): Strips {
  const rows = divide(graph, path, shapeOf(graph, path, x, 2, 3), graph.ints([unit]));
  const boundary = (first: number) => {
    const products = multiply(
      graph,
      path,
      rows,
      graph.ints(Array.from({ length: count }, (_, i) => first + i)),
    );
    return divide(graph, path, products, graph.ints([count]));
  };
  const heights = subtract(graph, path, boundary(1), boundary(0));
  const sizes = multiply(graph, path, heights, graph.ints([unit]));
  const types = new Array<Value['type']>(count).fill(x.type);
  return graph.nodes('Split', [x, sizes], types, { path, attributes: { axis: 2 } });
}

/** Height times width of a map [b, c, h, w]: float32 [1]. */
function pixelsOf({ graph }: LayerContext, path: string, x: Value): Value {
  const [height, width] = [2, 3].map((axis) =>
    cast(graph, path, shapeOf(graph, path, x, axis, axis + 1), 'float32'),
  ) as [Value, Value];
  return multiply(graph, path, height, width);
}

/** One row of a strip. */
function edgeRow({ graph }: LayerContext, path: string, strip: Value, edge: 'first' | 'last'): Value {
  const [start, end] = edge === 'first' ? [0, 1] : [-1, Number.MAX_SAFE_INTEGER];
  const inputs = [strip, graph.ints([start]), graph.ints([end]), graph.ints([2])];
  return graph.node('Slice', inputs, strip.type, { path });
}

/** A 3x3 convolution with a margin of one, or with stride 2 and a margin only at the bottom and right. */
function convolve3(
  context: LayerContext,
  path: string,
  strips: Strips,
  inChannels: number,
  outChannels: number,
  stride: 1 | 2 = 1,
): Strips {
  return applyConvolution(context, path, strips, parameters3(context, path, inChannels, outChannels), stride);
}

function parameters3(
  context: LayerContext,
  path: string,
  inChannels: number,
  outChannels: number,
): Parameters {
  return {
    weight: parameter(context, `${path}.weight`, [outChannels, inChannels, 3, 3]),
    bias: parameter(context, `${path}.bias`, [outChannels]),
  };
}

function applyConvolution(
  context: LayerContext,
  path: string,
  strips: Strips,
  { weight, bias }: Parameters,
  stride: 1 | 2 = 1,
  marks: Readonly<Record<string, number | readonly number[]>> = {},
): Strips {
  const { graph } = context;
  const margin = stride === 1 ? 1 : 0;
  return strips.map((strip, index) => {
    const above = stride === 1 ? strips[index - 1] : undefined;
    const below = strips[index + 1];
    const rows = [
      ...(above === undefined ? [] : [edgeRow(context, path, above, 'last')]),
      strip,
      ...(below === undefined ? [] : [edgeRow(context, path, below, 'first')]),
    ];
    const joined = rows.length === 1 ? strip : concat(graph, path, rows, 2);
    return graph.node('Conv', [joined, weight, bias], strip.type, {
      path,
      attributes: {
        ...marks,
        kernel_shape: [3, 3],
        strides: [stride, stride],
        pads: [above === undefined ? margin : 0, margin, below === undefined ? 1 : 0, 1],
      },
    });
  });
}

/**
 * Group norm over all strips, then SiLU. With a = weight / sqrt(var + e) and b = bias - mean a, the norm is a x + b;
 * mean and variance come from the strips' sums and sums of squares.
 *
 * ONNX Runtime runs nodes in the order in which the outputs ask for them. Nothing may ask for a strip before its sums
 * are due, or all strips are computed and held for it; so the number of pixels does not come from the strips' shapes.
 *
 * @param measured the same map as `strips`, or one with equal values
 * @param pixels of the whole map, float32 [1]
 */
function normalize(
  context: LayerContext,
  path: string,
  measured: Strips,
  strips: Strips,
  pixels: Value,
  channels: number,
  groups: number,
  act: AutoencoderConfig['act_fn'],
): Strips {
  const { graph } = context;
  if (channels % groups !== 0) {
    throw new GraphError(
      'CONFIG_INVALID',
      `${path}: ${channels} channels do not divide into ${groups} groups.`,
    );
  }
  const axis = graph.ints([2]);
  const grouped = measured.map((strip) => reshape(graph, path, strip, [0, groups, -1]));
  // Both sums of a strip in one value, so that they are computed together and the strip need not be held until then.
  const sums = grouped
    .map((x) => {
      const both = ['ReduceSum', 'ReduceSumSquare'].map((op) =>
        graph.node(op, [x, axis], 'float32', { path, attributes: { keepdims: 1 } }),
      );
      return concat(graph, path, both, 2);
    })
    .reduce((total, one) => add(graph, path, total, one));
  const perPixel = scalar(graph, path, channels / groups, 'float32');
  const count = multiply(graph, path, pixels, perPixel);
  const [mean, square] = graph.nodes('Split', [divide(graph, path, sums, count)], ['float32', 'float32'], {
    path,
    attributes: { axis: 2, num_outputs: 2 },
  }) as [Value, Value];
  const variance = subtract(graph, path, square, multiply(graph, path, mean, mean));
  const spread = add(graph, path, variance, scalar(graph, path, EPSILON, 'float32'));
  const deviation = graph.node('Sqrt', [spread], 'float32', { path });
  const perGroup = { dims: [groups, channels / groups] };
  const weight = parameter(context, `${path}.weight`, [channels], perGroup);
  const bias = parameter(context, `${path}.bias`, [channels], perGroup);
  const scale = divide(graph, path, weight, deviation);
  const shift = subtract(graph, path, bias, multiply(graph, path, mean, scale));
  const [a, b] = [scale, shift].map((x) => reshape(graph, path, x, [0, channels, 1, 1])) as [Value, Value];
  return strips.map((strip) => {
    const normalized = add(graph, path, multiply(graph, path, strip, a), b);
    return activation(context, path, normalized, act);
  });
}

/** `ResnetBlock2D` without a timestep. */
function resnet(
  context: LayerContext,
  config: AutoencoderConfig,
  path: string,
  map: Strips | MapByUse,
  pixels: Value,
  inChannels: number,
  outChannels: number,
): Strips {
  const { graph } = context;
  const { norm_num_groups: groups, act_fn: act } = config;
  const input: MapByUse = typeof map === 'function' ? map : () => map;
  const first = normalize(context, `${path}.norm1`, input(0), input(1), pixels, inChannels, groups, act);
  const hidden = convolve3(context, `${path}.conv1`, first, inChannels, outChannels);
  const second = normalize(context, `${path}.norm2`, hidden, hidden, pixels, outChannels, groups, act);
  const out = convolve3(context, `${path}.conv2`, second, outChannels, outChannels);
  const strips = input(2);
  if (inChannels === outChannels) return out.map((strip, i) => add(graph, path, strips[i]!, strip));
  const shortcut = `${path}.conv_shortcut`;
  const weight = parameter(context, `${shortcut}.weight`, [outChannels, inChannels, 1, 1]);
  const bias = parameter(context, `${shortcut}.bias`, [outChannels]);
  return out.map((strip, i) => {
    const attributes = { kernel_shape: [1, 1] };
    const kept = graph.node('Conv', [strips[i]!, weight, bias], strip.type, { path: shortcut, attributes });
    return add(graph, path, kept, strip);
  });
}

/**
 * `Upsample2D`.
 *
 * @param byUse the last and largest map, which is cheaper to compute three times than to keep
 */
function enlarge(
  context: LayerContext,
  path: string,
  strips: Strips,
  channels: number,
  byUse: boolean,
): Strips | MapByUse {
  const { graph } = context;
  const convolution = `${path}.conv`;
  const parameters = parameters3(context, convolution, channels, channels);
  const compute: MapByUse = (use) => {
    const attributes = {
      ...RESIZE_MARKS[use],
      mode: 'nearest',
      coordinate_transformation_mode: 'asymmetric',
      nearest_mode: 'floor',
    };
    const enlarged = strips.map((strip) =>
      graph.node('Resize', [strip, null, graph.floats([1, 1, 2, 2])], strip.type, { path, attributes }),
    );
    return applyConvolution(context, convolution, enlarged, parameters, 1, CONVOLUTION_MARKS[use]);
  };
  return byUse ? compute : compute(0);
}

/**
 * The decoder after its mid block: up blocks and output.
 *
 * @param x float32 [b, c, h, w], h at least `count`
 * @returns [b, outChannels, f h, f w]
 */
export function decodeInStrips(
  context: LayerContext,
  config: AutoencoderConfig,
  x: Value,
  count: number,
): Value {
  const { graph } = context;
  const widths = config.block_out_channels.toReversed();
  let map: Strips | MapByUse = cut(context, 'decoder.strips', x, count, 1);
  let strips: Strips = [];
  let channels = widths[0]!;
  let pixels = pixelsOf(context, 'decoder.strips', x);
  for (const [i, width] of widths.entries()) {
    const path = `decoder.up_blocks.${i}`;
    for (let j = 0; j <= config.layers_per_block; j++) {
      strips = resnet(context, config, `${path}.resnets.${j}`, map, pixels, channels, width);
      map = strips;
      channels = width;
    }
    if (i < widths.length - 1) {
      map = enlarge(context, `${path}.upsamplers.0`, strips, width, i === widths.length - 2);
      pixels = multiply(graph, path, pixels, scalar(graph, path, 4, 'float32'));
    }
  }
  const { norm_num_groups: groups } = config;
  const activated = normalize(
    context,
    'decoder.conv_norm_out',
    strips,
    strips,
    pixels,
    channels,
    groups,
    'silu',
  );
  const out = convolve3(context, 'decoder.conv_out', activated, channels, config.out_channels);
  return concat(graph, 'decoder.strips', out, 2);
}

/**
 * The encoder before its mid block: input and down blocks.
 *
 * @param image float32 [b, 3, f h, f w], h at least `count`
 * @returns [b, c, h, w]
 */
export function encodeInStrips(
  context: LayerContext,
  config: AutoencoderConfig,
  image: Value,
  count: number,
): Value {
  const { graph } = context;
  const { block_out_channels: widths } = config;
  const unit = 2 ** (widths.length - 1);
  const cutImage = cut(context, 'encoder.strips', image, count, unit);
  let strips = convolve3(context, 'encoder.conv_in', cutImage, config.in_channels, widths[0]!);
  let channels = widths[0]!;
  let pixels = pixelsOf(context, 'encoder.strips', image);
  for (const [i, width] of widths.entries()) {
    const path = `encoder.down_blocks.${i}`;
    for (let j = 0; j < config.layers_per_block; j++) {
      strips = resnet(context, config, `${path}.resnets.${j}`, strips, pixels, channels, width);
      channels = width;
    }
    if (i < widths.length - 1) {
      strips = convolve3(context, `${path}.downsamplers.0.conv`, strips, width, width, 2);
      pixels = multiply(graph, path, pixels, scalar(graph, path, 1 / 4, 'float32'));
    }
  }
  return concat(graph, 'encoder.strips', strips, 2);
}
