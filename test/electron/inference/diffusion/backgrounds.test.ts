/** Background candidates from the tiny pack's own models: seeds, progress, previews, cancelling, invalid input. */

import { cpSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { PreparationProgress } from '../../../../electron/contract/progress.ts';
import { Engine } from '../../../../electron/inference/engine/engine.ts';
import { encodePng } from '../../../../electron/inference/images/images.ts';
import { openSessionCount } from '../../../../electron/inference/runtime/sessions.ts';
import { sentencesOf } from '../../contract/notice-sentences.ts';
import { tinyEngine, withEngine } from '../engine/tiny-engine.ts';
import { starterPack } from '../starter-references.ts';
import { makeTinyPack, writeManifest } from '../tiny-pack.ts';

const tiny = tinyEngine((packFolder) =>
  writeManifest(packFolder, { textToImage: { steps: 4, guidance: 2 } }),
);

const request = { prompt: 'a cat', seed: 5, count: 2 };
const generate: Engine['preparation']['generateBackgrounds'] = (...args) =>
  tiny.engine.preparation.generateBackgrounds(...args);

describe('candidates', () => {
  test('have consecutive seeds and the pack’s size, and are reproducible', async () => {
    const { candidates, notices } = await generate(request);
    expect(candidates.map(({ seed }) => seed)).toEqual([5, 6]);
    expect(candidates[0]!.image).toMatchObject({ width: 32, height: 32 });
    expect(candidates[0]!.image.data).not.toEqual(candidates[1]!.image.data);
    expect(notices).toEqual([]);
    const again = await generate({ ...request, seed: 6, count: 1 });
    expect(again.candidates[0]!.image.data).toEqual(candidates[1]!.image.data);
  });

  test('wrap around to 0 after the largest seed', async () => {
    const { candidates } = await generate({ ...request, seed: 0xffff_ffff, steps: 1 });
    expect(candidates.map(({ seed }) => seed)).toEqual([0xffff_ffff, 0]);
  });

  test.each([
    ['prompt', { prompt: 'a dog' }],
    ['negative prompt', { negativePrompt: 'dog' }],
    ['guidance', { guidance: 1 }],
    ['steps', { steps: 3 }],
  ])('depend on the %s', async (_, change) => {
    const one = { ...request, count: 1 };
    const plain = (await generate(one)).candidates[0]!.image.data;
    expect((await generate({ ...one, ...change })).candidates[0]!.image.data).not.toEqual(plain);
  });

  test('are reported step by step, with previews of one pixel per latent element', async () => {
    const progress: PreparationProgress[] = [];
    const previews: string[] = [];
    const done: number[] = [];
    await generate(request, {
      onProgress: (at) => progress.push(at),
      onPreview: ({ width, height }, candidate) => previews.push(`${candidate}: ${width} x ${height}`),
      onCandidate: (_, index) => {
        done.push(index);
      },
    });
    expect(
      progress.filter(({ stage }) => stage === 'denoise').map(({ step, total }) => [step, total]),
    ).toEqual(Array.from({ length: 8 }, (_, index) => [index + 1, 8]));
    expect(previews).toEqual([...Array(4).fill('0: 8 x 8'), ...Array(4).fill('1: 8 x 8')]);
    expect(done).toEqual([0, 1]);
  });

  test('come with a notice about a long prompt’s lost tokens', async () => {
    const { notices } = await generate({
      ...request,
      prompt: 'abcdefghijklmnopqrstuvwxyz0123456789abcdefghijklmnopqrstuvwxyz',
      steps: 1,
      count: 1,
    });
    expect(sentencesOf(notices)).toEqual([expect.stringContaining('last 6 tokens have no effect')]);
  });
});

describe('a background model within the pack', () => {
  test('generates them with its own settings, and is released with the engine', async () => {
    const packFolder = makeTinyPack(tiny.root, 'two-models');
    const backgrounds = makeTinyPack(packFolder, 'backgrounds');
    writeManifest(backgrounds, { name: 'Places', textToImage: { steps: 3, guidance: 2 } });
    writeManifest(packFolder, { textToImage: { steps: 4, guidance: 2 } });
    const one = {
      ...request,
      prompt: 'abcdefghijklmnopqrstuvwxyz0123456789abcdefghijklmnopqrstuvwxyz',
      count: 1,
    };
    // Both have the tiny pack's own weights.
    const expected = await generate({ ...one, steps: 3 });
    const sessions = openSessionCount();
    const steps: number[] = [];
    const { candidates, model, notices } = await withEngine(packFolder, tiny.cacheFolder, (owner) =>
      owner.preparation.generateBackgrounds(one, {
        onProgress: ({ stage, total }) => stage === 'denoise' && steps.push(total),
      }),
    );
    expect(model).toBe('Places');
    expect(steps).toEqual([3, 3, 3]);
    expect(sentencesOf(notices)).toEqual([expect.stringContaining('last 6 tokens have no effect')]);
    expect(candidates[0]!.image.data).toEqual(expected.candidates[0]!.image.data);
    expect(openSessionCount()).toBe(sessions);
  });

  test('may ask for fresh noise in every step, which depends on the seed alone', async () => {
    const packFolder = makeTinyPack(tiny.root, 'fresh-noise');
    writeManifest(packFolder, { textToImage: { steps: 4, guidance: 2, sampler: 'sde-dpm-solver' } });
    const plain = await generate(request);
    await withEngine(packFolder, tiny.cacheFolder, async ({ preparation }) => {
      const { candidates } = await preparation.generateBackgrounds(request);
      const again = await preparation.generateBackgrounds({ ...request, seed: 6, count: 1 });
      expect(again.candidates[0]!.image.data).toEqual(candidates[1]!.image.data);
      expect(candidates[1]!.image.data).not.toEqual(plain.candidates[1]!.image.data);
    });
  });

  test('may limit guidance to an interval of the timesteps, and is refused an empty one', async () => {
    const drawBy = async (name: string, changes: object) => {
      const packFolder = makeTinyPack(tiny.root, name);
      writeManifest(packFolder, { textToImage: { steps: 4, guidance: 8, ...changes } });
      return withEngine(packFolder, tiny.cacheFolder, async ({ preparation }) => {
        const { candidates } = await preparation.generateBackgrounds({ ...request, count: 1 });
        return candidates[0]!.image.data;
      });
    };
    const everywhere = await drawBy('guided', {});
    expect(await drawBy('interval', { guidanceInterval: { low: 0, high: 0.6 } })).not.toEqual(everywhere);
    // Timesteps 999, 749, 499 and 249.
    expect(await drawBy('outside', { guidanceInterval: { low: 0.3, high: 0.4 } })).toEqual(
      await drawBy('unguided', { guidance: 1 }),
    );
    await expect(drawBy('empty', { guidanceInterval: { low: 0.5, high: 0.5 } })).rejects.toThrow(
      'low must be below high',
    );
  });

  test('may give each subject of a prompt a part of the picture, if it knows which words are subjects', async () => {
    const vocabulary = {
      subjects: ['cat', 'dog'],
      places: [],
      attributes: [],
      connectives: ['a', 'and'],
      draws: 'drawings',
      languages: { ko: { words: { 고양이: 'cat', 개: 'dog' }, endings: { 와: 'and' }, article: 'a' } },
    };
    const regionalPrompts = { endAt: 0.5, contrast: 0.5 };
    const drawBy = async (name: string, changes: object, prompt: string) => {
      const packFolder = makeTinyPack(tiny.root, name);
      writeManifest(packFolder, { textToImage: { steps: 4, guidance: 2, ...changes }, vocabulary });
      return withEngine(packFolder, tiny.cacheFolder, async ({ preparation }) => {
        const { candidates } = await preparation.generateBackgrounds({ prompt, seed: 5 });
        return candidates[0]!.image.data;
      });
    };
    const two = await drawBy('regional', { regionalPrompts }, 'a cat and a dog');
    expect(two).not.toEqual(await drawBy('whole', {}, 'a cat and a dog'));
    expect(await drawBy('regional-ko', { regionalPrompts }, '고양이와 개')).toEqual(two);
    expect(await drawBy('regional-one', { regionalPrompts }, 'a cat')).toEqual(
      await drawBy('whole-one', {}, 'a cat'),
    );
    const packFolder = makeTinyPack(tiny.root, 'no-vocabulary');
    writeManifest(packFolder, { textToImage: { steps: 4, guidance: 2, regionalPrompts } });
    const one = { prompt: 'a cat and a dog', seed: 5, count: 1 };
    await withEngine(packFolder, tiny.cacheFolder, async ({ preparation }) => {
      const { candidates } = await preparation.generateBackgrounds(one);
      expect(candidates[0]!.image.data).toEqual((await generate(one)).candidates[0]!.image.data);
    });
  });

  test('must fit its own text encoder', async () => {
    const packFolder = makeTinyPack(tiny.root, 'misfit');
    const backgrounds = makeTinyPack(packFolder, 'backgrounds');
    rmSync(join(backgrounds, 'unet'), { recursive: true });
    cpSync(join(import.meta.dirname, '../../../golden/graph/sd2/unet'), join(backgrounds, 'unet'), {
      recursive: true,
    });
    const generated = withEngine(packFolder, tiny.cacheFolder, (owner) =>
      owner.preparation.generateBackgrounds(request),
    );
    await expect(generated).rejects.toMatchObject({
      code: 'MODEL_INVALID',
      message: expect.stringMatching(/24 values per token, but the U-Net needs 32/),
    });
  });
});

describe('cancelling', () => {
  test('takes effect after every step and keeps finished candidates', async () => {
    for (let cancelAt = 1; cancelAt <= 8; cancelAt++) {
      const controller = new AbortController();
      const done: number[] = [];
      let last = 0;
      const running = generate(request, {
        signal: controller.signal,
        onCandidate: ({ seed }) => {
          done.push(seed);
        },
        onProgress: ({ stage, step }) => {
          if (stage === 'denoise') last = step;
          if (stage === 'denoise' && step === cancelAt) controller.abort();
        },
      });
      await expect(running).rejects.toMatchObject({ code: 'CANCELLED' });
      expect(last).toBe(cancelAt);
      expect(done).toEqual(cancelAt > 4 ? [5] : []);
    }
  });
});

describe('candidates that lack an object of their prompt', () => {
  let starter: Engine;
  beforeAll(async () => {
    starter = await Engine.open({
      packFolder: starterPack,
      device: 'cpu',
      cacheFolder: join(tiny.root, 'starter-cache'),
    });
  });
  afterAll(() => starter.release());

  // One step does not paint six objects.
  const unfinished = {
    prompt: 'a photo of a teddy and a dog and a penguin and a robot and a house and a car',
    seed: 5,
    count: 2,
    steps: 1,
  };

  /** The subjects' mean score in the draw of a seed, where a second one of its kind halves it. */
  const qualityOf = async (seed: number) => {
    const request = { ...unfinished, seed, count: 1, retries: 0 };
    const { image } = (await starter.preparation.generateBackgrounds(request)).candidates[0]!;
    const picture = { name: 'drawn', bytes: await encodePng(image) };
    let sum = 0;
    for (const phrase of ['teddy', 'dog', 'penguin', 'robot', 'house', 'car']) {
      const { proposals } = await starter.preparation.findMask(picture, { phrase });
      const [first = 0, second = 0] = proposals.map(({ score }) => score);
      sum += second < 0.5 ? first : first / 2;
    }
    return sum / 6;
  };

  test('are retried with the seeds after the last; the best is kept, and what it lacks reported', async () => {
    const done: number[] = [];
    const draws: number[] = [];
    const { candidates, notices } = await starter.preparation.generateBackgrounds(
      { ...unfinished, retries: 2 },
      {
        onPreview: (_, candidate) => draws.push(candidate),
        onCandidate: ({ seed }) => {
          done.push(seed);
        },
      },
    );
    expect(draws).toEqual([0, 0, 0, 1, 1, 1]);
    const kept = candidates.map(({ seed }) => seed);
    expect(done).toEqual(kept);
    expect(sentencesOf(notices)).toEqual(
      kept.map((seed) =>
        expect.stringMatching(new RegExp(`^No .+ was found in the picture of seed ${seed}\\.$`)),
      ),
    );
    for (const [index, tried] of [
      [5, 7, 8],
      [6, 9, 10],
    ].entries()) {
      const qualities: number[] = [];
      for (const seed of tried) qualities.push(await qualityOf(seed));
      expect(kept[index]).toBe(tried[qualities.indexOf(Math.max(...qualities))]);
    }
  });

  test('are kept if retries are off, or if the prompt names no object', async () => {
    for (const change of [{ retries: 0 }, { prompt: 'a photo of a beach background' }]) {
      const { candidates, notices } = await starter.preparation.generateBackgrounds({
        ...unfinished,
        ...change,
      });
      expect(candidates.map(({ seed }) => seed)).toEqual([5, 6]);
      expect(notices).toEqual([]);
    }
  });

  test('a kept one is reproduced from its seed alone', async () => {
    const prompt = 'a photo of a red car, meadow background';
    const { candidates, notices } = await starter.preparation.generateBackgrounds({ prompt, seed: 3 });
    expect(notices).toEqual([]);
    const { seed, image } = candidates[0]!;
    const again = await starter.preparation.generateBackgrounds({ prompt, seed, retries: 0 });
    expect(again.candidates[0]!.image.data).toEqual(image.data);
  });
});

describe('invalid input is refused:', () => {
  test.each([
    ['an empty prompt', { prompt: '  ' }],
    ['no candidates', { count: 0 }],
    ['too many', { count: 17 }],
    ['a seed that is too large', { seed: 2 ** 32 }],
    ['a seed that is not whole', { seed: 0.5 }],
    ['guidance below 1', { guidance: 0 }],
    ['no steps', { steps: 0 }],
    ['a field that is not known', { sed: 3 }],
  ])('%s', async (_, change) => {
    await expect(generate({ ...request, ...change })).rejects.toMatchObject({ code: 'PARAMETER_INVALID' });
  });
});
