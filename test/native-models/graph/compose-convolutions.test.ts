/** Two convolutions in one give what they give one after the other, at the edges too. */
import { join } from 'node:path';
import * as ort from 'onnxruntime-node';
import { expect, test } from 'vitest';
import { buildAutoencoderTiny } from '../../../native-models/graph/autoencoder-tiny.ts';
import { componentWeights, requireComponent } from '../../../native-models/graph/checkpoint.ts';
import {
  convolveAndReduce,
  enlargeAndConvolveTwice,
  type Kernel,
} from '../../../native-models/graph/compose-convolutions.ts';
import { openCheckpoint } from '../../../native-models/graph/index.ts';
import type { LayerContext } from '../../../native-models/graph/layers.ts';
import { OnnxBuilder, type Value } from '../../../native-models/graph/onnx-builder.ts';
import { createSession, maxAbsoluteDifference } from './golden-session.ts';

/** About the rounding of single precision, for sums of some hundred values. */
const TOLERANCE = 1e-5;

const SIZES = [
  [1, 1, 1],
  [1, 1, 2],
  [2, 2, 1],
  [1, 3, 2],
  [1, 2, 4],
  [2, 7, 5],
  [1, 8, 9],
] as const;

const values = (count: number, seed: number) =>
  Float32Array.from({ length: count }, (_, i) => Math.sin(i * 12.9898 + seed));

function kernel(out: number, channels: number, seed: number): Kernel {
  return {
    dims: [out, channels, 3, 3],
    weight: values(out * channels * 9, seed).map((value) => value / 8),
    bias: values(out, seed + 1),
  };
}

test.each(['enlarged', 'reduced'] as const)('two convolutions in one, %s', async (kind) => {
  const [inner, outer] = [kernel(5, 4, 1), kernel(3, 5, 7)];
  const graph = new OnnxBuilder();
  const context = { graph, precision: 'float32' } as LayerContext;
  const x = graph.input('x', 'float32', ['batch', 4, 'h', 'w']);
  const convolve = (input: Value, name: string, { dims, weight, bias }: Kernel, stride = 1) => {
    const constants = [weight, bias!].map((data, i) =>
      graph.embedded(
        `${name}${i}`,
        'float32',
        i === 0 ? dims : [dims[0]],
        new Uint8Array(Float32Array.from(data).buffer),
      ),
    );
    const attributes = { kernel_shape: [3, 3], pads: [1, 1, 1, 1], strides: [stride, stride] };
    return graph.node('Conv', [input, ...constants], 'float32', { attributes });
  };
  const dims = ['batch', 3, 'h2', 'w2'];
  if (kind === 'enlarged') {
    const attributes = {
      mode: 'nearest',
      coordinate_transformation_mode: 'asymmetric',
      nearest_mode: 'floor',
    };
    const large = graph.node('Resize', [x, null, graph.floats([1, 1, 2, 2])], 'float32', { attributes });
    graph.output('expected', convolve(convolve(large, 'inner', inner), 'outer', outer), dims);
    graph.output('composed', enlargeAndConvolveTwice(context, 'both', x, outer, inner), dims);
  } else {
    graph.output('expected', convolve(convolve(x, 'inner', inner), 'outer', outer, 2), dims);
    graph.output('composed', convolveAndReduce(context, 'both', x, outer, inner), dims);
  }
  const session = await createSession({ bytes: graph.serialize(kind), externalFolder: '.' });
  for (const [batch, height, width] of SIZES) {
    const input = values(batch * 4 * height * width, height + width);
    const { expected, composed } = await session.run({
      x: new ort.Tensor('float32', input, [batch, 4, height, width]),
    });
    expect(composed!.dims).toEqual(expected!.dims);
    const difference = maxAbsoluteDifference(composed!.data as Float32Array, expected!.data as Float32Array);
    expect(difference, `${batch} x ${height} x ${width}`).toBeLessThan(TOLERANCE);
  }
  await session.release();
});

test('the starter’s autoencoder composes its picture-sized convolutions, in single precision only', async () => {
  const folder = join(import.meta.dirname, '../../../native-models/packs/starter');
  const component = requireComponent(openCheckpoint(folder), 'vae');
  for (const [half, input, output, channels] of [
    ['encoder', 'image', 'latent', 3],
    ['decoder', 'latent', 'image', 4],
  ] as const) {
    const built = [true, false].map((composes) => {
      const weights = componentWeights(component);
      const { graph } = buildAutoencoderTiny(component.config, weights, half, 'float32', composes);
      expect(weights.unused().filter((name) => name.startsWith(half))).toEqual([]);
      return { bytes: graph.serialize(half), externalFolder: weights.folder };
    });
    const inHalf = buildAutoencoderTiny(component.config, componentWeights(component), half, 'float16');
    expect(new TextDecoder('latin1').decode(inHalf.graph.serialize(half))).not.toContain('all-all');
    const results: Float32Array[] = [];
    for (const graph of built) {
      const session = await createSession(graph);
      const dims = [2, channels, 16, 24];
      const feeds = { [input]: new ort.Tensor('float32', values(2 * channels * 16 * 24, 3), dims) };
      results.push((await session.run(feeds))[output]!.data as Float32Array);
      await session.release();
    }
    expect(maxAbsoluteDifference(results[0]!, results[1]!), half).toBeLessThan(TOLERANCE);
  }
});
