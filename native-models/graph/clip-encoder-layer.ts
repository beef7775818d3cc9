/** The transformer layer of CLIP's text and image models (transformers `models/clip/modeling_clip.py`). */
import { multiHeadAttention } from './attention.ts';
import { type ActivationName, activation, type LayerContext, layerNorm, linear } from './layers.ts';
import type { Value } from './onnx-builder.ts';
import { add } from './onnx-operators.ts';

/** The part of a configuration that a layer depends on. */
export interface ClipLayerConfig {
  readonly hidden_size: number;
  readonly intermediate_size: number;
  readonly num_attention_heads: number;
  readonly hidden_act: ActivationName;
  readonly layer_norm_eps: number;
}

/**
 * `CLIPEncoderLayer`: pre-norm self-attention and feed-forward, each residual; [b, n, hidden_size] to the same.
 *
 * @param mask causal: a token attends to itself and to earlier ones, as in the text model
 */
export function clipEncoderLayer(
  context: LayerContext,
  path: string,
  input: Value,
  config: ClipLayerConfig,
  mask: 'causal' | 'none',
): Value {
  const { graph } = context;
  const { hidden_size: width, intermediate_size: inner, layer_norm_eps: epsilon } = config;
  const attentionPath = `${path}.self_attn`;
  const project = (name: string, x: Value): Value =>
    linear(context, `${attentionPath}.${name}`, x, width, width, { bias: true });
  const normalized = layerNorm(context, `${path}.layer_norm1`, input, width, epsilon);
  const [query, key, value] = ['q_proj', 'k_proj', 'v_proj'].map((name) => project(name, normalized)) as [
    Value,
    Value,
    Value,
  ];
  const attended = multiHeadAttention(context, attentionPath, query, key, value, config.num_attention_heads, {
    causal: mask === 'causal',
  });
  const hidden = add(graph, attentionPath, project('out_proj', attended), input);

  const mlpPath = `${path}.mlp`;
  let mlp = layerNorm(context, `${path}.layer_norm2`, hidden, width, epsilon);
  mlp = linear(context, `${mlpPath}.fc1`, mlp, width, inner, { bias: true });
  mlp = activation(context, mlpPath, mlp, config.hidden_act);
  mlp = linear(context, `${mlpPath}.fc2`, mlp, inner, width, { bias: true });
  return add(graph, mlpPath, mlp, hidden);
}
