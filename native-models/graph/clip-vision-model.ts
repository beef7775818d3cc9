/** `CLIPVisionModelWithProjection` (transformers `models/clip/modeling_clip.py`). */
import * as z from 'zod';
import { clipEncoderLayer } from './clip-encoder-layer.ts';
import type { ComponentWeights } from './component-weights.ts';
import { only, parseConfig, size } from './config.ts';
import { GraphError } from './graph-error.ts';
import {
  type ActivationName,
  type LayerContext,
  layerNorm,
  linear,
  type Precision,
  parameter,
} from './layers.ts';
import { OnnxBuilder } from './onnx-builder.ts';
import { add, cast, gather } from './onnx-operators.ts';
import { patchesPerSide, patchTokens } from './patch-embedding.ts';

/** Facts about an image encoder for the rest of the program. */
export interface ImageEncoderMetadata {
  readonly kind: 'image-encoder';
  readonly className: 'CLIPVisionModelWithProjection' | 'Dinov2Model';
  /** Length of the embedding of a whole picture. */
  readonly embeddingSize: number;
  /** Length of a patch's features. */
  readonly hiddenSize: number;
  /** Side in pixels of the pictures that it takes. */
  readonly imageSize: number;
  readonly patchesPerSide: number;
}

/** An image encoder's graph before serialisation. */
export interface ImageEncoderGraph {
  readonly graph: OnnxBuilder;
  readonly metadata: ImageEncoderMetadata;
}

// transformers only writes values that differ from these defaults.
const schema = z.object({
  hidden_size: size.default(768),
  intermediate_size: size.default(3072),
  projection_dim: size.default(512),
  num_hidden_layers: size.default(12),
  num_attention_heads: size.default(12),
  num_channels: only(3),
  image_size: size.default(224),
  patch_size: size.default(32),
  hidden_act: only<ActivationName>('quick_gelu', 'gelu', 'silu', 'swish', 'relu'),
  layer_norm_eps: z.number().positive().default(1e-5),
});

/**
 * Builds the graph.
 *
 * Input: `pixel_values` float32 [b, 3, image_size, image_size], normalised as preprocessor_config.json says.
 * Outputs, float32: `image_embeds` [b, projection_dim]; `last_hidden_state` [b, 1 + patches, hidden_size], the class
 * token first, before the final layer norm.
 *
 * @throws GraphError CONFIG_INVALID, ARCHITECTURE_UNSUPPORTED, TENSOR_MISSING, TENSOR_SHAPE, TENSOR_DTYPE
 */
export function buildClipVisionModel(
  json: unknown,
  weights: ComponentWeights,
  precision: Precision,
): ImageEncoderGraph {
  const className = 'CLIPVisionModelWithProjection';
  const config = parseConfig(schema, json, className);
  const { hidden_size: width, image_size: side, patch_size: patch, num_attention_heads: heads } = config;
  if (width % heads !== 0) {
    throw new GraphError('CONFIG_INVALID', `hidden_size ${width} does not divide into ${heads} heads.`);
  }
  const perSide = patchesPerSide(className, side, patch);
  const graph = new OnnxBuilder();
  const context: LayerContext = { graph, weights, precision };
  const pixels = graph.input('pixel_values', 'float32', ['batch', 3, side, side]);

  // 1. patches, the class token, positions
  const embeddings = 'vision_model.embeddings';
  const classToken = parameter(context, `${embeddings}.class_embedding`, [width], { dims: [1, 1, width] });
  const patchPath = `${embeddings}.patch_embedding`;
  const form = { width, patchSize: patch, bias: false };
  const tokens = patchTokens(context, patchPath, cast(graph, patchPath, pixels, precision), classToken, form);
  const count = perSide ** 2 + 1;
  const positionName = `${embeddings}.position_embedding.weight`;
  let hidden = add(graph, embeddings, tokens, parameter(context, positionName, [count, width]));

  // 2. pre-norm transformer. "layrnorm" is how the checkpoints spell it.
  const norm = (name: string, x: typeof hidden) =>
    layerNorm(context, `vision_model.${name}`, x, width, config.layer_norm_eps);
  hidden = norm('pre_layrnorm', hidden);
  for (let i = 0; i < config.num_hidden_layers; i++) {
    hidden = clipEncoderLayer(context, `vision_model.encoder.layers.${i}`, hidden, config, 'none');
  }
  const states = cast(graph, 'last_hidden_state', hidden, 'float32');
  graph.output('last_hidden_state', states, ['batch', count, width]);

  // 3. the class token represents the picture
  const atClass = gather(graph, 'pooled', hidden, graph.ints([0], []), 1);
  const projected = linear(
    context,
    'visual_projection',
    norm('post_layernorm', atClass),
    width,
    config.projection_dim,
    {
      bias: false,
    },
  );
  graph.output('image_embeds', cast(graph, 'image_embeds', projected, 'float32'), [
    'batch',
    config.projection_dim,
  ]);
  return {
    graph,
    metadata: {
      kind: 'image-encoder',
      className,
      embeddingSize: config.projection_dim,
      hiddenSize: width,
      imageSize: side,
      patchesPerSide: perSide,
    },
  };
}
