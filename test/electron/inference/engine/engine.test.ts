/** The engine on a tiny pack: what it returns, what it caches, what it refuses, and that it releases everything. */

import { chmodSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { beforeEach, describe, expect, test } from 'vitest';
import { loadScene } from '../../../../electron/app/scenes/scene-folder.ts';
import { assetReader, makeRequest } from '../../../../electron/app/scenes/scene-request.ts';
import { StudioError } from '../../../../electron/contract/errors.ts';
import type { RenderProgress } from '../../../../electron/contract/progress.ts';
import type { RenderRequest } from '../../../../electron/contract/render-request.ts';
import type { RenderControls } from '../../../../electron/inference/engine/engine.ts';
import { encodeMaskPng } from '../../../../electron/inference/images/images.ts';
import { openSessionCount } from '../../../../electron/inference/runtime/sessions.ts';
import { tensor } from '../../../../electron/pipeline/tensor/tensor.ts';
import { sentencesOf } from '../../contract/notice-sentences.ts';
import { makeTinyPack, makeTinyScene, tinySceneFile } from '../tiny-pack.ts';
import { openEngine, tinyEngine, withEngine } from './tiny-engine.ts';

const tiny = tinyEngine();
beforeEach(() => {
  rmSync(join(tiny.cacheFolder, 'tensors'), { recursive: true, force: true });
});

async function sceneOf(file: unknown = tinySceneFile()) {
  const scene = await loadScene(await makeTinyScene(join(tiny.root, 'scene'), file));
  return { request: makeRequest(scene, tiny.engine.pack, { parameters: {} }), readAsset: assetReader(scene) };
}

async function render(file: unknown = tinySceneFile(), controls: RenderControls = {}) {
  const { request, readAsset } = await sceneOf(file);
  return tiny.engine.render(request, readAsset, controls);
}

describe('a render', () => {
  test('gives a picture, the request, the device and the number of rows', async () => {
    const progress: RenderProgress[] = [];
    const outcome = await render(tinySceneFile(), { onProgress: (at) => progress.push(at) });
    expect(outcome.image).toMatchObject({ width: 32, height: 32 });
    expect(outcome.device.device).toBe('cpu');
    expect(outcome.request.pack).toEqual({
      id: 'tiny',
      version: '1.0.0',
      weights: expect.stringMatching(/^[0-9a-f]{64}$/),
    });
    // 3 steps: the background's inversion, then two concepts with two rows each while swap guidance is off.
    expect(outcome.unetRows).toBe(3 + 3 * 2 * 2);
    expect(outcome.notices).toEqual([]);
    expect(outcome.peakMemoryBytes).toBeGreaterThan(1e7);
    expect([...new Set(progress.map(({ stage }) => stage))]).toEqual([
      'load',
      'encode',
      'invert',
      'blend',
      'decode',
    ]);
    expect(progress.every(({ step, total }) => step <= total)).toBe(true);
    const stagesMs = Object.values(outcome.timingsMs).reduce((sum, ms) => sum + ms, 0);
    expect(stagesMs).toBeLessThanOrEqual(outcome.totalMs);
    expect(outcome.unetMs).toBeLessThan(outcome.totalMs);
  });

  test('gives the same bytes again, cached or not, with or without previews and traces', async () => {
    const first = await render();
    const cached = await render(tinySceneFile(), { onPreview: () => undefined, onTrace: () => undefined });
    expect(cached.image.data).toEqual(first.image.data);
  });

  test('reuses what alpha, beta, masks and order do not affect, and nothing when the seed changes', async () => {
    await tiny.engine.release();
    const first = await render();
    const tuned = tinySceneFile();
    tuned.concepts[0]!.alpha = 0.7;
    tuned.concepts[1]!.order = 5;
    tuned.parameters = { ...tuned.parameters, beta: 0.3, featherPx: 4 };
    const retuned = await render(tuned);
    // 3 steps of two references: neither the background nor the concepts are computed again.
    expect(retuned.unetRows).toBe(3 * 2);
    await tiny.engine.release();
    rmSync(join(tiny.cacheFolder, 'tensors'), { recursive: true });
    const fresh = await render(tuned);
    expect(fresh.unetRows).toBe(first.unetRows);
    expect(retuned.image.data).toEqual(fresh.image.data);
    const reseeded = tinySceneFile();
    reseeded.parameters = { ...reseeded.parameters, seed: 9 };
    expect((await render(reseeded)).unetRows).toBe(first.unetRows);
  });

  test('does not reread unchanged pictures, and uses the new alpha', async () => {
    await tiny.engine.release();
    const { request, readAsset } = await sceneOf();
    const read: string[] = [];
    const counting: typeof readAsset = (id) => {
      read.push(id);
      return readAsset(id);
    };
    const renderWith = (change: Partial<RenderRequest['scene']>, beta: number) =>
      tiny.engine.render(
        { ...request, scene: { ...request.scene, ...change }, parameters: { ...request.parameters, beta } },
        counting,
      );
    const first = await renderWith({}, 0.8);
    expect(new Set(read)).toContain(request.scene.background);
    read.length = 0;
    const concepts = request.scene.concepts.map((concept) => ({ ...concept, alpha: 0.9 }));
    const retuned = await renderWith({ concepts }, 0.3);
    expect(read).toEqual([]);
    expect(retuned.image.data).not.toEqual(first.image.data);
    // The same from files: nothing of the first render's alpha is left.
    await tiny.engine.release();
    expect((await renderWith({ concepts }, 0.3)).image.data).toEqual(retuned.image.data);
    read.length = 0;
    const masks = request.scene.concepts.map(({ mask }) => mask).reverse();
    await renderWith({ concepts: concepts.map((concept, at) => ({ ...concept, mask: masks[at]! })) }, 0.3);
    expect(read).toEqual(expect.arrayContaining(masks));
  });

  test('keeps the background’s own pixels outside the masks', async () => {
    const file = tinySceneFile();
    file.parameters = { ...file.parameters, blendEdgePx: 0 };
    const { image } = await render(file);
    const { readAsset, request } = await sceneOf(file);
    const { default: sharp } = await import('sharp');
    const background = await sharp((await readAsset(request.scene.background)).bytes)
      .raw()
      .toBuffer();
    expect(Buffer.from(image.data.subarray(0, 3 * 32 * 4))).toEqual(background.subarray(0, 3 * 32 * 4));
  });

  test('treats alpha 0 as 0: the picture differs from the default’s', async () => {
    const file = tinySceneFile();
    for (const concept of file.concepts) concept.alpha = 0;
    const { request } = await sceneOf(file);
    expect(request.scene.concepts.map(({ alpha }) => alpha)).toEqual([0, 0]);
    const zero = await render(file);
    const ablated = tinySceneFile();
    for (const concept of ablated.concepts) concept.alpha = 2;
    expect((await render(ablated)).blend.latents.data).not.toEqual(zero.blend.latents.data);
  });

  test('uses the decoder’s layers only on request, in the same sessions', async () => {
    const all = await render();
    const sessions = openSessionCount();
    const file = tinySceneFile();
    file.parameters = { ...file.parameters, attentionLayers: 'decoder' };
    expect((await render(file)).blend.latents.data).not.toEqual(all.blend.latents.data);
    expect(openSessionCount()).toBe(sessions);
  });

  test('shows previews of one pixel per latent element', async () => {
    const previews: string[] = [];
    await render(tinySceneFile(), {
      onPreview: ({ width, height }, step, total) => previews.push(`${width}x${height} ${step}/${total}`),
    });
    expect(previews).toEqual(['8x8 1/3', '8x8 2/3', '8x8 3/3']);
  });

  test('traces inversions, steps, masks and the final latents by name', async () => {
    const names: string[] = [];
    await render(tinySceneFile(), { onTrace: (name) => names.push(name) });
    expect(names).toEqual(
      expect.arrayContaining([
        'inversion/background/x0',
        'inversion/inpainted/x_t/0',
        'inversion/concept-2/noise_map/2',
        'inversion/concept-1/noise_prediction/1',
        'masks/region-1',
        'masks/background',
        'blend/2/output',
        'blend/0/reference-2',
        'final/latents',
      ]),
    );
  });
});

describe('notices', () => {
  test('say that the masks were filled if there is no inpainted background', async () => {
    const file = tinySceneFile();
    file.inpainted = undefined;
    expect(sentencesOf((await render(file)).notices)).toEqual([
      expect.stringContaining('no clean background'),
    ]);
  });

  test('say that a picture was used whole if its subject is unknown', async () => {
    const file = { ...tinySceneFile(), parameters: { conceptImageMode: 'aligned' } };
    const { notices } = await render(file);
    expect(sentencesOf(notices)).toEqual(
      file.concepts.map(({ name }) => expect.stringContaining(`“${name}” was used, because`)),
    );
  });

  test('say how much of a prompt has no effect', async () => {
    const file = tinySceneFile();
    // Four passes of fourteen letters have an effect.
    file.concepts[0]!.prompt = 'abcdefghijklmnopqrstuvwxyz0123456789abcdefghijklmnopqrstuvwxyz';
    expect(sentencesOf((await render(file)).notices)).toEqual([
      expect.stringMatching(/“my cat” is too long: its last 6 tokens/),
    ]);
  });

  test('say that the cache cannot be written, and the render continues', async () => {
    // A file in place of the folder: unlike permissions, this also stops an administrator.
    writeFileSync(join(tiny.cacheFolder, 'tensors'), '');
    expect(sentencesOf((await render()).notices)).toEqual([expect.stringContaining('cannot be written')]);
    rmSync(join(tiny.cacheFolder, 'tensors'));
  });
});

describe('the subject of a concept picture', () => {
  const withSubject = (conceptImageMode: string) => {
    const file = tinySceneFile();
    const [first, ...others] = file.concepts;
    // Any mask of the picture's size will do: the region's is one.
    return {
      ...file,
      concepts: [
        { ...first!, subject: first!.mask },
        ...others.map((one) => ({ ...one, subject: one.mask })),
      ],
      parameters: { ...file.parameters, conceptImageMode },
    };
  };

  test('is the only part used if the parameter says so', async () => {
    const [whole, subject, placed] = [
      await render(withSubject('full')),
      await render(withSubject('subject')),
      await render(withSubject('aligned')),
    ];
    expect(whole.image.data).toEqual((await render()).image.data);
    expect(subject.image.data).not.toEqual(whole.image.data);
    // Here each subject is already where it belongs.
    expect(placed.image.data).toEqual(subject.image.data);
    expect(placed.notices).toEqual([]);
  });

  test('has a mask with the picture’s aspect ratio', async () => {
    const { request, readAsset } = await sceneOf(withSubject('aligned'));
    const { subject } = request.scene.concepts[0]!;
    const small = await encodeMaskPng(tensor(new Float32Array(128).fill(1), [8, 16]));
    const swapped = async (id: string) => {
      const file = await readAsset(id);
      return id === subject ? { ...file, bytes: small } : file;
    };
    // The region's mask is the same file, and its size is checked first.
    await expect(tiny.engine.render(request, swapped)).rejects.toMatchObject({ code: 'SIZE_MISMATCH' });
  });
});

describe('refuses', () => {
  async function codeOf(promise: Promise<unknown>): Promise<string> {
    return promise.then(
      () => 'nothing thrown',
      (error: unknown) => (error instanceof StudioError ? `${error.code}: ${error.message}` : String(error)),
    );
  }

  test('a request for other weights', async () => {
    const { request, readAsset } = await sceneOf();
    const foreign: RenderRequest = { ...request, pack: { ...request.pack, weights: '0'.repeat(64) } };
    expect(await codeOf(tiny.engine.render(foreign, readAsset))).toMatch(
      /^PACK_UNKNOWN: .*is for tiny 1\.0\.0 \(0{10}\).*Open that model/,
    );
  });

  test('an invalid request', async () => {
    const { request, readAsset } = await sceneOf();
    const broken = { ...request, parameters: { ...request.parameters, beta: 7 } };
    expect(await codeOf(tiny.engine.render(broken, readAsset))).toMatch(/^PARAMETER_INVALID: .*beta/s);
    const crowded = { ...request.scene, concepts: new Array(9).fill(request.scene.concepts[0]) };
    expect(await codeOf(tiny.engine.render({ ...request, scene: crowded }, readAsset))).toMatch(
      /^CONCEPT_COUNT: .*9/,
    );
  });
});

describe('cancelling', () => {
  test('takes effect in every stage, leaves no partial cache and a usable engine', async () => {
    for (const stage of ['encode', 'invert', 'blend'] as const) {
      const controller = new AbortController();
      const rendering = render(tinySceneFile(), {
        signal: controller.signal,
        onProgress: (at) => {
          if (at.stage === stage) controller.abort();
        },
      });
      await expect(rendering).rejects.toMatchObject({ code: 'CANCELLED' });
    }
    const kept = readdirSync(join(tiny.cacheFolder, 'tensors'));
    expect(kept.every((name) => name.endsWith('.tensors'))).toBe(true);
    expect((await render()).image.width).toBe(32);
  });

  test('works before the start', async () => {
    await expect(render(tinySceneFile(), { signal: AbortSignal.abort() })).rejects.toMatchObject({
      code: 'CANCELLED',
    });
  });
});

describe('sessions', () => {
  test('are all released, however often, and created again for the next render', async () => {
    await render();
    expect(openSessionCount()).toBeGreaterThanOrEqual(4);
    await tiny.engine.release();
    await tiny.engine.release();
    expect(openSessionCount()).toBe(0);
    await render();
    await tiny.engine.release();
    expect(openSessionCount()).toBe(0);
  });

  test('are released if a pack cannot be used', async () => {
    const packFolder = makeTinyPack(tiny.root, 'mismatched');
    rmSync(join(packFolder, 'vae', 'config.json'));
    await expect(openEngine(packFolder, tiny.cacheFolder)).rejects.toMatchObject({
      code: 'PACK_INCOMPLETE',
    });
    expect(openSessionCount()).toBe(0);
  });
});

test.each([
  ['scheduler/scheduler_config.json', { prediction_type: 'v_prediction' }],
  ['vae/config.json', { scaling_factor: 0.5 }],
  ['tokenizer/tokenizer_config.json', { pad_token: 'a' }],
] as const)('what was cached before %s was edited is not used', async (name, change) => {
  const packFolder = makeTinyPack(tiny.root, `edited-${name.length}`);
  const scene = await loadScene(await makeTinyScene(join(tiny.root, 'scene')));
  const path = join(packFolder, name);
  const rendered = async (cache: string) => {
    const { image } = await withEngine(packFolder, join(tiny.root, cache), (opened) => {
      const request = makeRequest(scene, opened.pack, { parameters: { steps: 2, swapGuidanceScale: 1 } });
      return opened.render(request, assetReader(scene));
    });
    return image.data;
  };
  const before = await rendered('shared-cache');
  writeFileSync(path, JSON.stringify({ ...JSON.parse(readFileSync(path, 'utf8')), ...change }));
  const after = await rendered('shared-cache');
  expect(after).toEqual(await rendered(`fresh-cache-${name.length}`));
  expect(after).not.toEqual(before);
});

test('a read-only pack folder works like any other', async () => {
  const packFolder = makeTinyPack(tiny.root, 'read-only');
  for (const name of ['unet', 'vae', 'text_encoder', '.']) chmodSync(join(packFolder, name), 0o555);
  try {
    const scene = await loadScene(await makeTinyScene(join(tiny.root, 'scene')));
    const outcome = await withEngine(packFolder, tiny.cacheFolder, (other) =>
      other.render(makeRequest(scene, other.pack, { parameters: {} }), assetReader(scene)),
    );
    expect(outcome.image.width).toBe(32);
  } finally {
    for (const name of ['.', 'unet', 'vae', 'text_encoder']) chmodSync(join(packFolder, name), 0o755);
  }
});

test('a distilled model does not blend, and says why', async () => {
  const packFolder = makeTinyPack(tiny.root, 'sd-turbo');
  const scene = await loadScene(await makeTinyScene(join(tiny.root, 'scene')));
  await withEngine(packFolder, tiny.cacheFolder, async (turbo) => {
    const request = makeRequest(scene, turbo.pack, { parameters: {} });
    await expect(turbo.render(request, assetReader(scene))).rejects.toMatchObject({
      code: 'MODEL_INVALID',
      message: expect.stringMatching(/"sd-turbo" is called “turbo”/),
    });
  });
});
