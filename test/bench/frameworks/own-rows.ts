/**
 * Rows of a checkpoint's U-Net in this program: `node own-rows.ts CHECKPOINT EXCHANGE SECONDS ROWS SIZE_PX`. Writes its
 * inputs and its result into EXCHANGE, for frameworks.py, and prints {"msPerRow": processor time, the least of the calls}.
 */
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Engine } from '../../../electron/inference/engine/engine.ts';
import type { UnetRow } from '../../../electron/pipeline/ports.ts';
import { gaussianNoise } from '../../../electron/pipeline/tensor/noise.ts';
import { firstNonFinite } from '../../../electron/pipeline/tensor/tensor.ts';

const [checkpoint, exchange, ...numbers] = process.argv.slice(2) as [string, string, ...string[]];
const [seconds, rowCount, sizePx] = numbers.map(Number) as [number, number, number];

const cacheFolder = mkdtempSync(join(tmpdir(), 'pnpmix-frameworks-'));
try {
  const engine = await Engine.open({ packFolder: checkpoint, device: 'cpu', cacheFolder });
  const { unet, conditioner, autoencoder } = engine.models;
  const side = sizePx / autoencoder.downscale;
  const conditioning = await conditioner.condition('a photo of a cat', { width: sizePx, height: sizePx });
  const rows = Array.from(
    { length: rowCount },
    (_, index): UnetRow => ({
      ...conditioning,
      latents: gaussianNoise(index, 'textToImage', 1, [unet.latentChannels, side, side]),
      timestep: 501,
      keyValueSource: index,
      appearanceScale: 0,
    }),
  );
  const run = () => unet.predict(rows, 'all');
  const noise = await run();
  if (firstNonFinite(noise) >= 0) throw new Error('The U-Net returned a value that is not a number.');
  const dims: Record<string, readonly number[]> = {};
  const write = (name: string, data: Float32Array, shape: readonly number[]) => {
    dims[name] = shape;
    writeFileSync(join(exchange, `${name}.bin`), data);
  };
  const stack = (parts: readonly (readonly number[] | Float32Array)[]) =>
    Float32Array.from(parts.flatMap((part) => [...part]));
  write('sample', stack(rows.map(({ latents }) => latents.data)), [rowCount, ...rows[0]!.latents.dims]);
  write('timestep', new Float32Array(rowCount).fill(501), [rowCount]);
  const { promptEmbedding, added } = conditioning;
  write('text', stack(rows.map(() => promptEmbedding.data)), [rowCount, ...promptEmbedding.dims]);
  if (added !== undefined) {
    write('pooled', stack(rows.map(() => added.textEmbedding.data)), [rowCount, ...added.textEmbedding.dims]);
    write('time_ids', stack(rows.map(() => added.timeIds)), [rowCount, added.timeIds.length]);
  }
  write('noise', noise.data, noise.dims);
  writeFileSync(join(exchange, 'inputs.json'), JSON.stringify(dims));

  const times: number[] = [];
  const startMs = performance.now();
  while (times.length < 3 || performance.now() - startMs < seconds * 1000) {
    const before = process.cpuUsage();
    await run();
    const { user, system } = process.cpuUsage(before);
    times.push((user + system) / 1000);
  }
  console.log(JSON.stringify({ msPerRow: Math.min(...times) / rowCount }));
  await engine.release();
} finally {
  rmSync(cacheFolder, { recursive: true, force: true });
}
