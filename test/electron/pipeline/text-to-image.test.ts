/** Regional prompts of text to image, with models whose answers are known. */
import { describe, expect, test } from 'vitest';
import { STABLE_DIFFUSION_SCHEDULE } from '../../../electron/pipeline/schedulers/noise-schedule.ts';
import { gaussianNoise } from '../../../electron/pipeline/tensor/noise.ts';
import { tensor } from '../../../electron/pipeline/tensor/tensor.ts';
import {
  type TextToImageModels,
  type TextToImageRequest,
  textToImage,
} from '../../../electron/pipeline/text-to-image.ts';
import { createToyUnet, TOY_PROMPT_DIMS, type ToyOptions } from './toy-unet.ts';

const SIDE = 8;

/** An embedding per prompt, and an autoencoder that shows three of the latents' channels. */
function toyModels(options: ToyOptions = {}) {
  const unet = createToyUnet(3, options);
  const condition = async (prompt: string) => ({
    promptEmbedding: gaussianNoise(
      [...prompt].reduce((sum, letter) => 31 * sum + letter.charCodeAt(0), 0) % 2 ** 32,
      'concept',
      0,
      TOY_PROMPT_DIMS,
    ),
  });
  const models: TextToImageModels = {
    conditioner: { condition, conditionNegative: condition },
    unet,
    autoencoder: {
      downscale: 1,
      encode: async (image) => image,
      decode: async ({ data, dims: [, ...plane] }) => tensor(data.slice(0, 3 * SIDE * SIDE), [3, ...plane]),
    },
    schedule: STABLE_DIFFUSION_SCHEDULE,
    sampler: 'sde-dpm-solver',
  };
  return { models, unet };
}

const request: TextToImageRequest = {
  prompt: 'a cat and a dog',
  negativePrompt: '',
  seeds: [5],
  width: SIDE,
  height: SIDE,
  steps: 8,
  guidanceScale: 4,
};
const regional = { prompts: ['a cat and a cat', 'a dog and a dog'], endAt: 0.5, contrast: 0.5 };

async function draw(change: Partial<TextToImageRequest> = {}, options: ToyOptions = {}) {
  const { models, unet } = toyModels(options);
  const [candidate] = await textToImage(models, { ...request, ...change });
  return { data: candidate!.image.data, rows: unet.calls.map(({ length }) => length) };
}

describe('regional prompts', () => {
  test('count in the first steps alone; the whole prompt decides in the first which part is whose', async () => {
    expect((await draw({ regional })).rows).toEqual([4, 3, 3, 3, 2, 2, 2, 2]);
    expect((await draw({ regional, guidanceScale: 1 })).rows).toEqual([3, 2, 2, 2, 1, 1, 1, 1]);
    const three = { ...regional, prompts: [...regional.prompts, 'a car and a car'] };
    expect((await draw({ regional: three })).rows).toEqual([5, 4, 4, 4, 2, 2, 2, 2]);
  });

  test('change the picture, and each of them does', async () => {
    const drawn = (await draw({ regional })).data;
    expect(drawn).not.toEqual((await draw()).data);
    for (const index of [0, 1]) {
      const other = { ...regional, prompts: regional.prompts.with(index, 'a car and a car') };
      expect((await draw({ regional: other })).data).not.toEqual(drawn);
    }
    expect((await draw({ regional: { ...regional, contrast: 0 } })).data).not.toEqual(drawn);
  });

  test('leave a prompt of one subject, or of none, as it was, and of too many', async () => {
    const plain = await draw();
    const few = [[], ['a cat'], Array.from({ length: 5 }, (_, index) => `a ${index}`)];
    for (const prompts of few) expect(await draw({ regional: { ...regional, prompts } })).toEqual(plain);
  });

  test('that all are the prompt itself draw what it draws', async () => {
    const same = { ...regional, prompts: [request.prompt, request.prompt] };
    const [plain, drawn] = [(await draw()).data, (await draw({ regional: same })).data];
    // Weights that sum to 1 but for rounding.
    for (const [at, value] of drawn.entries()) expect(Math.abs(value - plain[at]!)).toBeLessThanOrEqual(1);
  });

  test('are reproduced by prompt and seed, whatever was drawn before and however many rows fit', async () => {
    const { models } = toyModels();
    const candidates = await textToImage(models, { ...request, regional, seeds: [4, 5] });
    const { data, rows } = await draw({ regional }, { memoryRows: 2 });
    expect(data).toEqual(candidates[1]!.image.data);
    expect(Math.max(...rows)).toBe(2);
    expect(data).not.toEqual(candidates[0]!.image.data);
  });

  test('heed the negative prompt', async () => {
    const plain = (await draw({ regional })).data;
    expect((await draw({ regional, negativePrompt: 'a car' })).data).not.toEqual(plain);
  });
});

describe('a guidance interval', () => {
  // Timesteps 999, 874, 749, 624, 499, 374, 249, 124 of 1000.
  const guidanceInterval = { low: 0.2, high: 0.88 };

  test('saves the row of the negative prompt in every step outside it', async () => {
    expect((await draw({ guidanceInterval })).rows).toEqual([1, 2, 2, 2, 2, 2, 2, 1]);
    expect((await draw({ guidanceInterval, regional })).rows).toEqual([3, 3, 3, 3, 2, 2, 2, 1]);
    expect((await draw({ guidanceInterval, guidanceScale: 1 })).rows).toEqual([1, 1, 1, 1, 1, 1, 1, 1]);
  });

  test('includes both its ends, and around all timesteps changes nothing', async () => {
    const ends = { low: 0.124, high: 0.874 };
    expect((await draw({ guidanceInterval: ends })).rows).toEqual([1, 2, 2, 2, 2, 2, 2, 2]);
    expect(await draw({ guidanceInterval: { low: 0, high: 1 } })).toEqual(await draw());
  });

  test.each([{}, { regional }])('outside it draws as without guidance: %o', async (change) => {
    const nowhere = { low: 0.125, high: 0.2 };
    const drawn = await draw({ ...change, guidanceInterval: nowhere });
    expect(drawn).toEqual(await draw({ ...change, guidanceScale: 1 }));
    expect(drawn.data).not.toEqual((await draw({ ...change, guidanceInterval })).data);
  });
});
