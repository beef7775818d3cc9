/**
 * One full-size model in its own process, so that it has its own memory: `node full-size-child.ts FOLDER SIZE_PX
 * usual|low-memory`. Prints {@link FullSizeFigures} as JSON.
 */
import { join } from 'node:path';
import { loadScene } from '../../electron/app/scenes/scene-folder.ts';
import { assetReader, makeRequest } from '../../electron/app/scenes/scene-request.ts';
import { Engine } from '../../electron/inference/engine/engine.ts';
import { firstNonFinite, type Tensor, tensor } from '../../electron/pipeline/tensor/tensor.ts';
import { writeJson, writePicture } from '../electron/inference/tiny-pack.ts';
import type { FullSizeFigures, StagePeaks } from './full-size.ts';
import { residentBytes, takePeakBytes } from './peak-memory.ts';

const [folder, size, mode] = process.argv.slice(2) as [string, string, 'usual' | 'low-memory'];
const sizePx = Number(size);
console.log(JSON.stringify(await measure()));

/** Renders one step with one concept, then a row and a decoding on their own. */
async function measure(): Promise<FullSizeFigures> {
  const opened = stopwatch();
  // A cache of its own: nothing is left of the model's other run.
  const cacheFolder = join(folder, '..', `cache-${mode}`);
  const lowMemory = mode === 'low-memory';
  const engine = await Engine.open({ packFolder: folder, device: 'cpu', cacheFolder, lowMemory });
  const openSeconds = opened();
  const scene = await loadScene(await writeScene());
  const request = makeRequest(scene, engine.pack, {
    parameters: { steps: 1, swapGuidanceScale: 1, keepOriginalBackground: false },
  });
  const peaks: StagePeaks = { open: takePeakBytes(), encode: 0, unet: 0, decode: 0 };
  const note = (stage: keyof StagePeaks) => {
    peaks[stage] = Math.max(peaks[stage], takePeakBytes());
  };
  const composed = stopwatch();
  const outcome = await engine.render(request, assetReader(scene), {
    // Progress is reported at the end of the work that it names.
    onProgress: ({ stage }) =>
      note(stage === 'load' ? 'open' : stage === 'invert' || stage === 'blend' ? 'unet' : stage),
  });
  note('decode');
  const composeSeconds = composed();
  const { width, height } = outcome.image;
  if (width !== sizePx || height !== sizePx) throw new Error(`The picture has ${width} x ${height} pixels.`);
  const resident = residentBytes();
  const rowSeconds = await measureRow(engine);
  await engine.release();
  const released = residentBytes();
  return {
    openSeconds,
    composeSeconds,
    unetRows: outcome.unetRows,
    rowSeconds,
    peaks,
    decodeAloneBytes: await measureDecoding(engine),
    residentBytes: resident,
    releasedBytes: released,
  };
}

/** @returns peak while the decoder's session is created and runs, with no other loaded */
async function measureDecoding(engine: Engine): Promise<number> {
  const { unet, autoencoder } = engine.models;
  const latents = latentsFor(unet.latentChannels, sizePx / autoencoder.downscale);
  takePeakBytes();
  await autoencoder.decode(latents);
  const peak = takePeakBytes();
  await engine.release();
  return peak;
}

function latentsFor(channels: number, side: number): Tensor {
  return tensor(
    Float32Array.from({ length: channels * side * side }, (_, i) => Math.sin(i)),
    [channels, side, side],
  );
}

/** @returns processor time of a row whose session exists */
async function measureRow({ models: { unet, conditioner, autoencoder } }: Engine): Promise<number> {
  const conditioning = await conditioner.condition('a photo of a cat', { width: sizePx, height: sizePx });
  const latents = latentsFor(unet.latentChannels, sizePx / autoencoder.downscale);
  let seconds = 0;
  for (const timestep of [501, 1]) {
    const ran = stopwatch();
    const noise = await unet.predict(
      [{ latents, timestep, ...conditioning, keyValueSource: 0, appearanceScale: 0 }],
      'all',
    );
    seconds = ran();
    if (firstNonFinite(noise) >= 0) throw new Error('The U-Net returned a value that is not a number.');
  }
  return seconds;
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
  const square = [sizePx, sizePx] as const;
  const [quarter, eighth] = [sizePx / 4, sizePx / 8];
  const rectangle = [quarter, quarter, 2.5 * quarter, 3 * quarter] as const;
  const inFolder = (name: string) => join(folder, '..', 'scene', name);
  await writePicture(inFolder('background.png'), { size: square, rectangle });
  await writePicture(inFolder('inpainted.png'), { size: square });
  const whole = [eighth, eighth, 7 * eighth, 7 * eighth] as const;
  await writePicture(inFolder('cat.png'), { size: square, rectangle: whole });
  await writePicture(inFolder('mask.png'), { size: square, rectangle, isMask: true });
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
