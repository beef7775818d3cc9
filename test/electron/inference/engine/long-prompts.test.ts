/** Prompts of different lengths: neither what a call holds besides nor what was cached changes a bit of the result. */
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { loadScene } from '../../../../electron/app/scenes/scene-folder.ts';
import { assetReader, makeRequest } from '../../../../electron/app/scenes/scene-request.ts';
import type { RenderParameters } from '../../../../electron/contract/parameters.ts';
import { Engine } from '../../../../electron/inference/engine/engine.ts';
import { makeTinyScene, tinySceneFile } from '../tiny-pack.ts';
import { tinyEngine } from './tiny-engine.ts';

const tiny = tinyEngine();

/** More than the 75 tokens of one pass: two passes. */
const LONG = 'a cat and a dog and a thing '.repeat(5);

interface Prompts {
  readonly prompt?: string;
  readonly negativePrompt?: string;
}

async function latentsOf(engine: Engine, prompts: Prompts, parameters: Partial<RenderParameters> = {}) {
  const scene = await loadScene(
    await makeTinyScene(join(tiny.root, 'scene'), { ...tinySceneFile(), ...prompts }),
  );
  const request = makeRequest(scene, engine.pack, { parameters });
  const { blend } = await engine.render(request, assetReader(scene));
  return blend.latents.data;
}

/** Of an engine with an empty cache. */
async function freshLatents(
  prompts: Prompts,
  parameters: Partial<RenderParameters>,
  rowsAtOnce: number | null,
) {
  const { packFolder, root } = tiny;
  const cacheFolder = join(root, `cache-of-${rowsAtOnce}`);
  const engine = await Engine.open({ packFolder, cacheFolder, device: 'cpu', rowsAtOnce });
  try {
    return await latentsOf(engine, prompts, parameters);
  } finally {
    await engine.release();
  }
}

test('a longer scene prompt after a short one gives what it gives at first', async () => {
  await latentsOf(tiny.engine, {});
  const after = await latentsOf(tiny.engine, { prompt: LONG });
  expect(after).toEqual(await freshLatents({ prompt: LONG }, {}, null));
});

test('a longer negative prompt gives the same in calls of one row as in calls of many', async () => {
  const guided = { guidanceScale: 2.5 };
  const many = await latentsOf(tiny.engine, { negativePrompt: LONG }, guided);
  expect(await freshLatents({ negativePrompt: LONG }, guided, 1)).toEqual(many);
});
