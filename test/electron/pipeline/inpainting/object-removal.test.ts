/**
 * Blended latent diffusion with models whose answers are known: an autoencoder that only rescales, and a U-Net that
 * predicts one picture from any noise.
 */
import { describe, expect, test } from 'vitest';
import type { ComposeModels } from '../../../../electron/pipeline/compose.ts';
import { LayeredInpainter } from '../../../../electron/pipeline/inpainting/layered-fill.ts';
import {
  BLENDED_FILL_DEFAULTS,
  BlendedDiffusionInpainter,
  type BlendedFillParameters,
  pasteFill,
  removalHole,
} from '../../../../electron/pipeline/inpainting/object-removal.ts';
import type { UnetRow } from '../../../../electron/pipeline/ports.ts';
import { imageToTensor, type RgbImage } from '../../../../electron/pipeline/processors/image.ts';
import {
  alphasCumprod,
  STABLE_DIFFUSION_SCHEDULE,
} from '../../../../electron/pipeline/schedulers/noise-schedule.ts';
import { stackRows, type Tensor, tensor } from '../../../../electron/pipeline/tensor/tensor.ts';

const [width, height] = [24, 16];
const alphas = alphasCumprod(STABLE_DIFFUSION_SCHEDULE);

/** A checkered ground, which no fill from the sides can guess, and a white block on it. */
function scene(): { picture: RgbImage; truth: RgbImage; mask: Tensor } {
  const truth = new Uint8Array(3 * width * height);
  const picture = new Uint8Array(truth.length);
  const mask = new Float32Array(width * height);
  for (let at = 0; at < mask.length; at++) {
    const [x, y] = [at % width, Math.floor(at / width)];
    mask[at] = Number(x >= 9 && x < 15 && y >= 5 && y < 11);
    const colour = [60 + 80 * ((x + y) % 2), 5 * x, 12 * y];
    truth.set(colour, 3 * at);
    picture.set(mask[at] === 1 ? [255, 255, 255] : colour, 3 * at);
  }
  return {
    picture: { width, height, data: picture },
    truth: { width, height, data: truth },
    mask: tensor(mask, [height, width]),
  };
}

const unprompted = async () => ({ promptEmbedding: tensor(new Float32Array(4), [2, 2]) });

/** @param known x0 that the U-Net predicts in every row */
function models(known: Tensor, calls: (readonly UnetRow[])[] = []): ComposeModels {
  return {
    conditioner: { condition: unprompted, conditionNegative: unprompted },
    autoencoder: { downscale: 1, encode: async (image) => image, decode: async (latents) => latents },
    schedule: STABLE_DIFFUSION_SCHEDULE,
    unet: {
      latentChannels: 3,
      preferredRows: () => 64,
      predict: async (rows) => {
        calls.push(rows);
        return stackRows(
          rows.map(({ latents, timestep }) => {
            const alpha = alphas[timestep]!;
            return tensor(
              latents.data.map(
                (value, at) => (value - Math.sqrt(alpha) * known.data[at]!) / Math.sqrt(1 - alpha),
              ),
              latents.dims,
            );
          }),
        );
      },
    },
  };
}

const parameters: BlendedFillParameters = { prompt: 'a ground', seed: 7, ...BLENDED_FILL_DEFAULTS };

