/** `Dinov2Model` (transformers `models/dinov2/modeling_dinov2.py`). */
import * as z from 'zod';
import { multiHeadAttention } from './attention.ts';
import type { ImageEncoderGraph } from './clip-vision-model.ts';
import type { ComponentWeights } from './component-weights.ts';
import { only, parseConfig, size } from './config.ts';
import { GraphError } from './graph-error.ts';
import {
  type ActivationName,
  activation,
  type LayerContext,
  layerNorm,
  linear,
  type Precision,
  parameter,
} from './layers.ts';
import { OnnxBuilder, type Value } from './onnx-builder.ts';
import { add, cast, concat, gather, multiply, reshape, sigmoidGated, transpose } from './onnx-operators.ts';
import { patchesPerSide, patchTokens } from './patch-embedding.ts';

const square = z.union([
  size,
  z
    .tuple([size, size])
    .refine(([height, width]) => height === width, { error: 'only square pictures are supported' })
    .transform(([side]) => side),
]);

// transformers only writes values that differ from these defaults.
const schema = z.object({
  hidden_size: size.default(768),
  mlp_ratio: z.number().positive().default(4),
  num_hidden_layers: size.default(12),
  num_attention_heads: size.default(12),
  num_channels: only(3),
  image_size: square.default(224),
  patch_size: square.default(14),
  hidden_act: only<ActivationName>('gelu', 'quick_gelu', 'silu', 'swish', 'relu'),
  layer_norm_eps: z.number().positive().default(1e-6),
  qkv_bias: z.boolean().default(true),
  use_swiglu_ffn: z.boolean().default(false),
});

type Config = z.output<typeof schema>;

/**
 * Builds the graph for square pictures of one size.
 *
 * Input: `pixel_values` float32 [b, 3, side, side], normalised as preprocessor_config.json says.
 * Outputs, float32: `last_hidden_state` [b, 1 + patches, hidden_size], the class token first, after the final layer
 * norm; `pooler_output` [b, hidden_size], the class token's.
 *
 * @param side in pixels; the configuration's `image_size` by default. Positions are interpolated for any other, since
 *   DINOv2 was trained at 518 pixels and is used at 224.
 * @throws GraphError CONFIG_INVALID, ARCHITECTURE_UNSUPPORTED, TENSOR_MISSING, TENSOR_SHAPE, TENSOR_DTYPE
 */
export function buildDinov2Model(
  json: unknown,
  weights: ComponentWeights,
  precision: Precision,
  side?: number,
): ImageEncoderGraph {
  const className = 'Dinov2Model';
  const config = parseConfig(schema, json, className);
  const {
    hidden_size: width,
    patch_size: patch,
    num_attention_heads: heads,
    layer_norm_eps: epsilon,
  } = config;
  if (width % heads !== 0) {
    throw new GraphError('CONFIG_INVALID', `hidden_size ${width} does not divide into ${heads} heads.`);
  }
  const pictureSide = side ?? config.image_size;
  const perSide = patchesPerSide(className, pictureSide, patch);
  const graph = new OnnxBuilder();
  const context: LayerContext = { graph, weights, precision };
  const pixels = graph.input('pixel_values', 'float32', ['batch', 3, pictureSide, pictureSide]);

  // 1. patches, the class token, positions
  const classToken = parameter(context, 'embeddings.cls_token', [1, 1, width]);
  const patchPath = 'embeddings.patch_embeddings.projection';
  const form = { width, patchSize: patch, bias: true };
  const tokens = patchTokens(context, patchPath, cast(graph, patchPath, pixels, precision), classToken, form);
  const trainedPerSide = patchesPerSide(className, config.image_size, patch);
  let hidden = add(graph, 'embeddings', tokens, positions(context, width, trainedPerSide, perSide));

  // 2. pre-norm transformer with a scale per residual
  for (let i = 0; i < config.num_hidden_layers; i++) {
    hidden = dinov2Layer(context, `encoder.layer.${i}`, hidden, config);
  }
  const states = layerNorm(context, 'layernorm', hidden, width, epsilon);
  graph.output('last_hidden_state', cast(graph, 'last_hidden_state', states, 'float32'), [
    'batch',
    perSide ** 2 + 1,
    width,
  ]);
  const atClass = gather(graph, 'pooled', states, graph.ints([0], []), 1);
  graph.output('pooler_output', cast(graph, 'pooler_output', atClass, 'float32'), ['batch', width]);
  return {
    graph,
    metadata: {
      kind: 'image-encoder',
      className,
      embeddingSize: width,
      hiddenSize: width,
      imageSize: pictureSide,
      patchesPerSide: perSide,
    },
  };
}

