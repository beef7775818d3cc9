/**
 * Attention and transformer blocks, as in diffusers `models/attention_processor.py` (AttnProcessor2_0),
 * `attention.py` (BasicTransformerBlock) and `transformers/transformer_2d.py` (Transformer2DModel), with guided
 * appearance attention (PnP-MIX, section 3.3) in the self-attention.
 */
import { groupNorm, type LayerContext, layerNorm, linear } from './layers.ts';
import type { Value } from './onnx-builder.ts';
import {
  add,
  cast,
  concat,
  firstRows,
  gather,
  gelu,
  multiply,
  reshape,
  shapeOf,
  subtract,
  transpose,
} from './onnx-operators.ts';

/** The extra inputs of the U-Net, for the layers of one half. */
export interface GuidedAppearance {
  readonly half: UnetHalf;
  /** int64 [b]: the row whose keys and values each row attends to; from b on, the cached rows of earlier calls. */
  readonly source: Value;
  /** int64 [k]: the rows whose states are output, to cache them for later calls. */
  readonly keep: Value;
  /** alpha, [b, 1, 1], in the graph's precision. */
  readonly scale: Value;
}

/** 'down': down and mid blocks, 'up': up blocks. */
export type UnetHalf = 'down' | 'up';

/** Shared settings of the transformers of one level. */
export interface TransformerStyle {
  readonly heads: number;
  readonly depth: number;
  readonly crossAttentionDim: number;
  readonly linearProjection: boolean;
  readonly groups: number;
  /** Scores in float32 also where activations are float16 (`upcast_attention`). */
  readonly upcast: boolean;
}

/** Name of the output with the states of a self-attention layer's `keep` rows: [k, tokens, channels]. */
export function hiddenStatesOutput(layerPath: string): string {
  return `${layerPath}.hidden_states`;
}

/** Name of the input with the cached states of rows of earlier calls: [m, tokens, channels], m may be 0. */
export function cachedHiddenStatesInput(layerPath: string): string {
  return `${layerPath}.cached_hidden_states`;
}

/**
 * softmax(q k^T / sqrt(c / heads)) v for every head; q [b, n, c], k and v [b, m, c] -> [b, n, c].
 *
 * com.microsoft.MultiHeadAttention never keeps the n x m scores in memory, neither on the CPU nor on CUDA.
 */
export function multiHeadAttention(
  context: LayerContext,
  path: string,
  query: Value,
  key: Value,
  value: Value,
  heads: number,
  options: { readonly upcast?: boolean; readonly causal?: boolean } = {},
): Value {
  const { graph } = context;
  const type = options.upcast ? 'float32' : query.type;
  const inputs = [query, key, value].map((x) => cast(graph, path, x, type));
  const attended = graph.node('MultiHeadAttention', inputs, type, {
    path,
    domain: 'com.microsoft',
    attributes: { num_heads: heads, ...(options.causal ? { unidirectional: 1 } : {}) },
  });
  return cast(graph, path, attended, query.type);
}

/**
 * The rows of this call [b, n, c] followed by m cached rows of earlier ones: [b + m, n, c].
 *
 * Keys and values are linear in the input of a self-attention, so that input is cached: half the size of keys and
 * values. A graph input and output named after the layer carry it.
 */
function joinKeptRows(
  { graph }: LayerContext,
  path: string,
  states: Value,
  channels: number,
  guided: GuidedAppearance,
): Value {
  const tokens = `${path}.tokens`;
  const given = cast(graph, path, gather(graph, path, states, guided.keep, 0), 'float32');
  graph.output(hiddenStatesOutput(path), given, ['keep', tokens, channels]);
  const kept = graph.input(cachedHiddenStatesInput(path), 'float32', [
    `kept_${guided.half}`,
    tokens,
    channels,
  ]);
  return concat(graph, path, [states, cast(graph, path, kept, states.type)], 0);
}

/** `Attention` without bias on q, k, v; the keys and values come from `states`. */
function attention(
  context: LayerContext,
  path: string,
  hidden: Value,
  states: Value,
  channels: number,
  stateChannels: number,
  style: TransformerStyle,
  guided: GuidedAppearance | null,
): Value {
  const { graph } = context;
  const query = linear(context, `${path}.to_q`, hidden, channels, channels, { bias: false });
  const rows = guided === null ? states : joinKeptRows(context, path, states, stateChannels, guided);
  let key = linear(context, `${path}.to_k`, rows, stateChannels, channels, { bias: false });
  let value = linear(context, `${path}.to_v`, rows, stateChannels, channels, { bias: false });
  if (guided !== null) {
    // K' = K[source];  V' = V[source] + alpha (V[source] - V)   (method.md, stage 2, step 1)
    const guidedPath = `${path}.guided_appearance`;
    const sourceValue = gather(graph, guidedPath, value, guided.source, 0);
    const ownValue = firstRows(graph, guidedPath, value, shapeOf(graph, guidedPath, hidden, 0, 1));
    const difference = subtract(graph, guidedPath, sourceValue, ownValue);
    key = gather(graph, guidedPath, key, guided.source, 0);
    value = add(graph, guidedPath, sourceValue, multiply(graph, guidedPath, difference, guided.scale));
  }
  const attended = multiHeadAttention(context, path, query, key, value, style.heads, {
    upcast: style.upcast,
  });
  return linear(context, `${path}.to_out.0`, attended, channels, channels, { bias: true });
}

