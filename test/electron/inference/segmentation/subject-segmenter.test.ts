/** The subject of a picture, through the engine, with models of U2-Net's form and its exports' variations. */
import { mkdirSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import type { Engine } from '../../../../electron/inference/engine/engine.ts';
import { openSessionCount } from '../../../../electron/inference/runtime/sessions.ts';
import { discs, overlap, pictureFile } from '../engine/discs.ts';
import { withEngine } from '../engine/tiny-engine.ts';
import { makeTinyPack, temporaryFolder } from '../tiny-pack.ts';
import { makeTinySubjectModel, type TinySubjectModel } from './tiny-subject-model.ts';

let root: string;
let packFolder: string;

beforeEach(() => {
  root = temporaryFolder();
  packFolder = makeTinyPack(root, 'pack');
});
afterEach(() => {
  expect(openSessionCount()).toBe(0);
  rmSync(root, { recursive: true });
});

const withPack = (run: (engine: Engine) => Promise<void>) => withEngine(packFolder, join(root, 'cache'), run);

test.each<[string, TinySubjectModel]>([
  ['as U2-Net is exported', {}],
  ['with logits, as BiRefNet is exported', { isLogits: true }],
  [
    'with a preprocessor of its own, as the hub has it',
    {
      side: 48,
      preprocessor: { image_mean: [0.5, 0.5, 0.5], image_std: [1, 1, 1], size: { width: 48, height: 48 } },
    },
  ],
])('is what stands out, %s', async (_, model) => {
  makeTinySubjectModel(packFolder, model);
  await withPack(async (engine) => {
    expect(engine.preparation.capabilities.findSubject).toBe(true);
    const { image, red } = discs();
    const { proposals, notices } = await engine.preparation.findMask(await pictureFile(image), {
      phrase: null,
    });
    expect(proposals).toHaveLength(1);
    expect(overlap(proposals[0]!.mask, red)).toBeGreaterThan(0.8);
    expect(proposals[0]!.mask.dims).toEqual(red.dims);
    expect(proposals[0]!.score).toBeGreaterThan(0.5);
    expect(notices).toEqual([]);
  });
});

test('is empty if nothing stands out', async () => {
  makeTinySubjectModel(packFolder, { isFlat: true });
  await withPack(async (engine) => {
    const { proposals } = await engine.preparation.findMask(await pictureFile(discs().image), {
      phrase: null,
    });
    expect(proposals).toEqual([]);
  });
});

test('a pack without a model says how to get one', async () => {
  await withPack(async (engine) => {
    expect(engine.preparation.capabilities.findSubject).toBe(false);
    await expect(
      engine.preparation.findMask(await pictureFile(discs().image), { phrase: null }),
    ).rejects.toMatchObject({
      code: 'PACK_INCOMPLETE',
      message: expect.stringContaining('models pull sd21'),
    });
  });
});

test('a file that is no model, and one with nonsensical output, are refused by name', async () => {
  makeTinySubjectModel(packFolder, { preprocessor: { image_mean: 'none' } });
  const find = async () =>
    withPack(async (engine) => {
      await engine.preparation.findMask(await pictureFile(discs().image), { phrase: null });
    });
  await expect(find()).rejects.toMatchObject({
    code: 'MODEL_INVALID',
    message: expect.stringContaining('preprocessor_config.json'),
  });
  rmSync(join(packFolder, 'subject'), { recursive: true });
  mkdirSync(join(packFolder, 'subject', 'onnx'), { recursive: true });
  writeFileSync(join(packFolder, 'subject', 'onnx', 'model.onnx'), 'not a model');
  await expect(find()).rejects.toMatchObject({ code: 'MODEL_INVALID' });
});
