/**
 * `node test/bench/full-size.ts`: what full-size backgrounds cost. The ratios hardly depend on the machine; each part
 * runs in its own process, so that it has its own peak memory.
 *
 * | name | meaning |
 * | --- | --- |
 * | open24Ms, open24PeakMb | importing a 24-megapixel JPEG: normalising it and reading a screen-sized copy |
 * | compose12Share | processor time that 12 megapixels add to the starter's first render, as a share of it |
 * | png12Share | the same for writing the result as PNG |
 * | compose100PeakMb | peak memory of an engine that renders a frame of a 100-megapixel JPEG, PNG included |
 */
import { spawnSync } from 'node:child_process';
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import sharp from 'sharp';
import { packFolder } from '../../electron/cli/pack-folder.ts';
import { PAPER_PARAMETERS } from '../../electron/contract/parameters.ts';
import { firstPlacement } from '../../electron/contract/placement.ts';
import type { RenderRequest } from '../../electron/contract/render-request.ts';
import { makeThumbnail, normalisePicture } from '../../electron/foundation/pictures/picture-operations.ts';
import { Engine } from '../../electron/inference/engine/engine.ts';
import { encodePng } from '../../electron/inference/images/images.ts';

const starter = await packFolder('starter');
const scene = (name: string) => join(starter, 'scenes', name);

/** The sample photograph at any size, with grain, so that it does not compress like a drawing. */
async function photograph(width: number, height: number): Promise<Buffer> {
  const grain = await sharp({
    create: {
      width: 128,
      height: 128,
      channels: 3,
      background: '#808080',
      noise: { type: 'gaussian', mean: 128, sigma: 6 },
    },
  })
    .png()
    .toBuffer();
  return sharp(await readFile(join(scene('photograph'), 'background.webp')))
    .resize(width, height, { fit: 'fill' })
    .composite([{ input: grain, tile: true, blend: 'soft-light' }])
    .jpeg({ quality: 92 })
    .toBuffer();
}

/** Parameters that the pack leaves open have the paper's values. */
function definedOnly<Values extends object>(
  values: Values,
): { [Key in keyof Values]: NonNullable<Values[Key]> } {
  return Object.fromEntries(Object.entries(values).filter(([, value]) => value !== undefined)) as never;
}

interface Measurement {
  /** Processor time of all threads: on a busy machine it is more reliable than the clock. */
  readonly cpuMs: number;
  readonly ms: number;
  /** For writing the result as PNG, which the other figures leave out. */
  readonly pngCpuMs?: number;
  readonly peakMb: number;
}

function since(startMs: number, start: NodeJS.CpuUsage): Omit<Measurement, 'peakMb'> {
  const { user, system } = process.cpuUsage(start);
  return { ms: performance.now() - startMs, cpuMs: (user + system) / 1000 };
}

function peakMb(): number {
  return Math.round(process.resourceUsage().maxRSS / 1024);
}

async function openPicture(file: string): Promise<Measurement> {
  const bytes = await readFile(file);
  const [startMs, start] = [performance.now(), process.cpuUsage()];
  const { bytes: kept } = await normalisePicture(bytes, 'photo.jpg', 'picture', null);
  await makeThumbnail(kept, 'photo.jpg', 'webp');
  await sharp(kept).resize(2048, 2048, { fit: 'inside' }).webp().toBuffer();
  return { ...since(startMs, start), peakMb: peakMb() };
}

/** A first render with an object placed in the middle of a picture; the frame is the whole picture. */
async function compose(file: string): Promise<Measurement> {
  const cacheFolder = await mkdtemp(join(tmpdir(), 'full-size-bench-'));
  const engine = await Engine.open({ packFolder: starter, device: 'cpu', cacheFolder });
  try {
    const assets = new Map([
      ['a'.repeat(64), file],
      ['b'.repeat(64), join(scene('one'), 'concept-1.png')],
      ['c'.repeat(64), join(scene('one'), 'subject-1.png')],
    ]);
    const { width, height } = await sharp(await readFile(file)).metadata();
    const placement = { ...firstPlacement({ width: 256, height: 256 }, { width, height }), rotationDeg: 10 };
    const { alpha: _, ...given } = engine.pack.recommended;
    const request: RenderRequest = {
      version: 2,
      scene: {
        prompt: 'a photo of a teddy, room background',
        inpaintPrompt: 'a photo of a room background',
        background: 'a'.repeat(64),
        inpainted: null,
        frame: 'whole',
        concepts: [
          {
            name: 'teddy',
            prompt: 'a photo of a blue teddy, snow background',
            image: 'b'.repeat(64),
            subject: 'c'.repeat(64),
            mode: 'place',
            mask: null,
            front: null,
            placement: { ...placement, scale: (0.4 * Math.min(width, height)) / 256 },
            strength: null,
            alpha: 0.15,
            order: 0,
          },
        ],
      },
      parameters: { ...PAPER_PARAMETERS, ...definedOnly(given), detail: 1 },
      pack: engine.pack.identity,
    };
    const [startMs, start] = [performance.now(), process.cpuUsage()];
    const { image } = await engine.render(request, async (id) => ({
      name: id,
      bytes: await readFile(assets.get(id)!),
    }));
    const rendered = since(startMs, start);
    const encodeStart = process.cpuUsage();
    await encodePng(image);
    const { cpuMs: pngCpuMs } = since(startMs, encodeStart);
    return { ...rendered, pngCpuMs, peakMb: peakMb() };
  } finally {
    await engine.release();
    await rm(cacheFolder, { recursive: true, force: true });
  }
}

const parts = { open: openPicture, compose };

function measure(part: keyof typeof parts, file: string): Measurement {
  const { status, stdout, stderr } = spawnSync(
    process.execPath,
    [fileURLToPath(import.meta.url), part, file],
    {
      encoding: 'utf8',
    },
  );
  if (status !== 0) throw new Error(stderr);
  return JSON.parse(stdout);
}

const [part, file] = process.argv.slice(2);
if (part !== undefined && file !== undefined) {
  console.log(JSON.stringify(await parts[part as keyof typeof parts](file)));
} else {
  const folder = await mkdtemp(join(tmpdir(), 'full-size-photos-'));
  try {
    const paths: string[] = [];
    for (const [width, height] of [
      [288, 216],
      [4000, 3000],
      [6000, 4000],
      [11_500, 8_600],
    ] as const) {
      const path = join(folder, `${width}.jpg`);
      await writeFile(path, await photograph(width, height));
      paths.push(path);
    }
    const [small, of12, of24, of100] = paths as [string, string, string, string];
    const open24 = measure('open', of24);
    const base = measure('compose', small);
    const compose12 = measure('compose', of12);
    const compose100 = measure('compose', of100);
    console.log(
      JSON.stringify(
        {
          open24Ms: Math.round(open24.ms),
          open24PeakMb: open24.peakMb,
          open24CpuMs: Math.round(open24.cpuMs),
          firstCpuMs: Math.round(base.cpuMs),
          first12CpuMs: Math.round(compose12.cpuMs),
          compose12Share: (compose12.cpuMs - base.cpuMs) / base.cpuMs,
          png12Share: compose12.pngCpuMs! / base.cpuMs,
          compose12PeakMb: compose12.peakMb,
          basePeakMb: base.peakMb,
          compose100PeakMb: compose100.peakMb,
          compose100Ms: Math.round(compose100.ms),
        },
        null,
        2,
      ),
    );
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}