/** `FeedForward` with GEGLU: (x W_a + b_a) * gelu(x W_g + b_g), then a linear layer; inner size 4 c. */
function feedForward(context: LayerContext, path: string, x: Value, channels: number): Value {
  const { graph } = context;
  const inner = 4 * channels;
  const projection = `${path}.net.0.proj`;
  // The two halves of the projection are two row ranges of one tensor: two products avoid splitting the result.
  const hidden = linear(context, projection, x, channels, 2 * inner, { bias: true, rows: [0, inner] });
  const gate = linear(context, projection, x, channels, 2 * inner, { bias: true, rows: [inner, 2 * inner] });
  const gated = multiply(graph, projection, hidden, gelu(graph, projection, gate));
  return linear(context, `${path}.net.2`, gated, inner, channels, { bias: true });
}

/** `BasicTransformerBlock`: self-attention, cross-attention, feed-forward, each on a layer norm, each residual. */
function transformerBlock(
  context: LayerContext,
  path: string,
  input: Value,
  textStates: Value,
  channels: number,
  style: TransformerStyle,
  guided: GuidedAppearance,
): Value {
  const { graph } = context;
  const norm = (name: string, x: Value): Value => layerNorm(context, `${path}.${name}`, x, channels, 1e-5);

  // 1. self-attention, where a concept's appearance comes in
  const selfHidden = norm('norm1', input);
  const selfAttended = attention(
    context,
    `${path}.attn1`,
    selfHidden,
    selfHidden,
    channels,
    channels,
    style,
    guided,
  );
  let hidden = add(graph, `${path}.attn1`, selfAttended, input);

  // 2. cross-attention to the text
  const crossHidden = norm('norm2', hidden);
  const textDim = style.crossAttentionDim;
  const crossAttended = attention(
    context,
    `${path}.attn2`,
    crossHidden,
    textStates,
    channels,
    textDim,
    style,
    null,
  );
  hidden = add(graph, `${path}.attn2`, crossAttended, hidden);

  // 3. feed-forward
  return add(
    graph,
    `${path}.ff`,
    feedForward(context, `${path}.ff`, norm('norm3', hidden), channels),
    hidden,
  );
}

/** Path of a transformer's self-attention in the checkpoint. */
export function selfAttentionPath(transformerPath: string, block: number): string {
  return `${transformerPath}.transformer_blocks.${block}.attn1`;
}

/**
 * `Transformer2DModel` on images; [b, c, h, w] -> [b, c, h, w].
 *
 * @param textStates [b, tokens, crossAttentionDim]
 */
export function transformer2d(
  context: LayerContext,
  path: string,
  x: Value,
  textStates: Value,
  channels: number,
  style: TransformerStyle,
  guided: GuidedAppearance,
): Value {
  const { graph } = context;
  const asConvolution = !style.linearProjection;
  const normalized = groupNorm(context, `${path}.norm`, x, channels, style.groups, 1e-6);
  // A 1x1 convolution is a linear layer over channels, so both kinds of projection run on tokens.
  const tokens = imageToTokens(context, path, normalized);
  let hidden = linear(context, `${path}.proj_in`, tokens, channels, channels, { bias: true, asConvolution });
  for (let i = 0; i < style.depth; i++) {
    hidden = transformerBlock(
      context,
      `${path}.transformer_blocks.${i}`,
      hidden,
      textStates,
      channels,
      style,
      guided,
    );
  }
  hidden = linear(context, `${path}.proj_out`, hidden, channels, channels, { bias: true, asConvolution });
  return add(graph, path, tokensToImage(context, path, hidden, x), x);
}

/** [b, c, h, w] -> [b, h * w, c] */
export function imageToTokens(context: LayerContext, path: string, x: Value): Value {
  const flat = reshape(context.graph, path, x, [0, 0, -1]);
  return transpose(context.graph, path, flat, [0, 2, 1]);
}

/** [b, h * w, c] -> the dims of `image`, [b, c, h, w] */
export function tokensToImage(context: LayerContext, path: string, tokens: Value, image: Value): Value {
  const flat = transpose(context.graph, path, tokens, [0, 2, 1]);
  const dims = context.graph.node('Shape', [image], 'int64', { path });
  return reshape(context.graph, path, flat, dims);
}
