/** Masks from phrases, clicks and boxes, and object removal, through the engine on a tiny pack. */

import { cpSync, mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { Engine } from '../../../../electron/inference/engine/engine.ts';
import { encodePng } from '../../../../electron/inference/images/images.ts';
import { openSessionCount } from '../../../../electron/inference/runtime/sessions.ts';
import { psnr } from '../../../../electron/inference/scoring/image-metrics.ts';
import { type Tensor, tensor } from '../../../../electron/pipeline/tensor/tensor.ts';
import { sentencesOf } from '../../contract/notice-sentences.ts';
import { addTinySegmenter, makeTinyPack, writeManifest } from '../tiny-pack.ts';
import { blackPng, discs, maskFile, overlap, pictureFile } from './discs.ts';
import { openEngine, tinyEngine, withEngine } from './tiny-engine.ts';

const golden = join(import.meta.dirname, '../../../golden/segmentation');
/** Large enough for the discs to be filled; diffusion takes a fifth of the time of the usual size. */
const sizeFor = (method: string): [number, number] => (method === 'diffusion' ? [48, 48] : [96, 96]);
const lama = join(import.meta.dirname, '../../../golden/lama/lama_fp32.onnx');

let bare: Engine;
const tiny = tinyEngine((packFolder) => {
  addTinySegmenter(packFolder);
  mkdirSync(join(packFolder, 'inpainter'));
  cpSync(lama, join(packFolder, 'inpainter/lama_fp32.onnx'));
  writeManifest(packFolder, { textToImage: { steps: 3, guidance: 2 } });
});
beforeAll(async () => {
  bare = await openEngine(makeTinyPack(tiny.root, 'bare'), tiny.cacheFolder);
});
afterAll(async () => {
  await tiny.engine.release();
  await bare.release();
  expect(openSessionCount()).toBe(0);
});

describe('masks from phrases, with a pack’s own segmenter', () => {
  test.each([
    ['a cat', 'red'],
    ['the dog', 'blue'],
    ['A red CAT!', 'red'],
  ] as const)('%s', async (phrase, colour) => {
    const scene = discs();
    const { proposals, notices } = await tiny.engine.preparation.findMask(await pictureFile(scene.image), {
      phrase,
    });
    expect(proposals).toHaveLength(1);
    expect(overlap(proposals[0]!.mask, scene[colour])).toBeGreaterThan(0.8);
    expect(proposals[0]!.score).toBeGreaterThan(0.3);
    expect(notices).toEqual([]);
  });

  test('finding nothing is a result: the wrong colour, another object, a threshold too high', async () => {
    const picture = await pictureFile(discs().image);
    const find = async (search: Parameters<typeof tiny.engine.preparation.findMask>[1]) =>
      tiny.engine.preparation.findMask(picture, search);
    expect((await find({ phrase: 'a blue cat' })).proposals).toEqual([]);
    expect((await find({ phrase: 'cat', boxThreshold: 1 })).proposals).toEqual([]);
    const horse = await find({ phrase: 'a horse' });
    expect(horse.proposals).toEqual([]);
    expect(sentencesOf(horse.notices)[0]).toMatch(/can find cat, dog.*“a horse” names none of these/);
    expect(sentencesOf((await find({ phrase: 'cat and dog' })).notices)[0]).toMatch(
      /one (subject|thing) at a time/,
    );
    expect(sentencesOf((await find({ phrase: 'a fluffy cat' })).notices)[0]).toMatch(/ignored: "fluffy"/);
  });

  test('objects that do not touch are separate detections', async () => {
    const { image, red } = discs();
    // The blue disc becomes red too.
    const data = new Uint8Array(image.data);
    for (let at = 0; at < data.length; at += 3) if (data[at + 2]! > 200) data.set([230, 20, 35], at);
    const { proposals } = await tiny.engine.preparation.findMask(await pictureFile({ ...image, data }), {
      phrase: 'cat',
    });
    expect(proposals).toHaveLength(2);
    expect(Math.max(...proposals.map(({ mask }) => overlap(mask, red)))).toBeGreaterThan(0.8);
  });

  test('a pack without a detector says so, and what to do', async () => {
    expect(bare.preparation.capabilities).toMatchObject({
      findMask: false,
      findMaskBy: null,
      selectMask: true,
      selectMaskBy: 'grabCut',
    });
    expect(tiny.engine.preparation.capabilities).toMatchObject({
      findMask: true,
      findMaskBy: 'packSegmenter',
      textThreshold: false,
    });
    await expect(
      bare.preparation.findMask(await pictureFile(discs().image), { phrase: 'cat' }),
    ).rejects.toMatchObject({ code: 'PACK_INCOMPLETE', message: expect.stringContaining('draw a box') });
  });
});

describe('masks from clicks and boxes, by GrabCut', () => {
  const select = async (
    prompt: Parameters<typeof bare.preparation.selectMask>[1],
    size: [number, number] = [96, 96],
  ) => {
    const scene = discs(...size);
    return { scene, ...(await bare.preparation.selectMask(await pictureFile(scene.image), prompt)) };
  };

  test('a click inside selects the disc', async () => {
    const { scene, proposals, model } = await select({
      points: [{ x: 27, y: 48, isInside: true }],
      box: null,
    });
    expect(model).toBe('GrabCut');
    expect(overlap(proposals[0]!.mask, scene.red)).toBeGreaterThan(0.9);
  });

  test('a box selects it, with the same mask every time', async () => {
    const prompt = { points: [], box: { left: 48, top: 25, right: 92, bottom: 72 } };
    const { scene, proposals } = await select(prompt);
    expect(overlap(proposals[0]!.mask, scene.blue)).toBeGreaterThan(0.9);
    expect((await select(prompt)).proposals[0]!.mask.data).toEqual(proposals[0]!.mask.data);
  });

  test('a click outside subtracts something from a box', async () => {
    const both = { left: 4, top: 20, right: 92, bottom: 76 };
    const { scene, proposals } = await select({
      points: [
        { x: 69, y: 48, isInside: false },
        { x: 27, y: 48, isInside: true },
      ],
      box: both,
    });
    expect(overlap(proposals[0]!.mask, scene.red)).toBeGreaterThan(0.9);
  });

  test('a large picture is processed at a smaller size, and gets a mask of its own size', async () => {
    const { scene, proposals } = await select(
      { points: [], box: { left: 60, top: 210, right: 330, bottom: 480 } },
      [700, 700],
    );
    expect(proposals[0]!.mask.dims).toEqual([700, 700]);
    expect(overlap(proposals[0]!.mask, scene.red)).toBeGreaterThan(0.9);
  });

  test('a box around everything selects something', async () => {
    const { proposals } = await select({ points: [], box: { left: 0, top: 0, right: 96, bottom: 96 } });
    expect(proposals.length).toBeLessThanOrEqual(1);
  });

  test.each([
    ['nothing at all', { points: [], box: null }],
    ['points outside only', { points: [{ x: 1, y: 1, isInside: false }], box: null }],
    ['a point beyond the border', { points: [{ x: 96, y: 1, isInside: true }], box: null }],
    ['a box beyond the border', { points: [], box: { left: 100, top: 0, right: 120, bottom: 9 } }],
    ['a box without area', { points: [], box: { left: 5, top: 0, right: 5, bottom: 9 } }],
  ])('refuses %s', async (_, prompt) => {
    await expect(select(prompt)).rejects.toMatchObject({ code: 'PARAMETER_INVALID' });
  });
});

describe('removing objects', () => {
  test.each(['model', 'diffusion', 'layers', 'telea'] as const)(
    'by %s: fills the grown masks, leaves every other pixel as it was, the same each time',
    async (method) => {
      const { image, red } = discs(...sizeFor(method));
      const files = [await pictureFile(image), [await maskFile(red)]] as const;
      const options = { growPx: 5, prompt: 'a', seed: 3, method };
      const { image: result, hole, model } = await tiny.engine.preparation.removeObjects(...files, options);
      expect(model.length).toBeGreaterThan(3);
      let changed = 0;
      hole.data.forEach((isHole, at) => {
        const [before, after] = [image.data, result.data].map((data) => data.subarray(3 * at, 3 * at + 3));
        if (isHole === 0) expect(after).toEqual(before);
        else if (after!.some((value, channel) => value !== before![channel])) changed++;
      });
      expect(changed).toBeGreaterThan(100);
      const again = await tiny.engine.preparation.removeObjects(...files, options);
      expect(again.image.data).toEqual(result.data);
    },
  );

  test.each(['model', 'diffusion', 'layers', 'telea'] as const)(
    'by %s: what stood in the hole has no part in what fills it',
    async (method) => {
      const { image, red } = discs(...sizeFor(method));
      const repainted = new Uint8Array(image.data);
      red.data.forEach((inside, at) => {
        if (inside === 1) repainted.set([0, (at * 37) % 256, 255], 3 * at);
      });
      const options = { growPx: 5, prompt: 'a', seed: 3, method };
      const fill = async (data: Uint8Array) =>
        tiny.engine.preparation.removeObjects(
          await pictureFile({ ...image, data }),
          [await maskFile(red)],
          options,
        );
      const { image: first, method: used } = await fill(image.data);
      expect(used).toBe(method);
      expect((await fill(repainted)).image.data).toEqual(first.data);
    },
  );

  test.each([
    ['layers', 30],
    ['telea', 26],
  ] as const)(
    'by %s: what truly was there comes back, as nearly as grain allows',
    async (method, leastDb) => {
      const { image, ground, red, blue } = discs();
      const { image: result, hole } = await tiny.engine.preparation.removeObjects(
        await pictureFile(image),
        [await maskFile(red), await maskFile(blue)],
        { growPx: 3, method },
      );
      expect(psnr(result, ground, (at) => hole.data[at] === 1)).toBeGreaterThan(leastDb);
      expect(psnr(image, ground, (at) => hole.data[at] === 1)).toBeLessThan(12);
    },
  );

  test('diffusion uses the U-Net: prompt and seed change the fill', async () => {
    const { image, red } = discs(...sizeFor('diffusion'));
    const fill = async (prompt: string, seed: number) =>
      tiny.engine.preparation.removeObjects(await pictureFile(image), [await maskFile(red)], {
        method: 'diffusion',
        prompt,
        seed,
      });
    const { image: first } = await fill('a', 3);
    expect((await fill('a', 4)).image.data).not.toEqual(first.data);
    expect((await fill('b', 3)).image.data).not.toEqual(first.data);
  });

  test('uses the pack’s own model if it has one, else its diffusion, and says which', async () => {
    const { image, red } = discs(...sizeFor('diffusion'));
    const files = [await pictureFile(image), [await maskFile(red)]] as const;
    expect(await tiny.engine.preparation.removeObjects(...files)).toMatchObject({
      method: 'model',
      model: 'LaMa',
    });
    expect(await bare.preparation.removeObjects(...files)).toMatchObject({
      method: 'diffusion',
      model: 'blended latent diffusion from a fill in layers',
    });
    expect(bare.preparation.capabilities.removalMethods).toEqual(['auto', 'diffusion', 'layers', 'telea']);
    expect(tiny.engine.preparation.capabilities.removalMethods).toEqual([
      'auto',
      'model',
      'diffusion',
      'layers',
      'telea',
    ]);
    await expect(bare.preparation.removeObjects(...files, { method: 'model' })).rejects.toMatchObject({
      code: 'PACK_INCOMPLETE',
    });
  });

  test('a picture whose size does not fit the latents is filled by diffusion in a frame that does', async () => {
    const { image, red } = discs(95, 97);
    const files = [await pictureFile(image), [await maskFile(red)]] as const;
    const removed = await bare.preparation.removeObjects(...files);
    expect(removed.method).toBe('diffusion');
    expect([removed.image.width, removed.image.height]).toEqual([95, 97]);
    expect(removed.image.data).not.toEqual(image.data);
  });

  test('accepts several masks at once', async () => {
    const { image, red, blue } = discs();
    const { hole } = await tiny.engine.preparation.removeObjects(
      await pictureFile(image),
      [await maskFile(red), await maskFile(blue)],
      { growPx: 0, method: 'telea' },
    );
    expect(
      overlap(
        hole,
        tensor(
          red.data.map((value, at) => Math.max(value, blue.data[at]!)),
          red.dims,
        ),
      ),
    ).toBe(1);
  });

  test('leaves nothing behind when cancelled, and can be repeated', async () => {
    const { image, red } = discs();
    const files = [await pictureFile(image), [await maskFile(red)]] as const;
    const controller = new AbortController();
    await expect(
      tiny.engine.preparation.removeObjects(
        ...files,
        { method: 'diffusion' },
        {
          signal: controller.signal,
          onProgress: ({ stage }) => {
            if (stage === 'denoise') controller.abort();
          },
        },
      ),
    ).rejects.toMatchObject({ code: 'CANCELLED' });
    expect((await tiny.engine.preparation.removeObjects(...files, { method: 'telea' })).image.width).toBe(96);
  });
});

describe('invalid input is refused:', () => {
  const selection = { points: [{ x: 1, y: 1, isInside: true }], box: null };

  test('an empty phrase', async () => {
    const picture = await pictureFile(discs().image);
    for (const phrase of ['', '  ']) {
      await expect(tiny.engine.preparation.findMask(picture, { phrase })).rejects.toMatchObject({
        code: 'PARAMETER_INVALID',
      });
    }
  });

  test('a mask of another aspect ratio, an empty one, and one that leaves nothing', async () => {
    const { image, red } = discs();
    const picture = await pictureFile(image);
    const remove = async (mask: Tensor, growPx = 2) =>
      tiny.engine.preparation.removeObjects(picture, [await maskFile(mask)], { growPx });
    await expect(remove(discs(64, 80).red)).rejects.toMatchObject({
      code: 'SIZE_MISMATCH',
      message: expect.stringContaining('64 x 80'),
    });
    await expect(remove(tensor(new Float32Array(96 * 96), [96, 96]))).rejects.toMatchObject({
      code: 'MASK_EMPTY',
    });
    await expect(remove(red, 128)).rejects.toMatchObject({ code: 'MASK_EMPTY' });
    await expect(tiny.engine.preparation.removeObjects(picture, [])).rejects.toMatchObject({
      code: 'MASK_EMPTY',
    });
  });

  test('a picture that is corrupt, of an unsupported type, or none', async () => {
    const whole = await encodePng(discs().image);
    for (const bytes of [whole.subarray(0, 300), Buffer.from('%PDF-1.4'), new Uint8Array()]) {
      const picture = { name: 'broken.png', bytes };
      const expected = { code: 'ASSET_INVALID', message: expect.stringContaining('broken.png') };
      await expect(tiny.engine.preparation.selectMask(picture, selection)).rejects.toMatchObject(expected);
      await expect(tiny.engine.preparation.findMask(picture, { phrase: 'cat' })).rejects.toMatchObject(
        expected,
      );
      await expect(tiny.engine.preparation.removeObjects(picture, [])).rejects.toMatchObject(expected);
    }
  });

  test('a PNG of 30,000 x 30,000, before it is decoded', async () => {
    const bomb = blackPng(30_000, 30_000);
    expect(bomb.length).toBeLessThan(1e6);
    const before = process.memoryUsage().rss;
    await expect(
      tiny.engine.preparation.selectMask({ name: 'bomb.png', bytes: bomb }, selection),
    ).rejects.toMatchObject({ code: 'ASSET_INVALID', message: expect.stringContaining('30000 x 30000') });
    expect(process.memoryUsage().rss - before).toBeLessThan(200e6);
  });

  test.each([
    ['a truncated model', (bytes: Buffer) => bytes.subarray(0, 400)],
    ['a file that is none', () => Buffer.from('hello')],
  ])('%s in the mask model', async (_, damage) => {
    const packFolder = makeTinyPack(tiny.root, 'damaged');
    addTinySegmenter(packFolder);
    const path = join(packFolder, 'segmenter/model.onnx');
    writeFileSync(path, damage(readFileSync(path)));
    const picture = await pictureFile(discs().image);
    const found = withEngine(packFolder, tiny.cacheFolder, (other) =>
      other.preparation.findMask(picture, { phrase: 'cat' }),
    );
    await expect(found).rejects.toMatchObject({ code: 'MODEL_INVALID' });
    rmSync(packFolder, { recursive: true });
  });

  test('another model in place of the inpainter', async () => {
    const packFolder = makeTinyPack(tiny.root, 'other-model');
    mkdirSync(join(packFolder, 'inpainter'));
    cpSync(join(golden, 'segmenter/model.onnx'), join(packFolder, 'inpainter/lama_fp32.onnx'));
    const { image, red } = discs();
    const removed = withEngine(packFolder, tiny.cacheFolder, async (other) =>
      other.preparation.removeObjects(await pictureFile(image), [await maskFile(red)]),
    );
    await expect(removed).rejects.toMatchObject({
      code: 'MODEL_INVALID',
      message: expect.stringContaining('picture'),
    });
  });
});
