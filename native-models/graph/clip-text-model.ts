/** `CLIPTextModel` and `CLIPTextModelWithProjection` (transformers `models/clip/modeling_clip.py`). */
import * as z from 'zod';
import { clipEncoderLayer } from './clip-encoder-layer.ts';
import type { ComponentWeights } from './component-weights.ts';
import { only, parseConfig, size } from './config.ts';
import { GraphError } from './graph-error.ts';
import { type ActivationName, type LayerContext, layerNorm, linear, type Precision } from './layers.ts';
import { OnnxBuilder, type Value } from './onnx-builder.ts';
import { add, cast, shapeOf } from './onnx-operators.ts';

/** The supported text models. */
export type ClipTextClass = 'CLIPTextModel' | 'CLIPTextModelWithProjection';

/** Facts about a text encoder for the rest of the program. */
export interface TextEncoderMetadata {
  readonly kind: 'text-encoder';
  readonly className: ClipTextClass;
  readonly hiddenSize: number;
  /** Size of `text_embeds`; null for CLIPTextModel. */
  readonly projectionDim: number | null;
  readonly maxTokens: number;
  readonly vocabularySize: number;
  readonly layers: number;
  readonly attentionHeads: number;
  readonly eosTokenId: number;
}

/** A text encoder's graph before serialisation. */
export interface TextEncoderGraph {
  readonly graph: OnnxBuilder;
  readonly metadata: TextEncoderMetadata;
}

// transformers only writes values that differ from these defaults.
const schema = z.object({
  vocab_size: size.default(49408),
  hidden_size: size.default(512),
  intermediate_size: size.default(2048),
  projection_dim: size.default(512),
  num_hidden_layers: size.default(12),
  num_attention_heads: size.default(8),
  max_position_embeddings: size.default(77),
  hidden_act: only<ActivationName>('quick_gelu', 'gelu', 'silu', 'swish', 'relu'),
  layer_norm_eps: z.number().positive().default(1e-5),
  eos_token_id: z.int().nonnegative().default(49407),
});

/**
 * Builds the graph.
 *
 * Input: `input_ids` int64 [b, tokens], tokens <= `maxTokens`, ids below `vocabularySize`. With `takesVectors` also
 * `extra_vectors` float32 [rows, hiddenSize]: the id `vocabularySize` + r stands for its row r (textual inversion).
 * Outputs, float32: `last_hidden_state` [b, tokens, hiddenSize], after the final layer norm;
 * `penultimate_hidden_state` [b, tokens, hiddenSize], before the last layer and without that norm
 * (`hidden_states[-2]`, which SDXL uses); and at the end-of-text token of each row `pooled` [b, hiddenSize] for
 * CLIPTextModel (`pooler_output`) or `text_embeds` [b, projectionDim] for CLIPTextModelWithProjection.
 *
 * @throws GraphError CONFIG_INVALID, ARCHITECTURE_UNSUPPORTED, TENSOR_MISSING, TENSOR_SHAPE, TENSOR_DTYPE
 */
export function buildClipTextModel(
  json: unknown,
  weights: ComponentWeights,
  className: ClipTextClass,
  precision: Precision,
  takesVectors = false,
): TextEncoderGraph {
  const config = parseConfig(schema, json, className);
  const { hidden_size: width, num_hidden_layers: layers, num_attention_heads: heads } = config;
  if (width % heads !== 0) {
    throw new GraphError('CONFIG_INVALID', `hidden_size ${width} does not divide into ${heads} heads.`);
  }
  const graph = new OnnxBuilder();
  const context: LayerContext = { graph, weights, precision };
  // transformers 5 saves a bare CLIPTextModel without the prefix that every earlier version wrote.
  const prefix = weights.has('text_model.final_layer_norm.weight') ? 'text_model.' : '';
  const allIds = graph.input('input_ids', 'int64', ['batch', 'tokens']);
  const vectors = takesVectors ? graph.input('extra_vectors', 'float32', ['rows', width]) : null;
  const { inputIds, extra } = splitIds(graph, allIds, vectors, config.vocab_size);

  // 1. token and position embeddings
  let hidden = embed(context, `${prefix}embeddings`, inputIds, extra, config);

  // 2. pre-norm transformer with a causal mask
  let penultimate = hidden;
  for (let i = 0; i < layers; i++) {
    penultimate = hidden;
    hidden = clipEncoderLayer(context, `${prefix}encoder.layers.${i}`, hidden, config, 'causal');
  }
  const last = layerNorm(context, `${prefix}final_layer_norm`, hidden, width, config.layer_norm_eps);
  const dims = ['batch', 'tokens', width];
  graph.output('last_hidden_state', cast(graph, 'last_hidden_state', last, 'float32'), dims);
  graph.output('penultimate_hidden_state', cast(graph, 'penultimate', penultimate, 'float32'), dims);

  // 3. the end-of-text token's state represents the whole text
  const atEnd = graph.node('GatherND', [last, endOfText(graph, inputIds, config.eos_token_id)], last.type, {
    path: 'pooled',
    attributes: { batch_dims: 1 },
  });
  const hasProjection = className === 'CLIPTextModelWithProjection';
  if (hasProjection) {
    // OpenCLIP's own files have it transposed.
    const isTransposed = weights.has('text_projection');
    const projected = linear(context, 'text_projection', atEnd, width, config.projection_dim, {
      bias: false,
      isTransposed,
    });
    graph.output('text_embeds', cast(graph, 'text_embeds', projected, 'float32'), [
      'batch',
      config.projection_dim,
    ]);
  } else {
    graph.output('pooled', cast(graph, 'pooled', atEnd, 'float32'), ['batch', width]);
  }
  return {
    graph,
    metadata: {
      kind: 'text-encoder',
      className,
      hiddenSize: width,
      projectionDim: hasProjection ? config.projection_dim : null,
      maxTokens: config.max_position_embeddings,
      vocabularySize: config.vocab_size,
      layers,
      attentionHeads: heads,
      eosTokenId: config.eos_token_id,
    },
  };
}

