/**
 * The bundled starter pack: its sample scenes match the reviewed references, with the same bytes every time, and with
 * each concept's appearance where it belongs.
 */
import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { stat } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import sharp from 'sharp';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { SAMPLE_SCENES } from '../../../electron/app/projects/project-cards.ts';
import { loadScene } from '../../../electron/app/scenes/scene-folder.ts';
import { makeRequest } from '../../../electron/app/scenes/scene-request.ts';
import { Engine } from '../../../electron/inference/engine/engine.ts';
import { decodeImage, decodeMask } from '../../../electron/inference/images/images.ts';
import { colourDistance } from '../../../electron/inference/scoring/colour.ts';
import { colourInside, psnr } from '../../../electron/inference/scoring/image-metrics.ts';
import { maskOverlap } from '../../../electron/pipeline/masks/mask-overlap.ts';
import type { RgbImage } from '../../../electron/pipeline/processors/image.ts';
import { dilate, maximumPlane } from '../../../electron/pipeline/tensor/image-kernels.ts';
import { type Tensor, tensor } from '../../../electron/pipeline/tensor/tensor.ts';
import { sentencesOf } from '../contract/notice-sentences.ts';
import {
  identifierOf,
  readReferences,
  referenceFolder,
  referenceScenes,
  renderOfSample,
  renderSample,
  starterPack,
} from './starter-references.ts';

let cacheFolder: string;
let engine: Engine;
const renders = new Map<string, RgbImage>();

beforeAll(async () => {
  cacheFolder = mkdtempSync(join(tmpdir(), 'pnpmix-test-'));
  engine = await Engine.open({ packFolder: starterPack, device: 'cpu', cacheFolder });
  for (const name of referenceScenes) renders.set(name, (await renderSample(engine, name)).image);
});
afterAll(async () => {
  await engine?.release();
  rmSync(cacheFolder, { recursive: true, force: true });
});

const picture = async (path: string): Promise<RgbImage> =>
  (await decodeImage({ name: path, bytes: readFileSync(path) })).pixels;
const mask = (path: string): Promise<Tensor> => decodeMask({ name: path, bytes: readFileSync(path) });

test('the references were made with the present weights', () => {
  expect(
    engine.pack.identity.weights,
    'The pack has changed: run the script that references.json names, and look at the pictures.',
  ).toBe(readReferences().weights);
});

describe.each(Object.values(SAMPLE_SCENES))('the render of the sample %s', (name) => {
  const path = renderOfSample(name);

  test('was made of its scene as it is now', async () => {
    const scene = await loadScene(join(starterPack, 'scenes', name, 'scene.json'));
    const { xmp } = await sharp(readFileSync(path)).metadata();
    expect(String(xmp), 'Run make-starter-references.ts, and look at the pictures.').toContain(
      identifierOf(makeRequest(scene, engine.pack, { parameters: {} })),
    );
    expect((await stat(path)).size).toBeLessThan(64 * 1024);
  });

  test.runIf(referenceScenes.some((reference) => reference === name))('shows what is rendered', async () => {
    expect(psnr(renders.get(name)!, await picture(path))).toBeGreaterThan(32);
  });
});

test.each(['wide', 'high'])('finds a thing by its word in a picture that is twice as %s', async (shape) => {
  const folder = join(starterPack, 'evaluation', 'preparation', 'test');
  const [first] = JSON.parse(readFileSync(join(folder, 'index.json'), 'utf8')) as {
    things: { phrase: string; mask: string }[];
  }[];
  const { phrase, mask: maskFile } = first!.things[0]!;
  const { width, height } = await picture(join(folder, '000-picture.webp'));
  const isWide = shape === 'wide';
  const canvas = { width: isWide ? 2 * width : width, height: isWide ? height : 2 * height };
  const bytes = await sharp({ create: { ...canvas, channels: 3, background: '#000' } })
    .composite([
      { input: readFileSync(join(folder, '001-background.webp')), left: 0, top: 0 },
      {
        input: readFileSync(join(folder, '000-picture.webp')),
        left: isWide ? width : 0,
        top: isWide ? 0 : height,
      },
    ])
    .png()
    .toBuffer();
  const { proposals } = await engine.preparation.findMask({ name: shape, bytes }, { phrase });
  const truth = await mask(join(folder, maskFile));
  const placed = new Float32Array(canvas.width * canvas.height);
  for (let y = 0; y < height; y++) {
    const at = isWide ? y * canvas.width + width : (height + y) * width;
    placed.set(truth.data.subarray(y * width, (y + 1) * width), at);
  }
  expect(maskOverlap(proposals[0]!.mask, tensor(placed, [canvas.height, canvas.width]))).toBeGreaterThan(0.8);
});

