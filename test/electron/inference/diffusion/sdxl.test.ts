/**
 * SDXL from prompt to latents compared with diffusers' StableDiffusionXLPipeline on a small random checkpoint
 * (test/golden/text-to-image/make_golden.py), and as the engine's background model.
 */
import { cpSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { loadScene } from '../../../../electron/app/scenes/scene-folder.ts';
import { assetReader, makeRequest } from '../../../../electron/app/scenes/scene-request.ts';
import type { RenderParameters } from '../../../../electron/contract/parameters.ts';
import {
  openBackgroundsModel,
  type TextToImagePack,
} from '../../../../electron/inference/diffusion/text-to-image-pack.ts';
import { chooseDevice } from '../../../../electron/inference/runtime/devices.ts';
import { openSessionCount } from '../../../../electron/inference/runtime/sessions.ts';
import { NoisePredictor } from '../../../../electron/pipeline/batching.ts';
import { createSampler } from '../../../../electron/pipeline/schedulers/create-sampler.ts';
import {
  maxAbsDifference,
  type Tensor,
  tensor,
  unstackRows,
} from '../../../../electron/pipeline/tensor/tensor.ts';
import { openSafetensors } from '../../../../native-models/graph/safetensors.ts';
import { readTensorAsFloat32 } from '../../../../native-models/graph/safetensors-values.ts';
import { textbookRender } from '../../../oracle/textbook-render.ts';
import { withEngine } from '../engine/tiny-engine.ts';
import { makeTinyPack, makeTinyScene, temporaryFolder, tinySceneFile, writeManifest } from '../tiny-pack.ts';

const golden = join(import.meta.dirname, '../../../golden');
const tolerance = 2e-4;

let root: string;
let folder: string;
let pack: TextToImagePack;

/** Assembles the golden SDXL checkpoint in `parent`. */
function makeSdxl(parent: string): string {
  const checkpoint = join(parent, 'backgrounds');
  cpSync(join(golden, 'text-to-image/sdxl'), checkpoint, { recursive: true });
  for (const component of ['unet', 'vae', 'text_encoder_2']) {
    cpSync(join(golden, 'graph/sdxl', component), join(checkpoint, component), { recursive: true });
  }
  return checkpoint;
}

beforeAll(async () => {
  root = temporaryFolder();
  folder = makeSdxl(root);
  pack = await openBackgroundsModel(folder, { width: 24, height: 16 }, await chooseDevice('cpu'), {
    cacheFolder: join(root, 'cache'),
  });
});
afterAll(async () => {
  await pack.release();
  expect(openSessionCount()).toBe(0);
  rmSync(root, { recursive: true });
});

function goldenTensor(name: string): Tensor {
  const file = openSafetensors(join(golden, 'text-to-image/sdxl.golden.safetensors'));
  return tensor(readTensorAsFloat32(file, name), file.tensors.get(name)!.shape);
}

describe('SDXL', () => {
  test.each([
    ['plain', ''],
    ['negative', 'b c dog'],
  ])('has diffusers’ latents after every step: %s', async (name, negativePrompt) => {
    const size = { width: 24, height: 16 };
    const { conditioner, unet, schedule } = pack.models;
    const conditioning = await conditioner.condition('a cat 7', size);
    const negative = await conditioner.conditionNegative(negativePrompt, size);
    const predictor = new NoisePredictor({
      unet,
      predictionType: schedule.predictionType,
      guidanceScale: 5,
      unconditional: negative,
      attentionLayers: 'all',
      controls: {},
    });
    const sampler = createSampler('euler', schedule, 4);
    const expected = unstackRows(goldenTensor(name));
    let state = sampler.start(goldenTensor('noise'));
    for (const step of sampler.steps) {
      const latents = sampler.modelLatents(state, step.index);
      const [[eps]] = (await predictor.predict([
        [{ ...conditioning, step, latents, keyValueSource: 0, appearanceScale: 0 }],
      ])) as [[Tensor]];
      state = sampler.advance(state, eps, step.index);
      expect(maxAbsDifference(state.latents, expected[step.index]!)).toBeLessThan(tolerance);
    }
  });

  test('makes pictures with the blending model’s aspect ratio, at its own area', async () => {
    // The golden U-Net was made for 8 x 8 latents of 2 x 2 pixels.
    expect(pack.size).toEqual({ width: 16, height: 16 });
    expect(pack.settings).toEqual({ steps: 30, guidance: 5 });
  });

  test('needs both text encoders', async () => {
    const broken = makeSdxl(join(root, 'broken'));
    rmSync(join(broken, 'text_encoder_2'), { recursive: true });
    await expect(
      openBackgroundsModel(broken, null, await chooseDevice('cpu'), { cacheFolder: join(root, 'cache') }),
    ).rejects.toMatchObject({ code: 'PACK_INCOMPLETE' });
  });

  test('refuses an invalid index', async () => {
    const broken = makeSdxl(join(root, 'index'));
    writeFileSync(join(broken, 'model_index.json'), '[1]');
    await expect(
      openBackgroundsModel(broken, null, await chooseDevice('cpu'), { cacheFolder: join(root, 'cache') }),
    ).rejects.toMatchObject({ code: 'MODEL_INVALID' });
  });
});

describe('the engine', () => {
  test('uses SDXL for backgrounds if it is next to the pack, and resizes to the pack’s size', async () => {
    const store = join(root, 'store');
    makeSdxl(store);
    const packFolder = makeTinyPack(store, 'blending');
    writeManifest(packFolder);
    const { candidates, model } = await withEngine(packFolder, join(root, 'cache'), (engine) =>
      engine.preparation.generateBackgrounds({ prompt: 'a cat', seed: 1, steps: 2 }),
    );
    expect(model).toBe('backgrounds');
    expect(candidates.map(({ image }) => [image.width, image.height])).toEqual([[32, 32]]);
  });

  test('blends with SDXL like the textbook, with both kinds of guidance and both choices of layers', async () => {
    const packFolder = makeSdxl(join(root, 'blend'));
    const scene = await loadScene(await makeTinyScene(join(root, 'scene'), tinySceneFile()));
    const readAsset = assetReader(scene);
    const cases: Partial<RenderParameters>[] = [
      { swapGuidanceScale: 3.5 },
      { guidanceScale: 5, swapGuidanceScale: 1, attentionLayers: 'decoder' },
      { startAt: 0.6, swapGuidanceScale: 2 },
    ];
    await withEngine(packFolder, join(root, 'cache'), async (engine) => {
      for (const parameters of cases) {
        const request = makeRequest(scene, engine.pack, { parameters: { steps: 3, ...parameters } });
        const { blend, image } = await engine.render(request, readAsset);
        const expected = await textbookRender(engine, request, readAsset);
        expect(maxAbsDifference(blend.latents, expected.latents)).toBeLessThan(tolerance);
        // A re-tune takes the inversion from the cache, with the same bytes.
        const again = await engine.render(request, readAsset);
        expect(again.unetRows).toBeLessThan(expected.unetRows);
        expect(again.image.data).toEqual(image.data);
      }
    });
  });

  test('has SDXL’s own size if the blending model generates backgrounds', async () => {
    // Neither in nor next to a folder with the name of a background model.
    const packFolder = join(root, 'alone', 'model');
    renameSync(makeSdxl(join(root, 'alone')), packFolder);
    const { candidates, model } = await withEngine(packFolder, join(root, 'cache'), (engine) =>
      engine.preparation.generateBackgrounds({ prompt: 'a cat', seed: 1, steps: 2 }),
    );
    expect(model).toBe('model');
    expect(candidates.map(({ image }) => [image.width, image.height])).toEqual([[16, 16]]);
  });
});