type Config = z.output<typeof schema>;

/** Tokens that are given as vectors. */
interface ExtraTokens {
  /** bool [b, tokens]. */
  readonly isExtra: Value;
  /** float32 [b, tokens, width]; any value where `isExtra` is false. */
  readonly vectors: Value;
}

/** Separates the vocabulary's ids from those of extra vectors; the latter become id 0, as A1111 has them. */
function splitIds(
  graph: OnnxBuilder,
  ids: Value,
  vectors: Value | null,
  words: number,
): { inputIds: Value; extra: ExtraTokens | null } {
  if (vectors === null) return { inputIds: ids, extra: null };
  const path = 'extra_vectors';
  const zero = graph.ints([0], []);
  const count = graph.ints([words], []);
  const isExtra = graph.node('GreaterOrEqual', [ids, count], 'bool', { path });
  const inputIds = graph.node('Where', [isExtra, zero, ids], 'int64', { path });
  const beyond = graph.node('Sub', [ids, count], 'int64', { path });
  const rows = graph.node('Where', [isExtra, beyond, zero], 'int64', { path });
  const found = graph.node('Gather', [vectors, rows], 'float32', { path, attributes: { axis: 0 } });
  return { inputIds, extra: { isExtra, vectors: found } };
}

function embed(
  context: LayerContext,
  path: string,
  inputIds: Value,
  extra: ExtraTokens | null,
  config: Config,
): Value {
  const { graph, weights, precision } = context;
  const { hidden_size: width, vocab_size: words, max_position_embeddings: positions } = config;
  // Looked up in the stored type: only the rows that are used get converted.
  const table = weights.initializer(graph, `${path}.token_embedding.weight`, [words, width]);
  const found = graph.node('Gather', [table, inputIds], table.type, { path, attributes: { axis: 0 } });
  const own = cast(graph, path, found, precision);
  const tokens =
    extra === null
      ? own
      : graph.node(
          'Where',
          [
            graph.node('Unsqueeze', [extra.isExtra, graph.ints([-1])], 'bool', { path }),
            cast(graph, path, extra.vectors, precision),
            own,
          ],
          precision,
          { path },
        );
  const positionTable = weights.initializer(graph, `${path}.position_embedding.weight`, [positions, width]);
  const count = shapeOf(graph, path, inputIds, 1, 2);
  const used = graph.node(
    'Slice',
    [positionTable, graph.ints([0]), count, graph.ints([0])],
    positionTable.type,
    {
      path,
    },
  );
  return add(graph, path, tokens, cast(graph, path, used, precision));
}

/**
 * Position of the end-of-text token, int64 [b, 1]. Configurations written before transformers 4.31 have 2, which is
 * wrong; for these the class takes the highest id of the row, and the first position of `eosTokenId` otherwise.
 */
function endOfText(graph: OnnxBuilder, inputIds: Value, eosTokenId: number): Value {
  const path = 'end_of_text';
  const marks =
    eosTokenId === 2
      ? inputIds
      : graph.node('Equal', [inputIds, graph.ints([eosTokenId], [])], 'bool', { path });
  // float32 represents every id exactly, and all devices support ArgMax for it.
  return graph.node('ArgMax', [cast(graph, path, marks, 'float32')], 'int64', {
    path,
    attributes: { axis: 1, keepdims: 1, select_last_index: 0 },
  });
}
