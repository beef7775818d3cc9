/**
 * Widely used models at their real sizes: every tensor of diffusers and transformers has its place in the graph with
 * its shape, and none is missing. Only names and shapes; there are no weights here.
 */
import { describe, expect, test } from 'vitest';
import { buildAutoencoderKl } from '../../../native-models/graph/autoencoder-kl.ts';
import { buildAutoencoderTiny } from '../../../native-models/graph/autoencoder-tiny.ts';
import { buildClipTextModel, type ClipTextClass } from '../../../native-models/graph/clip-text-model.ts';
import { buildUnet2dCondition } from '../../../native-models/graph/unet-2d-condition.ts';
import { fullSizeModels as models, weightsOf } from './full-size-models.ts';

describe('U-Nets', () => {
  test.each([
    ['sd1 unet', 16, 9, [8, 8, 8, 8]],
    ['sd2 unet', 16, 9, [5, 10, 20, 20]],
    ['sdxl unet', 70, 36, [5, 10, 20]],
  ])('%s', (name, selfAttentionLayers, inUpBlocks, attentionHeads) => {
    const model = models[name]!;
    const weights = weightsOf(model);
    const { graph, metadata } = buildUnet2dCondition(model.config, weights, 'float16');
    expect(weights.unused()).toEqual([]);
    expect(metadata).toMatchObject({ attentionHeads });
    expect(metadata.guidedLayers).toHaveLength(selfAttentionLayers);
    expect(metadata.guidedLayers.filter(({ half }) => half === 'up')).toHaveLength(inUpBlocks);
    expect(graph.serialize(name).byteLength).toBeLessThan(4e6);
  });
});

test('AutoencoderKL', () => {
  const model = models.vae!;
  const weights = weightsOf(model);
  const { metadata } = buildAutoencoderKl(model.config, weights, 'encoder', 'float32');
  buildAutoencoderKl(model.config, weights, 'decoder', 'float32');
  expect(weights.unused()).toEqual([]);
  expect(metadata).toMatchObject({
    downscale: 8,
    latentChannels: 4,
    scalingFactor: 0.18215,
    forceUpcast: true,
  });
});

test('AutoencoderTiny', () => {
  const model = models['tiny vae']!;
  const weights = weightsOf(model);
  const { metadata } = buildAutoencoderTiny(model.config, weights, 'encoder', 'float32');
  buildAutoencoderTiny(model.config, weights, 'decoder', 'float32');
  expect(weights.unused()).toEqual([]);
  expect(metadata).toMatchObject({ downscale: 8, latentChannels: 4, scalingFactor: 1 });
});

test.each([
  ['clip l', 768, null],
  ['clip h', 1024, null],
  ['clip g', 1280, 1280],
])('text encoder %s', (name, hiddenSize, projectionDim) => {
  const model = models[name]!;
  const weights = weightsOf(model);
  const { metadata } = buildClipTextModel(model.config, weights, model.className as ClipTextClass, 'float32');
  expect(weights.unused()).toEqual([]);
  expect(metadata).toMatchObject({ hiddenSize, projectionDim, maxTokens: 77, vocabularySize: 49408 });
});