// The detector gives it 0.66, and GrabCut by itself takes in the sea.
test('a click on the back of the first sample’s cat selects the cat', async () => {
  const folder = join(starterPack, 'scenes', 'two-concepts');
  const truth = await mask(join(folder, 'mask-1.png'));
  const { width } = await picture(join(folder, 'background.png'));
  const inside = [...truth.data.keys()].filter((at) => truth.data[at]! >= 0.5);
  const back = inside[Math.floor(inside.length / 4)]!;
  const point = { x: (back % width) + 0.5, y: Math.floor(back / width) + 0.5, isInside: true };
  const bytes = readFileSync(join(folder, 'background.png'));
  const { proposals } = await engine.preparation.selectMask(
    { name: 'cat', bytes },
    { points: [point], box: null },
  );
  expect(maskOverlap(proposals[0]!.mask, truth)).toBeGreaterThan(0.8);
});

describe.each(referenceScenes)('%s', (name) => {
  const folder = join(starterPack, 'scenes', name);

  test('matches its reference', async () => {
    const reference = await picture(join(referenceFolder, `${name}.png`));
    expect(psnr(renders.get(name)!, reference)).toBeGreaterThanOrEqual(readReferences().minimumPsnrDb);
  });

  test('gives each region the concept’s colours, and keeps the background', async () => {
    const { file } = await loadScene(join(folder, 'scene.json'));
    const background = await picture(join(folder, file.background));
    const result = renders.get(name)!;
    const masks: Tensor[] = [];
    for (const [index, concept] of file.concepts.entries()) {
      const region = await mask(join(folder, concept.mask!));
      masks.push(region);
      const subject = await mask(join(folder, `subject-${index + 1}.png`));
      const wanted = await colourInside(await picture(join(folder, concept.image)), subject);
      const before = colourDistance(await colourInside(background, region), wanted);
      const after = colourDistance(await colourInside(result, region), wanted);
      // An appearance close to the old one (the pale rabbit's, which these weights wash out) is not judged here.
      if (before < 50) continue;
      expect([concept.name, after < before / 2]).toEqual([concept.name, true]);
    }
    // Beyond the fade at the masks' edges, the background's pixels are unchanged.
    const { blendEdgePx } = engine.pack.recommended;
    const faded = dilate(maximumPlane(masks, [background.height, background.width]), blendEdgePx! + 1);
    expect(psnr(result, background, (pixel) => faded.data[pixel] === 0)).toBe(Number.POSITIVE_INFINITY);
  });
});

test('the same request gives the same bytes, cached or not', async () => {
  const render = () => renderSample(engine, referenceScenes[0], { steps: 4 });
  const first = await render();
  const cached = await render();
  expect(cached.image.data).toEqual(first.image.data);
  rmSync(cacheFolder, { recursive: true });
  const again = await render();
  expect(again.unetRows).toBeGreaterThan(cached.unetRows);
  expect(again.image.data).toEqual(first.image.data);
});

test('every other sample scene of drawings composes', async () => {
  const names = readdirSync(join(starterPack, 'scenes'), { withFileTypes: true })
    .filter((entry) => entry.isDirectory())
    .map((entry) => entry.name)
    .filter((name) => existsSync(join(starterPack, 'scenes', name, 'background.png')))
    .filter((name) => !renders.has(name));
  expect(names.length).toBe(4);
  for (const name of names) {
    const { image, notices } = await renderSample(engine, name, { steps: 2 });
    expect([name, image.width, image.height, notices]).toEqual([name, 256, 256, []]);
  }
});

test('every sample photograph composes at its own size', async () => {
  for (const name of ['balloons-over-a-lake', 'behind-a-cat']) {
    const folder = join(starterPack, 'scenes', name);
    const { width, height } = await picture(join(folder, 'background.webp'));
    const { image } = await renderSample(engine, name, { steps: 2 });
    expect([name, image.width, image.height]).toEqual([name, width, height]);
  }
});

test('the sample photograph keeps its size, and every pixel away from what is placed in it', async () => {
  const folder = join(starterPack, 'scenes', 'photograph');
  const { file } = await loadScene(join(folder, 'scene.json'));
  const background = await picture(join(folder, file.background));
  const { image, frame, notices } = await renderSample(engine, 'photograph', { steps: 4 });
  expect([image.width, image.height]).toEqual([background.width, background.height]);
  const { width, height, modelWidth, modelHeight } = frame;
  expect([width, height, modelWidth, modelHeight]).toEqual([
    expect.any(Number),
    expect.any(Number),
    256,
    256,
  ]);
  expect(sentencesOf(notices).join()).toContain('strength');
  const isFar = (pixel: number) => pixel % background.width < frame.left || pixel / background.width > 260;
  expect(psnr(image, background, isFar)).toBe(Number.POSITIVE_INFINITY);
  expect(psnr(image, background, (pixel) => !isFar(pixel))).toBeLessThan(30);
});
