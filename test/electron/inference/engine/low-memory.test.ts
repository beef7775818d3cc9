/** Low memory: only the sessions of the stage in use, and the same picture. */
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { loadScene } from '../../../../electron/app/scenes/scene-folder.ts';
import { assetReader, makeRequest } from '../../../../electron/app/scenes/scene-request.ts';
import { Engine } from '../../../../electron/inference/engine/engine.ts';
import { openSessionCount } from '../../../../electron/inference/runtime/sessions.ts';
import { makeTinyScene } from '../tiny-pack.ts';
import { tinyEngine } from './tiny-engine.ts';

const tiny = tinyEngine();

test('the same picture, with one stage loaded at a time', async () => {
  const scene = await loadScene(await makeTinyScene(join(tiny.root, 'scene')));
  const request = makeRequest(scene, tiny.engine.pack, { parameters: {} });
  const usual = await tiny.engine.render(request, assetReader(scene));
  await tiny.engine.release();
  expect(openSessionCount()).toBe(0);
  const { packFolder, root } = tiny;
  // A cache of its own: nothing of the other engine's is reused.
  const cacheFolder = join(root, 'own-cache');
  const engine = await Engine.open({ packFolder, cacheFolder, device: 'cpu', lowMemory: true });
  const openAt = new Map<string, number>();
  const low = await engine.render(request, assetReader(scene), {
    onProgress: ({ stage }) => openAt.set(stage, Math.max(openAt.get(stage) ?? 0, openSessionCount())),
  });
  expect(low.image.data).toEqual(usual.image.data);
  // One session each: the autoencoder's encoder, the U-Net, the decoder.
  expect(Object.fromEntries(openAt)).toMatchObject({ encode: 1, invert: 1, blend: 1 });
  expect(openSessionCount()).toBeLessThanOrEqual(2);
  await engine.release();
  expect(openSessionCount()).toBe(0);
});
