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
  type UnetHalf,
  type UnetMetadata,
} from '../../../native-models/graph/index.ts';
import { StudioError } from '../../contract/errors.ts';
import type { AttentionLayers, CachedHiddenStates } from '../../pipeline/ports.ts';

/** The halves of the U-Net whose layers take their keys and values from other rows. */
export function followsSource(half: UnetHalf, layers: AttentionLayers): boolean {
  return layers === 'all' || half === 'up';
}

/**
 * One row's states: for each layer that follows its source, in the graph's order, the values of [tokens, channels]; as
 * small as they go.
 */
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
 * The graph's inputs for `kept` rows, which may be none; layers that do not follow their sources get none.
 *
 * @param latentSize height and width of the latents
 */
export function cachedHiddenStatesFeeds(
  { guidedLayers }: UnetMetadata,
  layers: AttentionLayers,
  kept: readonly RowHiddenStates[],
  [height, width]: readonly [number, number],
): Record<string, ort.Tensor> {
  const following = guidedLayers.filter(({ half }) => followsSource(half, layers));
  const feed = (layer: GuidedLayer): [string, ort.Tensor] => {
    const at = following.indexOf(layer);
    const rows = at === -1 ? [] : kept.map(({ byLayer }) => byLayer[at]!);
    const tokens = layerTokens(layer, height, width);
    const rowLength = tokens * layer.channels;
    const values = new Float32Array(rows.length * rowLength);
    for (const [row, states] of rows.entries()) values.set(states, row * rowLength);
    const dims = [rows.length, tokens, layer.channels];
    return [cachedHiddenStatesInput(layer.path), new ort.Tensor('float32', values, dims)];
  };
  return Object.fromEntries(guidedLayers.map(feed));
}

/** Names of the outputs that {@link readHiddenStates} reads. */
export function hiddenStatesOutputs({ guidedLayers }: UnetMetadata, layers: AttentionLayers): string[] {
  return guidedLayers
    .filter(({ half }) => followsSource(half, layers))
    .map(({ path }) => hiddenStatesOutput(path));
}

/**
 * The states of each of `rows` rows, copied out of a call's outputs: a view of one row would keep the memory of all
 * rows.
 */
export function readHiddenStates(
  metadata: UnetMetadata,
  layers: AttentionLayers,
  outputs: Readonly<Record<string, ort.Tensor>>,
  rows: number,
): RowHiddenStates[] {
  const names = hiddenStatesOutputs(metadata, layers);
  return Array.from({ length: rows }, (_, row) => {
    const byLayer = names.map((name) => {
      const all = outputs[name]!.data as Float32Array;
      const rowLength = all.length / rows;
      const values = all.subarray(row * rowLength, (row + 1) * rowLength);
      return metadata.statesPrecision === 'float16' ? new Float16Array(values) : values.slice();
    });
    return new RowHiddenStates(layers, byLayer);
  });
}
