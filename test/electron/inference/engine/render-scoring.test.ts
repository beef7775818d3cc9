/** Scoring in the engine: the references of a request, the instruments, and what is not computed twice. */
import { join } from 'node:path';
import sharp from 'sharp';
import { beforeAll, beforeEach, expect, test } from 'vitest';
import { loadScene } from '../../../../electron/app/scenes/scene-folder.ts';
import { assetReader, makeRequest } from '../../../../electron/app/scenes/scene-request.ts';
import type { RenderRequest } from '../../../../electron/contract/render-request.ts';
import { runEngineTask } from '../../../../electron/inference/engine/engine-tasks.ts';
import type { ScoringOrder } from '../../../../electron/inference/engine/render-scoring.ts';
import type { PictureFile } from '../../../../electron/inference/images/images.ts';
import { openSessionCount } from '../../../../electron/inference/runtime/sessions.ts';
import { makeTinyClassifier } from '../scoring/tiny-classifier.ts';
import { tinyClip, tinyDinov2 } from '../scoring/tiny-encoders.ts';
import { makeTinyScene, tinySceneFile, writeManifest } from '../tiny-pack.ts';
import { tinyEngine } from './tiny-engine.ts';

const tiny = tinyEngine((packFolder) => {
  makeTinyClassifier(join(packFolder, 'evaluation'));
  writeManifest(packFolder);
});
let request: RenderRequest;
let readAsset: ReturnType<typeof assetReader>;
let background: PictureFile;
beforeAll(async () => {
  const scene = await loadScene(await makeTinyScene(join(tiny.root, 'scene'), tinySceneFile()));
  request = makeRequest(scene, tiny.engine.pack, { parameters: { keepOriginalBackground: true } });
  readAsset = assetReader(scene);
  background = await readAsset(request.scene.background);
});
beforeEach(() => tiny.engine.scoring.release());

function score(change: Partial<ScoringOrder> = {}, signal?: AbortSignal) {
  const order = {
    request,
    result: background,
    encoders: { clip: null, dinov2: null },
    known: null,
    ...change,
  };
  const stages: string[] = [];
  const scores = tiny.engine.scoring.score(order, readAsset, {
    ...(signal && { signal }),
    onProgress: ({ stage, step, total }) => stages.push(`${stage} ${step}/${total}`),
  });
  return { scores, stages };
}

test('an unchanged background has perfect background scores, and without encoders theirs are null', async () => {
  const { scores, stages } = score();
  expect(await scores).toMatchObject({
    version: 1,
    instruments: [{ id: 'appearance' }],
    values: { tclip: null, idino: null, backgroundPsnr: 100, backgroundSsim: expect.closeTo(1, 5), ring: 0 },
    concepts: request.scene.concepts.map(({ name }) => ({ name })),
  });
  expect(stages[0]).toBe('score 0/10');
  expect(stages.at(-1)).toBe('score 9/10');
});

test('with encoders every score is there, for each concept too', async () => {
  const { engine, root } = tiny;
  const encoders = { clip: tinyClip(root), dinov2: tinyDinov2 };
  const { values, concepts, instruments } = await score({ encoders }).scores;
  expect(instruments.map(({ id }) => id)).toEqual(['clip', 'dinov2', 'appearance']);
  const [one, two] = concepts;
  for (const name of ['iclip', 'iclipMasked', 'idino', 'idinoMasked', 'foregroundDistance']) {
    expect(values[name], name).toBeCloseTo((one!.values[name]! + two!.values[name]!) / 2, 6);
  }
  expect(values.tclip).toBeGreaterThan(-1);
  expect(values.backgroundDistance).toBeCloseTo(0, 5);
  // Their memory is released for the next task of another kind.
  const open = openSessionCount();
  await engine.scoring.release();
  expect(openSessionCount()).toBeLessThan(open);
});

test('a render that did not keep the background is compared with the autoencoder’s for leak and ring', async () => {
  const changed = { ...request, parameters: { ...request.parameters, keepOriginalBackground: false } };
  const kept = await score().scores;
  const own = await score({ request: changed }).scores;
  expect(kept.values.ring).toBe(0);
  expect(own.values.ring).toBeGreaterThan(0);
  expect(own.values.backgroundPsnr).toBe(100);
});

test('a larger picture is scored at the model’s size', async () => {
  const enlarged = async ({ name, bytes }: PictureFile) => {
    const { width, height } = await sharp(bytes).metadata();
    const size = { width: 3 * width, height: 3 * height, kernel: 'nearest' } as const;
    return { name, bytes: await sharp(bytes).resize(size).png().toBuffer() };
  };
  const { background: id, inpainted } = request.scene;
  const read: typeof readAsset = async (asset) =>
    asset === id || asset === inpainted ? enlarged(await readAsset(asset)) : readAsset(asset);
  const scores = await tiny.engine.scoring.score(
    { request, result: await read(id), encoders: { clip: null, dinov2: null }, known: null },
    read,
  );
  expect(scores.values).toMatchObject({ backgroundPsnr: 100, ring: 0 });
});

test('known scores of the same instruments are returned as they are', async () => {
  const first = await score().scores;
  const known = { ...first, values: { ring: 42 } };
  expect(await score({ known }).scores).toBe(known);
  const others = { ...known, instruments: [] };
  expect((await score({ known: others }).scores).values).toEqual(first.values);
  const older = { ...known, version: 99 };
  expect((await score({ known: older }).scores).values).toEqual(first.values);
});

test('another model’s render, a missing picture and a damaged encoder are refused', async () => {
  const pack = { ...request.pack, weights: 'a'.repeat(64) };
  await expect(score({ request: { ...request, pack } }).scores).rejects.toMatchObject({
    code: 'PACK_UNKNOWN',
  });
  const encoders = { clip: join(tiny.root, 'nowhere'), dinov2: null };
  await expect(score({ encoders }).scores).rejects.toMatchObject({ code: 'PACK_INCOMPLETE' });
  const damaged = { name: 'result.png', bytes: new Uint8Array(20) };
  await expect(score({ result: damaged }).scores).rejects.toMatchObject({ code: 'ASSET_INVALID' });
});

test('a render whose prompts name an embedding is scored by its model, with or without the embedding', async () => {
  const pack = { ...request.pack, embeddings: [{ name: 'moody', sha256: 'b'.repeat(64) }] };
  const { values } = await score({ request: { ...request, pack } }).scores;
  expect(values).toEqual((await score().scores).values);
});

test('can be cancelled at every step', async () => {
  const { scores, stages } = score();
  await scores;
  for (const at of stages.keys()) {
    const controller = new AbortController();
    let step = 0;
    const order = { request, result: background, encoders: { clip: null, dinov2: null }, known: null };
    const cancelled = tiny.engine.scoring.score(order, readAsset, {
      signal: controller.signal,
      onProgress: () => {
        if (step++ === at) controller.abort();
      },
    });
    await expect(cancelled, `step ${at}`).rejects.toMatchObject({ code: 'CANCELLED' });
  }
});

test('a task of the engine scores the picture that it names', async () => {
  const result = await runEngineTask(
    tiny.engine,
    {
      kind: 'scoreRender',
      request,
      result: request.scene.background,
      encoders: { clip: null, dinov2: null },
      known: null,
    },
    {
      signal: new AbortController().signal,
      readAsset,
      onProgress: () => undefined,
      onPreview: () => undefined,
      onCandidate: () => undefined,
    },
  );
  expect(result).toMatchObject({ kind: 'scoreRender', scores: { values: { backgroundPsnr: 100 } } });
});