/**
 * The position of every token, [1, 1 + patches, width], interpolated to the picture's grid as torch does: bicubic with
 * a = -0.75, half-pixel centres, no anti-aliasing. Computed from constants, so it costs nothing when the graph runs.
 */
function positions(context: LayerContext, width: number, trainedPerSide: number, perSide: number): Value {
  const { graph, precision } = context;
  const path = 'embeddings.position_embeddings';
  const shape = [1, trainedPerSide ** 2 + 1, width];
  if (perSide === trainedPerSide) return parameter(context, path, shape);
  const stored = parameter(context, path, shape, undefined, 'float32');
  const slice = (from: number, to: number) =>
    graph.node('Slice', [stored, graph.ints([from]), graph.ints([to]), graph.ints([1])], 'float32', { path });
  const grid = reshape(graph, path, slice(1, shape[1]!), [1, trainedPerSide, trainedPerSide, width]);
  const resized = graph.node(
    'Resize',
    [transpose(graph, path, grid, [0, 3, 1, 2]), null, null, graph.ints([1, width, perSide, perSide])],
    'float32',
    {
      path,
      attributes: {
        mode: 'cubic',
        cubic_coeff_a: { float: -0.75 },
        coordinate_transformation_mode: 'pytorch_half_pixel',
      },
    },
  );
  const rows = reshape(graph, path, transpose(graph, path, resized, [0, 2, 3, 1]), [1, -1, width]);
  return cast(graph, path, concat(graph, path, [slice(0, 1), rows], 1), precision);
}

/** `Dinov2Layer`; [b, n, width] to the same. */
function dinov2Layer(context: LayerContext, path: string, input: Value, config: Config): Value {
  const { graph } = context;
  const { hidden_size: width, num_attention_heads: heads, layer_norm_eps: epsilon } = config;
  const scaled = (name: string, x: Value) =>
    multiply(graph, `${path}.${name}`, x, parameter(context, `${path}.${name}.lambda1`, [width]));
  const attention = `${path}.attention`;
  const project = (name: string) =>
    linear(context, `${attention}.attention.${name}`, normalized, width, width, { bias: config.qkv_bias });
  const normalized = layerNorm(context, `${path}.norm1`, input, width, epsilon);
  const attended = multiHeadAttention(
    context,
    attention,
    project('query'),
    project('key'),
    project('value'),
    heads,
  );
  const output = linear(context, `${attention}.output.dense`, attended, width, width, { bias: true });
  const hidden = add(graph, attention, scaled('layer_scale1', output), input);
  const mlp = feedForward(
    context,
    `${path}.mlp`,
    layerNorm(context, `${path}.norm2`, hidden, width, epsilon),
    config,
  );
  return add(graph, `${path}.mlp`, scaled('layer_scale2', mlp), hidden);
}

/** `Dinov2MLP` or, in the largest model, `Dinov2SwiGLUFFN`. */
function feedForward(context: LayerContext, path: string, x: Value, config: Config): Value {
  const { graph } = context;
  const { hidden_size: width, mlp_ratio: ratio, use_swiglu_ffn: hasSwiglu } = config;
  const bias = { bias: true } as const;
  if (!hasSwiglu) {
    const inner = Math.floor(width * ratio);
    const first = activation(
      context,
      path,
      linear(context, `${path}.fc1`, x, width, inner, bias),
      config.hidden_act,
    );
    return linear(context, `${path}.fc2`, first, inner, width, bias);
  }
  // Two thirds of the other size, rounded up to a multiple of 8.
  const inner = Math.floor((Math.floor((Math.floor(width * ratio) * 2) / 3) + 7) / 8) * 8;
  const half = (rows: readonly [number, number]) =>
    linear(context, `${path}.weights_in`, x, width, 2 * inner, { bias: true, rows });
  const gate = sigmoidGated(graph, path, half([0, inner]), 1);
  const gated = multiply(graph, path, gate, half([inner, 2 * inner]));
  return linear(context, `${path}.weights_out`, gated, inner, width, bias);
}
