/**
 * One full-size model in its own process, so that it has its own peak memory: `node full-size-child.ts FOLDER
 * blend|backgrounds`. Prints a {@link FullSizeFigures} as JSON.
 */
import { join } from 'node:path';
import { loadScene } from '../../electron/app/scenes/scene-folder.ts';
import { assetReader, makeRequest } from '../../electron/app/scenes/scene-request.ts';
import { openBackgroundsModel } from '../../electron/inference/diffusion/text-to-image-pack.ts';
import { Engine } from '../../electron/inference/engine/engine.ts';
import { chooseDevice } from '../../electron/inference/runtime/devices.ts';
import { firstNonFinite, tensor } from '../../electron/pipeline/tensor/tensor.ts';
import { writeJson, writePicture } from '../electron/inference/tiny-pack.ts';
import type { FullSizeFigures } from './full-size.ts';

const SIZE_PX = 512;

const [folder, task] = process.argv.slice(2) as [string, 'blend' | 'backgrounds'];
const cacheFolder = join(folder, '..', 'cache');
const figures = task === 'blend' ? await blend() : await openBackgrounds();
console.log(JSON.stringify(figures));

/** Composes one step at 512 x 512 with one concept, then runs two rows on their own. */
async function blend(): Promise<FullSizeFigures> {
  const opened = stopwatch();
  const engine = await Engine.open({ packFolder: folder, device: 'cpu', cacheFolder });
  const openSeconds = opened();
  const scene = await loadScene(await writeScene());
  const request = makeRequest(scene, engine.pack, {
    parameters: { steps: 1, swapGuidanceScale: 1, keepOriginalBackground: false },
  });
  const composed = stopwatch();
  const outcome = await engine.render(request, assetReader(scene));
  const composeSeconds = composed();
  if (outcome.image.width !== SIZE_PX || outcome.image.height !== SIZE_PX) {
    throw new Error(`The picture has ${outcome.image.width} x ${outcome.image.height} pixels.`);
  }
  const residentBytes = process.memoryUsage().rss;

  const { unet, conditioner } = engine.models;
  const size = { width: SIZE_PX, height: SIZE_PX };
  const conditioning = await conditioner.condition('a photo of a cat', size);
  const side = SIZE_PX / engine.models.autoencoder.downscale;
  const data = Float32Array.from({ length: unet.latentChannels * side * side }, (_, i) => Math.sin(i));
  const latents = tensor(data, [unet.latentChannels, side, side]);
  const rows: number[] = [];
  for (const timestep of [501, 1]) {
    const ran = stopwatch();
    const noise = await unet.predict(
      [{ latents, timestep, ...conditioning, keyValueSource: 0, appearanceScale: 0 }],
      'all',
    );
    rows.push(ran());
    if (firstNonFinite(noise) >= 0) throw new Error('The U-Net returned a value that is not a number.');
  }
  await engine.release();
  return {
    openSeconds,
    composeSeconds,
    unetRows: outcome.unetRows,
    rowSeconds: Math.min(...rows),
    residentBytes,
    peakBytes: process.resourceUsage().maxRSS * 1024,
    releasedBytes: process.memoryUsage().rss,
  };
}

/** Opens a model for backgrounds as a pack's `backgrounds/` is opened: every graph is built. */
async function openBackgrounds(): Promise<FullSizeFigures> {
  const device = await chooseDevice('cpu');
  const opened = stopwatch();
  const size = { width: SIZE_PX, height: SIZE_PX };
  const pack = await openBackgroundsModel(folder, size, device, { cacheFolder });
  const openSeconds = opened();
  await pack.release();
  return { openSeconds, peakBytes: process.resourceUsage().maxRSS * 1024 };
}

async function writeScene(): Promise<string> {
  const path = join(folder, '..', 'scene', 'scene.json');
  writeJson(path, {
    version: 2,
    prompt: 'a cat on a table',
    background: 'background.png',
    inpainted: 'inpainted.png',
    concepts: [{ name: 'cat', prompt: 'a cat', image: 'cat.png', mask: 'mask.png', order: 0 }],
  });
  const size = [SIZE_PX, SIZE_PX] as const;
  const rectangle = [128, 128, 320, 384] as const;
  const inFolder = (name: string) => join(folder, '..', 'scene', name);
  await writePicture(inFolder('background.png'), { size, rectangle });
  await writePicture(inFolder('inpainted.png'), { size });
  await writePicture(inFolder('cat.png'), { size, rectangle: [64, 64, 448, 448] });
  await writePicture(inFolder('mask.png'), { size, rectangle, isMask: true });
  return path;
}

/** @returns a function that gives the processor time so far in seconds, of all threads */
function stopwatch(): () => number {
  const start = process.cpuUsage();
  return () => {
    const { user, system } = process.cpuUsage(start);
    return (user + system) / 1e6;
  };
}
