/**
 * Hidden states of a row at the self-attention layers, read from one call of the U-Net's graph and fed into a later
 * one.
 */
import * as ort from 'onnxruntime-node';
import {
  cachedHiddenStatesInput,
  type GuidedLayer,
  hiddenStatesOutput,
  layerTokens,
  type UnetMetadata,
} from '../../../native-models/graph/index.ts';
import { StudioError } from '../../contract/errors.ts';
import type { AttentionLayers, CachedHiddenStates } from '../../pipeline/ports.ts';

/** One row's states: for each guided layer, in the graph's order, the values of [tokens, channels]; as small as they go. */
export class RowHiddenStates implements CachedHiddenStates {
  readonly layers: AttentionLayers;
  readonly byLayer: readonly (Float32Array | Float16Array)[];

  constructor(layers: AttentionLayers, byLayer: RowHiddenStates['byLayer']) {
    this.layers = layers;
    this.byLayer = byLayer;
  }

  get byteLength(): number {
    return this.byLayer.reduce((sum, values) => sum + values.byteLength, 0);
  }
}

/** @throws StudioError INTERNAL for states of other layers than the guided ones */
export function asRowHiddenStates(states: CachedHiddenStates, layers: AttentionLayers): RowHiddenStates {
  if (states instanceof RowHiddenStates && states.layers === layers) return states;
  throw new StudioError('INTERNAL', `Cached hidden states are not those of this U-Net’s ${layers} layers.`);
}

/**
 * The graph's inputs for `kept` rows, which may be none.
 *
 * @param latentSize height and width of the latents
 */
export function cachedHiddenStatesFeeds(
  { guidedLayers }: UnetMetadata,
  kept: readonly RowHiddenStates[],
  [height, width]: readonly [number, number],
): Record<string, ort.Tensor> {
  const feed = (layer: GuidedLayer, at: number): [string, ort.Tensor] => {
    const tokens = layerTokens(layer, height, width);
    const rowLength = tokens * layer.channels;
    const values = new Float32Array(kept.length * rowLength);
    for (const [row, states] of kept.entries()) values.set(states.byLayer[at]!, row * rowLength);
    const dims = [kept.length, tokens, layer.channels];
    return [cachedHiddenStatesInput(layer.path), new ort.Tensor('float32', values, dims)];
  };
  return Object.fromEntries(guidedLayers.map(feed));
}

/** Names of the outputs that {@link readHiddenStates} reads. */
export function hiddenStatesOutputs({ guidedLayers }: UnetMetadata): string[] {
  return guidedLayers.map(({ path }) => hiddenStatesOutput(path));
}

/**
 * The states of each of `rows` rows, copied out of a call's outputs: a view of one row would keep the memory of all
 * rows.
 */
export function readHiddenStates(
  { guidedLayers, statesPrecision }: UnetMetadata,
  layers: AttentionLayers,
  outputs: Readonly<Record<string, ort.Tensor>>,
  rows: number,
): RowHiddenStates[] {
  return Array.from({ length: rows }, (_, row) => {
    const byLayer = guidedLayers.map(({ path }) => {
      const all = outputs[hiddenStatesOutput(path)]!.data as Float32Array;
      const rowLength = all.length / rows;
      const values = all.subarray(row * rowLength, (row + 1) * rowLength);
      return statesPrecision === 'float16' ? new Float16Array(values) : values.slice();
    });
    return new RowHiddenStates(layers, byLayer);
  });
}
