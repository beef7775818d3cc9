/** Autoencoders in strips give the same picture as in one piece, at any height and without seams. */
import { join } from 'node:path';
import { fromBinary } from '@bufbuild/protobuf';
import { ModelProtoSchema } from 'onnx-buf';
import * as ort from 'onnxruntime-node';
import { describe, expect, test } from 'vitest';
import { OnnxAutoencoder } from '../../../electron/inference/diffusion/autoencoder.ts';
import { chooseDevice } from '../../../electron/inference/runtime/devices.ts';
import { buildComponentGraph, openCheckpoint } from '../../../native-models/graph/index.ts';
import { GoldenTensors, goldenFolder, maxAbsoluteDifference, runComponent } from './golden-session.ts';

/** 2 / 255 is one level of a picture between -1 and 1. */
const LEVEL = 2 / 255;

const values = (dims: readonly number[]) => {
  const count = dims.reduce((product, size) => product * size, 1);
  return new ort.Tensor(
    'float32',
    Float32Array.from({ length: count }, (_, i) => Math.sin(i * 12.9898) * 1.2),
    dims,
  );
};

describe.each(['sd1', 'sdxl'])('%s', (checkpoint) => {
  const golden = new GoldenTensors(checkpoint, 'vae');
  const [, , imageHeight] = golden.tensor('image').dims;
  const factor = imageHeight! / golden.tensor('mean').dims[2]!;

  test.each([
    [11, 4, 6],
    [13, 5, 5],
  ])('%i rows of latents in %i strips', async (rows, strips, columns) => {
    const latent = values([1, golden.tensor('latent').dims[1]!, rows, columns]);
    const [whole] = await runComponent(checkpoint, 'vae_decoder', [{ latent }]);
    const [cut] = await runComponent(checkpoint, 'vae_decoder', [{ latent }], { strips });
    expect(maxAbsoluteDifference(cut!.image!, whole!.image!)).toBeLessThan(LEVEL / 20);

    const image = values([1, 3, rows * factor, columns * factor]);
    const [wholeLatent] = await runComponent(checkpoint, 'vae_encoder', [{ image }]);
    const [cutLatent] = await runComponent(checkpoint, 'vae_encoder', [{ image }], { strips });
    expect(maxAbsoluteDifference(cutLatent!.latent!, wholeLatent!.latent!)).toBeLessThan(LEVEL / 20);
  });
});

test('nothing asks for a strip’s shape, which would make all strips wait for it', () => {
  const shapeNodes = (component: 'vae_encoder' | 'vae_decoder', strips: number) => {
    const { bytes } = buildComponentGraph(openCheckpoint(join(goldenFolder, 'sd1')), component, { strips });
    const { node = [] } = fromBinary(ModelProtoSchema, bytes).graph!;
    return node.filter(({ opType }) => opType === 'Shape').length;
  };
  for (const component of ['vae_encoder', 'vae_decoder'] as const) {
    expect(shapeNodes(component, 8)).toBe(shapeNodes(component, 4));
  }
});

test('an engine decodes pictures too large for it in strips', async () => {
  const device = await chooseDevice('cpu');
  const checkpoint = openCheckpoint(join(goldenFolder, 'sd1'));
  const [whole, inStrips] = [Number.POSITIVE_INFINITY, 0].map(
    // Creating a session of the usual number takes seconds; the full-size check does.
    (largestWholePixels) => new OnnxAutoencoder(checkpoint, device, { largestWholePixels, strips: 6 }),
  ) as [OnnxAutoencoder, OnnxAutoencoder];
  try {
    const rows = 8;
    const latents = { dims: [4, rows, 3], data: values([4, rows, 3]).data as Float32Array };
    const [expected, decoded] = [await whole.decode(latents), await inStrips.decode(latents)];
    expect(decoded.data).not.toEqual(expected.data);
    expect(maxAbsoluteDifference(decoded.data, expected.data)).toBeLessThan(LEVEL / 20);
  } finally {
    await whole.release();
    await inStrips.release();
  }
});
