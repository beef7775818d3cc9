/**
 * The models that people use, at their real sizes: every tensor that diffusers and transformers give them has its
 * place in the graph, with its shape, and none is missing. Names and shapes only; there are no weights here.
 */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { gunzipSync } from 'node:zlib';
import { describe, expect, test } from 'vitest';
import { buildAutoencoderKl } from '../../../native-models/graph/autoencoder-kl.ts';
import { buildAutoencoderTiny } from '../../../native-models/graph/autoencoder-tiny.ts';
import { buildClipTextModel, type ClipTextClass } from '../../../native-models/graph/clip-text-model.ts';
import { ComponentWeights } from '../../../native-models/graph/component-weights.ts';
import { parseSafetensorsHeader } from '../../../native-models/graph/safetensors.ts';
import { buildUnet2dCondition } from '../../../native-models/graph/unet-2d-condition.ts';
import { goldenFolder } from './golden-session.ts';

interface FullSizeModel {
  readonly className: string;
  readonly config: Record<string, unknown>;
  readonly tensors: Record<string, number[]>;
}

const listPath = join(goldenFolder, 'full-size.json.gz');
const models = JSON.parse(gunzipSync(readFileSync(listPath)).toString()) as Record<string, FullSizeModel>;

/** Weights as a float16 checkpoint of this model would have them. */
function weightsOf({ tensors }: FullSizeModel): ComponentWeights {
  let end = 0;
  const entries = Object.entries(tensors).map(([name, shape]) => {
    const begin = end;
    end += 2 * shape.reduce((product, size) => product * size, 1);
    return [name, { dtype: 'F16', shape, data_offsets: [begin, end] }];
  });
  const header = new TextEncoder().encode(JSON.stringify(Object.fromEntries(entries)));
  // The path only has to be that of a file.
  return new ComponentWeights([parseSafetensorsHeader(header, end, listPath)]);
}

describe('U-Nets', () => {
  test.each([
    ['sd1 unet', 16, 9, [8, 8, 8, 8]],
    ['sd2 unet', 16, 9, [5, 10, 20, 20]],
    ['sdxl unet', 70, 36, [5, 10, 20]],
  ])('%s', (name, selfAttentionLayers, inDecoder, attentionHeads) => {
    const model = models[name]!;
    for (const appearanceLayers of ['all', 'decoder'] as const) {
      const weights = weightsOf(model);
      const { graph, metadata } = buildUnet2dCondition(model.config, weights, {
        precision: 'float16',
        appearanceLayers,
      });
      expect(weights.unused()).toEqual([]);
      expect(metadata).toMatchObject({ selfAttentionLayers, attentionHeads });
      expect(metadata.guidedLayers).toHaveLength(
        appearanceLayers === 'all' ? selfAttentionLayers : inDecoder,
      );
      expect(graph.serialize(name).byteLength).toBeLessThan(4e6);
    }
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
