/**
 * Published configurations, verbatim, build their graphs: a missing field has the default of its class
 * (test/golden/published/README.md).
 */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { buildAutoencoderKl } from '../../../native-models/graph/autoencoder-kl.ts';
import { buildAutoencoderTiny } from '../../../native-models/graph/autoencoder-tiny.ts';
import { buildClipTextModel, type ClipTextClass } from '../../../native-models/graph/clip-text-model.ts';
import { buildUnet2dCondition } from '../../../native-models/graph/unet-2d-condition.ts';
import { parseUnetConfig } from '../../../native-models/graph/unet-config.ts';
import { fullSizeModels, weightsOf } from './full-size-models.ts';

const publishedFolder = join(import.meta.dirname, '../../golden/published');
const read = (path: string) =>
  JSON.parse(readFileSync(join(publishedFolder, path), 'utf8')) as Record<string, unknown>;

describe('U-Nets', () => {
  test.each([
    ['stable-diffusion-v1-5', 'sd1 unet', [8, 8, 8, 8], false, 64],
    ['realistic-vision-v5.1', 'sd1 unet', [8, 8, 8, 8], false, 64],
    ['stable-diffusion-2-1-base', 'sd2 unet', [5, 10, 20, 20], false, 64],
    ['stable-diffusion-2-1', 'sd2 unet', [5, 10, 20, 20], true, 96],
    ['stable-diffusion-xl-base-1.0', 'sdxl unet', [5, 10, 20], false, 128],
  ])('%s', (repository, model, attentionHeads, upcastAttention, sampleSize) => {
    const json = read(`${repository}/unet/config.json`);
    expect(parseUnetConfig(json)).toMatchObject({ upcastAttention, sampleSize });
    const weights = weightsOf(fullSizeModels[model]!);
    const { metadata } = buildUnet2dCondition(json, weights, 'float32');
    expect(weights.unused()).toEqual([]);
    expect(metadata).toMatchObject({ attentionHeads, latentChannels: 4, inChannels: 4 });
    expect(metadata.textTime).toEqual(repository.includes('-xl-') ? { textDim: 1280, timeIds: 6 } : null);
  });

  test('fields that SD 1.5’s configuration lacks have the values that its fine-tune’s configuration states', () => {
    const old = parseUnetConfig(read('stable-diffusion-v1-5/unet/config.json'));
    expect(parseUnetConfig(read('realistic-vision-v5.1/unet/config.json'))).toEqual(old);
    expect(parseUnetConfig(fullSizeModels['sd1 unet']!.config)).toEqual({ ...old, sampleSize: null });
  });
});

describe('autoencoders', () => {
  test.each([
    ['stable-diffusion-v1-5', 0.18215],
    ['realistic-vision-v5.1', 0.18215],
    ['stable-diffusion-2-1-base', 0.18215],
    ['stable-diffusion-2-1', 0.18215],
    ['stable-diffusion-inpainting', 0.18215],
    ['stable-diffusion-xl-base-1.0', 0.13025],
  ])('%s', (repository, scalingFactor) => {
    const json = read(`${repository}/vae/config.json`);
    const weights = weightsOf(fullSizeModels.vae!);
    for (const half of ['encoder', 'decoder'] as const) {
      const { metadata } = buildAutoencoderKl(json, weights, half, 'float32');
      expect(metadata).toMatchObject({ scalingFactor, shiftFactor: 0, downscale: 8, latentChannels: 4 });
    }
    expect(weights.unused()).toEqual([]);
  });

  test('a TAESD of diffusers 0.20, which lacks newer fields', () => {
    const {
      upsample_fn: _,
      shift_factor: __,
      force_upcast: ___,
      ...config
    } = fullSizeModels['tiny vae']!.config;
    const weights = weightsOf(fullSizeModels['tiny vae']!);
    buildAutoencoderTiny(config, weights, 'encoder', 'float32');
    buildAutoencoderTiny(config, weights, 'decoder', 'float32');
    expect(weights.unused()).toEqual([]);
  });
});

test.each([
  ['stable-diffusion-v1-5/text_encoder', 'clip l', 768],
  ['realistic-vision-v5.1/text_encoder', 'clip l', 768],
  ['stable-diffusion-inpainting/text_encoder', 'clip l', 768],
  ['stable-diffusion-2-1-base/text_encoder', 'clip h', 1024],
  ['stable-diffusion-2-1/text_encoder', 'clip h', 1024],
  ['stable-diffusion-xl-base-1.0/text_encoder', 'clip l', 768],
  ['stable-diffusion-xl-base-1.0/text_encoder_2', 'clip g', 1280],
])('text encoder %s', (folder, model, hiddenSize) => {
  const json = read(`${folder}/config.json`);
  const weights = weightsOf(fullSizeModels[model]!);
  const [className] = json.architectures as [ClipTextClass];
  const { metadata } = buildClipTextModel(json, weights, className, 'float32');
  expect(weights.unused()).toEqual([]);
  expect(metadata).toMatchObject({ hiddenSize, maxTokens: 77, vocabularySize: 49408 });
});
