/** Parity of the encoders with transformers in PyTorch; test/golden/encoders/make_golden.py made the files. */
import { cpSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type * as ort from 'onnxruntime-node';
import { describe, expect, test } from 'vitest';
import {
  buildEncoderGraph,
  type EncoderHalf,
  encoderHalves,
  GraphError,
  openEncoder,
} from '../../../native-models/graph/index.ts';
import { temporaryFolder } from '../../electron/inference/tiny-pack.ts';
import { createSession, GoldenTensors, maxAbsoluteDifference } from './golden-session.ts';

const golden = join(import.meta.dirname, '../../golden/encoders');
const TOLERANCE = (
  JSON.parse(readFileSync(join(golden, 'manifest.json'), 'utf8')) as {
    tolerance: { maxAbsoluteError: number };
  }
).tolerance.maxAbsoluteError;
/** Eleven mantissa bits through two layers, with results of about unit size. */
const HALF_TOLERANCE = 0.02;

async function run(
  name: string,
  half: EncoderHalf,
  feed: Record<string, ort.Tensor>,
  options: Parameters<typeof buildEncoderGraph>[2] = {},
) {
  const graph = buildEncoderGraph(openEncoder(join(golden, name)), half, options);
  expect(graph.unusedTensors).toEqual([]);
  const session = await createSession(graph);
  try {
    return await session.run(feed);
  } finally {
    await session.release();
  }
}

const tensorsOf = (name: string) => new GoldenTensors(join(golden, name, 'golden.safetensors'));

describe.each([
  ['CLIPModel', 'clip', ['image_embeds']],
  ['CLIPVisionModelWithProjection', 'clip-vision', ['image_embeds']],
  ['Dinov2Model at another size than it was trained at', 'dinov2', ['last_hidden_state', 'pooler_output']],
  ['Dinov2Model with SwiGLU', 'dinov2-swiglu', ['last_hidden_state', 'pooler_output']],
] as const)('%s', (_, name, outputs) => {
  test.each([
    ['float32', TOLERANCE],
    ['float16', HALF_TOLERANCE],
  ] as const)('image encoder, %s', async (precision, tolerance) => {
    const tensors = tensorsOf(name);
    const pixels = tensors.tensor('pixel_values');
    const imageSize = pixels.dims[2]!;
    const result = await run(name, 'image', { pixel_values: pixels }, { precision, imageSize });
    for (const output of outputs) {
      const difference = maxAbsoluteDifference(result[output]!.data as Float32Array, tensors.numbers(output));
      expect(difference, output).toBeLessThanOrEqual(tolerance);
    }
  });
});

test('the text half of CLIPModel', async () => {
  const tensors = tensorsOf('clip');
  const result = await run('clip', 'text', { input_ids: tensors.tensor('input_ids') });
  const embeddings = result.text_embeds!.data as Float32Array;
  expect(maxAbsoluteDifference(embeddings, tensors.numbers('text_embeds'))).toBeLessThanOrEqual(TOLERANCE);
});

describe('an encoder refuses', () => {
  const codeOf = (action: () => unknown) => {
    try {
      action();
    } catch (error) {
      if (error instanceof GraphError) return error.code;
    }
    return undefined;
  };

  test('a missing half, and a class that is no encoder', () => {
    const dinov2 = openEncoder(join(golden, 'dinov2'));
    expect(encoderHalves(dinov2)).toEqual(['image']);
    expect(codeOf(() => buildEncoderGraph(dinov2, 'text'))).toBe('ARCHITECTURE_UNSUPPORTED');
    expect(codeOf(() => openEncoder(join(golden, '../graph/sd1/text_encoder')))).toBe(
      'ARCHITECTURE_UNSUPPORTED',
    );
  });

  test('a size that patches do not divide, and weights of another configuration', () => {
    const dinov2 = openEncoder(join(golden, 'dinov2'));
    expect(codeOf(() => buildEncoderGraph(dinov2, 'image', { imageSize: 30 }))).toBe('CONFIG_INVALID');
    const folder = temporaryFolder();
    cpSync(join(golden, 'clip-vision'), folder, { recursive: true });
    const path = join(folder, 'config.json');
    const config = JSON.parse(readFileSync(path, 'utf8')) as object;
    writeFileSync(path, JSON.stringify({ ...config, projection_dim: 13 }));
    expect(codeOf(() => buildEncoderGraph(openEncoder(folder), 'image'))).toBe('TENSOR_SHAPE');
    rmSync(folder, { recursive: true });
  });
});