describe('blended latent diffusion', () => {
  test('a U-Net that knows the original restores it, whatever the first fill was', async () => {
    const { picture, truth, mask } = scene();
    const hole = removalHole([mask], 1, picture);
    const inpainter = new BlendedDiffusionInpainter(
      models(imageToTensor(truth)),
      new LayeredInpainter(),
      parameters,
    );
    const filled = await inpainter.fill(picture, hole);
    const first = await new LayeredInpainter().fill(picture, hole);
    let firstError = 0;
    hole.data.forEach((isHole, at) => {
      for (let channel = 0; channel < 3; channel++) {
        const place = 3 * at + channel;
        const error = Math.abs(filled.data[place]! - truth.data[place]!);
        // The schedule ends at its first product, not at 1: a trace of noise remains, as in every picture.
        if (isHole === 1) expect(error).toBeLessThanOrEqual(12);
        firstError = Math.max(firstError, Math.abs(first.data[place]! - truth.data[place]!));
      }
    });
    expect(firstError).toBeGreaterThan(25);
  });

  test('outside the hole and its rim the picture is unchanged, whatever the U-Net predicts', async () => {
    const { picture, mask } = scene();
    const black = tensor(new Float32Array(3 * width * height).fill(-1), [3, height, width]);
    const hole = removalHole([mask], 0, picture);
    const inpainter = new BlendedDiffusionInpainter(models(black), new LayeredInpainter(), parameters);
    const filled = await inpainter.fill(picture, hole);
    for (let at = 0; at < width * height; at++) {
      const [x, y] = [at % width, Math.floor(at / width)];
      const pixel = [...filled.data.subarray(3 * at, 3 * at + 3)];
      if (x >= 8 && x < 16 && y >= 4 && y < 12) {
        if (hole.data[at] === 1) expect(Math.max(...pixel)).toBeLessThan(15);
      } else expect(pixel).toEqual([...picture.data.subarray(3 * at, 3 * at + 3)]);
    }
  });

  test('runs its share of the steps for every sample in one call, and guidance doubles the rows', async () => {
    const { picture, truth, mask } = scene();
    const run = async (some: Partial<BlendedFillParameters>) => {
      const calls: (readonly UnetRow[])[] = [];
      const steps: number[] = [];
      const inpainter = new BlendedDiffusionInpainter(
        models(imageToTensor(truth), calls),
        new LayeredInpainter(),
        { ...parameters, ...some },
        (step) => steps.push(step),
      );
      await inpainter.fill(picture, removalHole([mask], 1, picture));
      expect(steps).toEqual(calls.map((_, index) => index + 1));
      return calls.map((rows) => rows.length);
    };
    expect(await run({ steps: 10, strength: 0.4, samples: 3, guidanceScale: 1 })).toEqual([3, 3, 3, 3]);
    expect(await run({ steps: 2, strength: 1, samples: 2, guidanceScale: 2 })).toEqual([4, 4]);
    // At least one step is run.
    expect(await run({ steps: 10, strength: 0, samples: 1 })).toEqual([1]);
  });

  test('another seed gives another fill, the same seed the same', async () => {
    const { picture, mask } = scene();
    const hole = removalHole([mask], 1, picture);
    // A U-Net that predicts no noise leaves its input in place.
    const silent: ComposeModels = {
      ...models(imageToTensor(picture)),
      unet: {
        latentChannels: 3,
        preferredRows: () => 2,
        predict: async (rows) =>
          stackRows(rows.map(({ latents: { dims, data } }) => tensor(new Float32Array(data.length), dims))),
      },
    };
    const fill = (seed: number) =>
      new BlendedDiffusionInpainter(silent, new LayeredInpainter(), { ...parameters, seed }).fill(
        picture,
        hole,
      );
    const first = await fill(1);
    expect((await fill(1)).data).toEqual(first.data);
    expect((await fill(2)).data).not.toEqual(first.data);
  });

  test('stops when cancelled, and refuses invalid numbers', async () => {
    const { picture, truth, mask } = scene();
    const hole = removalHole([mask], 1, picture);
    const signal = { aborted: false };
    const known = models(imageToTensor(truth));
    const cancelling = new BlendedDiffusionInpainter(known, new LayeredInpainter(), parameters, () => {
      signal.aborted = true;
    });
    await expect(cancelling.fill(picture, hole, signal)).rejects.toMatchObject({ code: 'CANCELLED' });
    const broken = {
      ...known,
      autoencoder: {
        ...known.autoencoder,
        decode: async (latents: Tensor) => tensor(latents.data.fill(Number.NaN), latents.dims),
      },
    };
    await expect(
      new BlendedDiffusionInpainter(broken, new LayeredInpainter(), parameters).fill(picture, hole),
    ).rejects.toMatchObject({ code: 'NON_FINITE' });
  });
});

test('a fill fades in within the margin and is complete over the masks', () => {
  const { picture, mask } = scene();
  const hole = removalHole([mask], 4, picture);
  const filled = { width, height, data: new Uint8Array(3 * width * height).fill(7) };
  const { data } = pasteFill(picture, filled, hole, 4);
  for (let at = 0; at < hole.data.length; at++) {
    const pixel = [...data.subarray(3 * at, 3 * at + 3)];
    if (hole.data[at] === 0) expect(pixel).toEqual([...picture.data.subarray(3 * at, 3 * at + 3)]);
    if (mask.data[at] === 1) expect(pixel).toEqual([7, 7, 7]);
  }
});
