/**
 * A tiny U-Net written in TypeScript: two transformer-like blocks (one encoder, one decoder) with real self-attention
 * over positions, and a dependence on timestep and prompt.
 *
 * Its attention follows the port's contract (paper 3.3): K = K_source, V = V_source + alpha (V_source - V_own). A row's
 * result depends only on that row and its source, computed in a fixed order: bytes do not depend on the batch.
 */
import type { AttentionLayers, CachedHiddenStates, Unet, UnetRow } from '../../../electron/pipeline/ports.ts';
import { gaussianNoise } from '../../../electron/pipeline/tensor/noise.ts';
import { stackRows, type Tensor, tensor } from '../../../electron/pipeline/tensor/tensor.ts';

export const TOY_CHANNELS = 4;
export const TOY_PROMPT_DIMS = [3, 5] as const;
const HIDDEN = 6;

/** Hidden states of a row in each block, [positions, hidden]. */
interface ToyStates extends CachedHiddenStates {
  readonly byBlock: readonly Float32Array[];
}

/** A toy U-Net that records its calls. */
export interface ToyUnet extends Unet {
  /** The rows of every successful call. */
  readonly calls: (readonly UnetRow[])[];
  /** Rows over all calls. */
  rowCount(): number;
}

/** Options of a toy. */
export interface ToyOptions {
  readonly preferredRows?: number;
  /** Calls with more rows fail with OUT_OF_MEMORY. */
  readonly memoryRows?: number;
  /** Scales the output; the method must work for any U-Net, however bad its predictions. */
  readonly gain?: number;
  /** Called before each call, with its rows. */
  readonly onCall?: (rows: readonly UnetRow[]) => void;
  /** Puts a NaN into the output of rows at this timestep. */
  readonly nanAtTimestep?: number;
}

/** @param seed determines the weights */
export function createToyUnet(seed: number, options: ToyOptions = {}): ToyUnet {
  const { preferredRows = 64, memoryRows = Number.POSITIVE_INFINITY, gain = 1 } = options;
  const weights = toyWeights(seed);
  const calls: (readonly UnetRow[])[] = [];
  return {
    latentChannels: TOY_CHANNELS,
    calls,
    rowCount: () => calls.reduce((sum, rows) => sum + rows.length, 0),
    preferredRows: () => preferredRows,
    predict: async (rows, layers) => {
      options.onCall?.(rows);
      if (rows.length > memoryRows) {
        throw Object.assign(new Error('The batch does not fit.'), { code: 'OUT_OF_MEMORY' });
      }
      calls.push(rows);
      const outputs = forward(weights, rows, layers).map((output, index) => {
        const data = output.data.map((value) => gain * value);
        if (rows[index]!.timestep === options.nanAtTimestep) data[1] = Number.NaN;
        return tensor(data, output.dims);
      });
      return stackRows(outputs);
    },
  };
}

interface ToyBlock {
  readonly query: Float32Array;
  readonly key: Float32Array;
  readonly value: Float32Array;
  readonly inDecoder: boolean;
}

interface ToyWeights {
  readonly input: Float32Array;
  readonly prompt: Float32Array;
  readonly blocks: readonly ToyBlock[];
  readonly output: Float32Array;
}

function toyWeights(seed: number): ToyWeights {
  let matrices = 0;
  const matrix = (inputs: number, outputs: number) =>
    gaussianNoise(seed, 'textToImage', matrices++, [inputs * outputs]).data.map(
      (value) => value / Math.sqrt(inputs),
    );
  const block = (inDecoder: boolean): ToyBlock => ({
    query: matrix(HIDDEN, HIDDEN),
    key: matrix(HIDDEN, HIDDEN),
    value: matrix(HIDDEN, HIDDEN),
    inDecoder,
  });
  return {
    input: matrix(TOY_CHANNELS, HIDDEN),
    prompt: matrix(TOY_PROMPT_DIMS[0] * TOY_PROMPT_DIMS[1], HIDDEN),
    blocks: [block(false), block(true)],
    output: matrix(HIDDEN, TOY_CHANNELS),
  };
}

