/** The U-Net's conditioning on the timestep and, for SDXL, on pooled text and picture sizes (diffusers `models/embeddings.py`). */
import { activation, type LayerContext, linear } from './layers.ts';
import type { Value } from './onnx-builder.ts';
import { add, cast, concat, cos, multiply, reshape, scalar, sin } from './onnx-operators.ts';
import type { TimeEmbedding } from './resnet.ts';
import type { UnetConfig } from './unet-config.ts';

/**
 * Sinusoids of the timestep through two linear layers, plus SDXL's conditions (inputs `text_embeds` and `time_ids`,
 * declared here), with the activation applied that every residual block begins with.
 *
 * @param timestep int64 [b]
 */
export function timestepEmbedding(context: LayerContext, timestep: Value, config: UnetConfig): TimeEmbedding {
  const { graph, precision } = context;
  const { textTime, timeEmbeddingDim } = config;
  const width = config.levels[0]!.channels;
  const sinusoids = sinusoidsOf(context, 'time_proj', timestep, width, config);
  let embedding = embeddingLayers(context, 'time_embedding', sinusoids, width, config);
  if (textTime !== null) {
    const textEmbeds = graph.input('text_embeds', 'float32', ['batch', textTime.textDim]);
    const timeIds = graph.input('time_ids', 'float32', ['batch', textTime.timeIds]);
    const path = 'add_time_proj';
    const idWidth = textTime.timeIds * textTime.timeIdDim;
    const idSinusoids = sinusoidsOf(
      context,
      path,
      reshape(graph, path, timeIds, [-1]),
      textTime.timeIdDim,
      config,
    );
    const conditions = concat(graph, path, [textEmbeds, reshape(graph, path, idSinusoids, [-1, idWidth])], 1);
    const added = embeddingLayers(context, 'add_embedding', conditions, textTime.textDim + idWidth, config);
    embedding = add(graph, 'add_embedding', embedding, added);
  }
  const activated = activation(context, 'time_embedding', embedding, config.activation);
  return { activated: cast(graph, 'time_embedding', activated, precision), size: timeEmbeddingDim };
}

/** `TimestepEmbedding`; float32 [b, inFeatures] -> [b, timeEmbeddingDim]. */
function embeddingLayers(
  context: LayerContext,
  path: 'time_embedding' | 'add_embedding',
  x: Value,
  inFeatures: number,
  config: UnetConfig,
): Value {
  const size = config.timeEmbeddingDim;
  let hidden = cast(context.graph, path, x, context.precision);
  hidden = linear(context, `${path}.linear_1`, hidden, inFeatures, size, { bias: true });
  // Only the timestep's own embedding follows `act_fn`; the class's default is SiLU.
  hidden = activation(context, path, hidden, path === 'time_embedding' ? config.activation : 'silu');
  return linear(context, `${path}.linear_2`, hidden, size, size, { bias: true });
}

/**
 * `Timesteps`: sin and cos of t / 10000^(i / (dim / 2 - freq_shift)); [n] -> float32 [n, dim]. The frequencies are
 * rounded as PyTorch rounds them: at t = 999 the last bit of a frequency is the fifth digit of its sine.
 */
function sinusoidsOf(
  { graph }: LayerContext,
  path: string,
  positions: Value,
  dim: number,
  { flipSinToCos, freqShift }: UnetConfig,
): Value {
  const half = Math.floor(dim / 2);
  const step = Math.fround(-Math.log(10000));
  const frequencies = Array.from({ length: half }, (_, i) => {
    const exponent = Math.fround(Math.fround(step * i) / Math.fround(half - freqShift));
    return Math.fround(Math.exp(exponent));
  });
  const column = reshape(graph, path, cast(graph, path, positions, 'float32'), [-1, 1]);
  const angles = multiply(graph, path, column, graph.floats(frequencies, [1, half]));
  const waves = [sin(graph, path, angles), cos(graph, path, angles)];
  const parts = flipSinToCos ? waves.toReversed() : waves;
  // An odd dim ends in a zero.
  if (dim % 2 === 1) parts.push(multiply(graph, path, column, scalar(graph, path, 0, 'float32')));
  return concat(graph, path, parts, 1);
}
