/** Cached hidden states in ONNX Runtime's tensors: one call's output is another call's input, unchanged. */
import type * as ort from 'onnxruntime-node';
import { describe, expect, test } from 'vitest';
import {
  asRowHiddenStates,
  cachedHiddenStatesFeeds,
  hiddenStatesOutputs,
  RowHiddenStates,
  readHiddenStates,
} from '../../../../electron/inference/diffusion/hidden-states.ts';
import type { UnetMetadata } from '../../../../native-models/graph/index.ts';

const guidedLayers = [
  { path: 'down.attn1', half: 'down', channels: 2, halvings: 0 },
  { path: 'up.attn1', half: 'up', channels: 3, halvings: 1 },
];
const metadataOf = (statesPrecision: 'float32' | 'float16') =>
  ({ guidedLayers, statesPrecision }) as unknown as UnetMetadata;

/** Two rows of 3 x 5 latents: 15 and, halved and rounded up, 2 x 3 tokens. */
const tokens = [15, 6];
const outputs = Object.fromEntries(
  guidedLayers.map(({ path, channels }, at) => {
    const dims = [2, tokens[at]!, channels];
    const data = Float32Array.from({ length: dims.reduce((a, b) => a * b) }, (_, i) => i / 8);
    return [`${path}.hidden_states`, { data, dims } as unknown as ort.Tensor];
  }),
);

describe.each(['float32', 'float16'] as const)('%s', (precision) => {
  const metadata = metadataOf(precision);
  test('rows are returned unchanged, in any order', () => {
    const [first, second] = readHiddenStates(metadata, 'all', outputs, 2) as [
      RowHiddenStates,
      RowHiddenStates,
    ];
    expect(first.byteLength).toBe((precision === 'float16' ? 2 : 4) * (15 * 2 + 6 * 3));
    const feeds = cachedHiddenStatesFeeds(metadata, 'all', [second, first, second], [3, 5]);
    for (const [at, { path, channels }] of guidedLayers.entries()) {
      const { data, dims } = feeds[`${path}.cached_hidden_states`]!;
      expect(dims).toEqual([3, tokens[at], channels]);
      const all = outputs[`${path}.hidden_states`]!.data as Float32Array;
      const half = all.length / 2;
      expect([...(data as Float32Array)]).toEqual([
        ...all.subarray(half),
        ...all.subarray(0, half),
        ...all.subarray(half),
      ]);
    }
  });

  test('without cached rows the feeds have the layers’ sizes and no rows', () => {
    const feeds = cachedHiddenStatesFeeds(metadata, 'all', [], [3, 5]);
    expect(Object.values(feeds).map(({ dims }) => dims)).toEqual([
      [0, 15, 2],
      [0, 6, 3],
    ]);
    expect(hiddenStatesOutputs(metadata, 'all')).toEqual(Object.keys(outputs));
  });
});

test('where only the up blocks follow their sources, the others give and get no states', () => {
  const metadata = metadataOf('float32');
  const names = hiddenStatesOutputs(metadata, 'decoder');
  expect(names).toEqual(['up.attn1.hidden_states']);
  const ofUpBlocks = Object.fromEntries(names.map((name) => [name, outputs[name]!]));
  const kept = readHiddenStates(metadata, 'decoder', ofUpBlocks, 2);
  expect(kept[0]!.byteLength).toBe(4 * 6 * 3);
  const feeds = cachedHiddenStatesFeeds(metadata, 'decoder', kept, [3, 5]);
  expect(feeds['down.attn1.cached_hidden_states']!.dims).toEqual([0, 15, 2]);
  expect(feeds['up.attn1.cached_hidden_states']!.dims).toEqual([2, 6, 3]);
  expect(feeds['up.attn1.cached_hidden_states']!.data).toEqual(outputs['up.attn1.hidden_states']!.data);
});

test('states of other layers, or of another U-Net, are refused', () => {
  const states = new RowHiddenStates('decoder', []);
  expect(asRowHiddenStates(states, 'decoder')).toBe(states);
  expect(() => asRowHiddenStates(states, 'all')).toThrow(expect.objectContaining({ code: 'INTERNAL' }));
  expect(() => asRowHiddenStates({ layers: 'all', byteLength: 0 }, 'all')).toThrow(
    expect.objectContaining({ code: 'INTERNAL' }),
  );
});