function forward(weights: ToyWeights, rows: readonly UnetRow[], layers: AttentionLayers): Tensor[] {
  let features = rows.map((row) => embed(weights, row));
  const seen: Float32Array[][] = [];
  for (const [blockIndex, { query, key, value, inDecoder }] of weights.blocks.entries()) {
    const acts = layers === 'all' || inDecoder;
    const before = features;
    seen.push(before);
    features = before.map((feature, index) => {
      const { keyValueSource, appearanceScale } = rows[index]!;
      const source = sourceFeature(acts ? keyValueSource : index, before, blockIndex, layers);
      const own = project(feature, value, HIDDEN, HIDDEN);
      const guided = project(source, value, HIDDEN, HIDDEN).map(
        (v, at) => v + appearanceScale * (v - own[at]!),
      );
      const keys = project(source, key, HIDDEN, HIDDEN);
      const attended = attend(project(feature, query, HIDDEN, HIDDEN), keys, guided);
      return feature.map((old, at) => Math.tanh(old + attended[at]!));
    });
  }
  for (const [index, { onHiddenStates }] of rows.entries()) {
    const byBlock = seen.map((block) => block[index]!);
    const states: ToyStates = { layers, byBlock, byteLength: 4 * byBlock.length * byBlock[0]!.length };
    onHiddenStates?.(states);
  }
  return rows.map(({ latents }, index) => {
    const [channels, height, width] = latents.dims as unknown as [number, number, number];
    const plane = height * width;
    const outputs = project(features[index]!, weights.output, HIDDEN, channels);
    const data = new Float32Array(channels * plane);
    for (let at = 0; at < data.length; at++)
      data[at] = outputs[(at % plane) * channels + Math.floor(at / plane)]!;
    return tensor(data, latents.dims);
  });
}

/** What a row attends to in one block: a row of this call, or a cached one of the same layers. */
function sourceFeature(
  source: UnetRow['keyValueSource'],
  features: readonly Float32Array[],
  block: number,
  layers: AttentionLayers,
): Float32Array {
  if (typeof source === 'number') return features[source]!;
  if (source.layers !== layers) throw new Error(`States of ${source.layers} layers cannot serve ${layers}.`);
  return (source as ToyStates).byBlock[block]!;
}

/** Features [positions, hidden] from the latents, the timestep and the prompt. */
function embed(weights: ToyWeights, { latents, timestep, promptEmbedding, added }: UnetRow): Float32Array {
  const plane = latents.dims[1]! * latents.dims[2]!;
  const positions = new Float32Array(latents.data.length);
  for (let at = 0; at < positions.length; at++) {
    positions[at] = latents.data[(at % TOY_CHANNELS) * plane + Math.floor(at / TOY_CHANNELS)]!;
  }
  const prompt = project(promptEmbedding.data, weights.prompt, promptEmbedding.data.length, HIDDEN);
  const pooled = added?.textEmbedding.data ?? [0];
  return project(positions, weights.input, TOY_CHANNELS, HIDDEN).map((value, at) => {
    const unit = at % HIDDEN;
    // Includes the position, so that the attention is not blind to it.
    const place = 0.3 * Math.sin((1 + unit) * 0.7 * Math.floor(at / HIDDEN));
    return Math.tanh(
      value + prompt[unit]! + pooled[unit % pooled.length]! + Math.sin((timestep * (unit + 1)) / 160) + place,
    );
  });
}

/** Rows [n, inputs] times a matrix [inputs, outputs]. */
function project(rows: Float32Array, matrix: Float32Array, inputs: number, outputs: number): Float32Array {
  const result = new Float32Array((rows.length / inputs) * outputs);
  for (let at = 0; at < result.length; at++) {
    const start = Math.floor(at / outputs) * inputs;
    let sum = 0;
    for (let input = 0; input < inputs; input++) {
      sum += rows[start + input]! * matrix[input * outputs + (at % outputs)]!;
    }
    result[at] = sum;
  }
  return result;
}

/** softmax(Q K^T / sqrt(hidden)) V over positions. */
function attend(query: Float32Array, key: Float32Array, value: Float32Array): Float32Array {
  const count = query.length / HIDDEN;
  const result = new Float32Array(query.length);
  const scores = new Float64Array(count);
  for (let q = 0; q < count; q++) {
    let total = 0;
    for (let k = 0; k < count; k++) {
      let dot = 0;
      for (let d = 0; d < HIDDEN; d++) dot += query[q * HIDDEN + d]! * key[k * HIDDEN + d]!;
      scores[k] = Math.exp(dot / Math.sqrt(HIDDEN));
      total += scores[k]!;
    }
    for (let k = 0; k < count; k++) {
      const weight = scores[k]! / total;
      for (let d = 0; d < HIDDEN; d++) {
        result[q * HIDDEN + d] = result[q * HIDDEN + d]! + weight * value[k * HIDDEN + d]!;
      }
    }
  }
  return result;
}
