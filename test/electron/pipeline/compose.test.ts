/** From pictures to a picture: sizes, counts, kept pixels, cached inversions, cancelling. */
import * as fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import {
  type ComposeModels,
  type ComposeParameters,
  compose,
  type NamedImage,
  type Scene,
  type SceneConcept,
  type TensorStore,
} from '../../../electron/pipeline/compose.ts';
import type { Autoencoder } from '../../../electron/pipeline/ports.ts';
import { STABLE_DIFFUSION_SCHEDULE } from '../../../electron/pipeline/schedulers/noise-schedule.ts';
import { type Tensor, tensor, zeros } from '../../../electron/pipeline/tensor/tensor.ts';
import {
  anyMask,
  attentionCacheInMemory,
  box,
  DOWNSCALE,
  defaultParameters,
  MASK_DIMS,
  someConditioning,
} from './random-scenes.ts';
import { createToyUnet, type ToyOptions, type ToyUnet } from './toy-unet.ts';

const [HEIGHT, WIDTH] = MASK_DIMS;
const parameters: ComposeParameters = { ...defaultParameters, keepOriginalBackground: true, edgePx: 4 };

/** The first red, green and blue of every 4 x 4 block, and its next red: crude, but invertible. */
const blockAutoencoder: Autoencoder = {
  downscale: DOWNSCALE,
  encode: async (image) => {
    const [, height, width] = image.dims as unknown as [number, number, number];
    const [h, w] = [height / DOWNSCALE, width / DOWNSCALE];
    const latents = zeros([4, h, w]);
    for (let at = 0; at < latents.data.length; at++) {
      const [channel, y, x] = [Math.floor(at / (h * w)), Math.floor((at % (h * w)) / w), at % w];
      const source = (channel % 3) * height * width + y * DOWNSCALE * width + x * DOWNSCALE;
      latents.data[at] = image.data[channel === 3 ? source + 1 : source]!;
    }
    return latents;
  },
  decode: async (latents) => {
    const [, h, w] = latents.dims as unknown as [number, number, number];
    const image = zeros([3, h * DOWNSCALE, w * DOWNSCALE]);
    const plane = h * w * DOWNSCALE ** 2;
    for (let at = 0; at < image.data.length; at++) {
      const [y, x] = [Math.floor((at % plane) / (w * DOWNSCALE)), at % (w * DOWNSCALE)];
      image.data[at] =
        latents.data[
          Math.floor(at / plane) * h * w + Math.floor(y / DOWNSCALE) * w + Math.floor(x / DOWNSCALE)
        ]!;
    }
    return image;
  },
};

function modelsWith(
  options: ToyOptions = {},
  autoencoder = blockAutoencoder,
): ComposeModels & { unet: ToyUnet } {
  const condition = async (prompt: string) => someConditioning(prompt.length);
  const unet = createToyUnet(1, options);
  return {
    unet,
    autoencoder,
    conditioner: { condition, conditionNegative: condition },
    schedule: STABLE_DIFFUSION_SCHEDULE,
  };
}

function picture(number: number, width = WIDTH, height = HEIGHT): NamedImage {
  const data = Uint8Array.from({ length: width * height * 3 }, (_, at) => (at * 37 + number * 101) % 256);
  return { pixels: { width, height, data }, contentHash: `picture-${number}` };
}

function concept(number: number, mask: Tensor = box(4, 4, 12, 12)): SceneConcept {
  return { prompt: 'p'.repeat(number), image: picture(10 + number), mask, order: number, alpha: 0.15 };
}

function sceneOf(concepts: readonly SceneConcept[]): Scene {
  return { prompt: 'a scene', background: picture(1), inpainted: picture(2), inpaintPrompt: '', concepts };
}

function memoryStore(): TensorStore & { readonly keys: Map<string, readonly Tensor[]> } {
  const keys = new Map<string, readonly Tensor[]>();
  return {
    keys,
    load: async (key) => keys.get(key),
    save: async (key, tensors) => void keys.set(key, tensors),
  };
}

describe('a scene that cannot be composed', () => {
  test.each([0, 9])('%i concepts', async (count) => {
    const scene = sceneOf(Array.from({ length: count }, (_, index) => concept(index)));
    const models = modelsWith();
    await expect(compose(models, scene, parameters, memoryStore())).rejects.toMatchObject({
      code: 'CONCEPT_COUNT',
      message: expect.stringContaining(String(count)),
    });
    expect(models.unet.calls).toHaveLength(0);
  });

  test.each([
    ['background', { ...sceneOf([concept(1)]), background: picture(1, 18) }, /18 x 16.*multiples of 4/],
    ['inpainted background', { ...sceneOf([concept(1)]), inpainted: picture(2, 24) }, /24 x 16.*20 x 16/],
    [
      'concept image',
      sceneOf([concept(1), { ...concept(2), image: picture(3, 20, 20) }]),
      /concept 2.*20 x 20/,
    ],
    ['mask', sceneOf([concept(1, zeros([20, 16]))]), /mask of concept 1.*16 x 20.*20 x 16/],
  ])('mismatched sizes: %s', async (_, scene, message) => {
    await expect(compose(modelsWith(), scene, parameters, memoryStore())).rejects.toMatchObject({
      code: 'SIZE_MISMATCH',
      message: expect.stringMatching(message),
    });
  });

  test('more steps than the schedule has are refused before a picture is encoded', async () => {
    const encode = async () => {
      throw new Error('A picture was encoded.');
    };
    const models = modelsWith({}, { ...blockAutoencoder, encode });
    const few = { ...models, schedule: { ...models.schedule, trainSteps: 3 } };
    await expect(
      compose(few, sceneOf([concept(1)]), { ...parameters, steps: 3 }, memoryStore()),
    ).rejects.toMatchObject({ code: 'PARAMETER_INVALID', message: expect.stringMatching(/1 to 2, not 3/) });
  });

  test.each(['encode', 'decode'] as const)('NaN from %s is named', async (step) => {
    const nan = async () => tensor(new Float32Array(4 * 4 * 5).fill(Number.NaN), [4, 4, 5]);
    const models = modelsWith({}, { ...blockAutoencoder, [step]: nan });
    await expect(compose(models, sceneOf([concept(1)]), parameters, memoryStore())).rejects.toMatchObject({
      code: 'NON_FINITE',
      message: expect.stringContaining(`${step}r`),
    });
  });
});

describe('the kept background', () => {
  test('is identical to the background, byte for byte, beyond the masks’ fade', async () => {
    await fc.assert(
      fc.asyncProperty(
        anyMask,
        fc.constantFrom(0, 0.5, 2, 3, 4, 8),
        fc.constantFrom(0, 4),
        async (mask, edgePx, featherPx) => {
          const scene = sceneOf([concept(1, mask)]);
          const { image } = await compose(
            modelsWith(),
            scene,
            { ...parameters, edgePx, featherPx },
            memoryStore(),
          );
          const fade = Math.max(edgePx, featherPx);
          for (let pixel = 0; pixel < WIDTH * HEIGHT; pixel++) {
            if (isNear(mask, pixel, fade)) continue;
            const bytes = (data: Uint8Array) => [...data.slice(pixel * 3, pixel * 3 + 3)];
            expect(bytes(image.data)).toEqual(bytes(scene.background.pixels.data));
          }
        },
      ),
      { numRuns: 60 },
    );
  });

  test('is the background picture itself for masks of zeros', async () => {
    const scene = sceneOf([concept(1, zeros(MASK_DIMS)), concept(2, zeros(MASK_DIMS))]);
    const { image } = await compose(modelsWith(), scene, parameters, memoryStore());
    expect(image).toEqual(scene.background.pixels);
  });

  test('shows all composed pixels inside the masks, and everywhere if it is not kept', async () => {
    const scene = sceneOf([concept(1)]);
    const kept = (await compose(modelsWith(), scene, parameters, memoryStore())).image;
    const bare = { ...parameters, keepOriginalBackground: false };
    const whole = (await compose(modelsWith(), scene, bare, memoryStore())).image;
    for (const [pixel, inside] of scene.concepts[0]!.mask.data.entries()) {
      if (inside === 1) expect(kept.data[pixel * 3]).toBe(whole.data[pixel * 3]);
    }
    expect(kept.data).not.toEqual(whole.data);
  });
});

function isNear(mask: Tensor, pixel: number, reach: number): boolean {
  const [px, py] = [pixel % WIDTH, Math.floor(pixel / WIDTH)];
  return mask.data.some(
    (value, at) => value > 0 && Math.hypot((at % WIDTH) - px, Math.floor(at / WIDTH) - py) <= reach,
  );
}

describe('caches between runs', () => {
  const scene = sceneOf([concept(1), concept(2, box(8, 0, 20, 8))]);
  const changed = (some: Partial<SceneConcept>): Scene => ({
    ...scene,
    concepts: scene.concepts.map((old) => ({ ...old, ...some })),
  });
  const conceptRows = 4 * 2 * 2;

  test.each([
    ['alpha', changed({ alpha: 0.5 }), parameters],
    ['a mask', changed({ mask: box(0, 0, 8, 8) }), parameters],
    ['the layer order', changed({ order: 3 }), parameters],
    ['a concept image', changed({ image: picture(77) }), parameters],
    ['beta', scene, { ...parameters, beta: 0.4 }],
    ['the feather', scene, { ...parameters, featherPx: 4 }],
  ] as const)(
    'a change of %s reuses the inversion and gives what a fresh run gives',
    async (_, next, tuned) => {
      const store = memoryStore();
      await compose(modelsWith(), scene, parameters, store);
      const models = modelsWith();
      const retuned = await compose(models, next, tuned, store);
      expect(models.unet.rowCount()).toBe(conceptRows);
      const fresh = await compose(modelsWith(), next, tuned, memoryStore());
      expect(retuned.blend.latents.data).toEqual(fresh.blend.latents.data);
    },
  );

  describe('the concepts’ attention', () => {
    const inversionRows = 4;
    const referenceRows = 4 * 2;
    test.each([
      ['alpha', changed({ alpha: 0.5 }), parameters, referenceRows],
      ['a mask', changed({ mask: box(0, 0, 8, 8) }), parameters, referenceRows],
      ['beta and the ablation row', scene, { ...parameters, beta: 0.4, ablation: 'c' }, referenceRows],
      ['the scene prompt', { ...scene, prompt: 'another' }, parameters, inversionRows + referenceRows],
      ['a concept image', changed({ image: picture(77) }), parameters, conceptRows],
      ['a concept prompt', changed({ prompt: 'another' }), parameters, conceptRows],
      ['the layers', scene, { ...parameters, attentionLayers: 'decoder' }, conceptRows],
      ['the seed', scene, { ...parameters, seed: 8 }, inversionRows + conceptRows],
      ['the steps', scene, { ...parameters, steps: 5 }, 5 * (1 + 2 * 2)],
      ['the start', scene, { ...parameters, startAt: 0.5 }, 2 * (1 + 2 * 2)],
      ['the guidance', scene, { ...parameters, guidanceScale: 3 }, 2 * inversionRows + 2 * referenceRows],
    ] as const)('is reused for a change of %s', async (_, next, tuned, rows) => {
      const store = { ...memoryStore(), attentionCache: attentionCacheInMemory() };
      await compose(modelsWith(), scene, parameters, store);
      const models = modelsWith();
      const retuned = await compose(models, next, tuned, store);
      expect(models.unet.rowCount()).toBe(rows);
      const fresh = await compose(modelsWith(), next, tuned, memoryStore());
      expect(retuned.blend.latents.data).toEqual(fresh.blend.latents.data);
    });
  });

  test.each([
    ['the prompt', { ...scene, prompt: 'another scene' }, parameters],
    ['the background', { ...scene, background: picture(5) }, parameters],
    ['the steps', scene, { ...parameters, steps: 5 }],
    ['the seed', scene, { ...parameters, seed: 8 }],
    ['the guidance', scene, { ...parameters, guidanceScale: 3 }],
  ] as const)('a change of %s inverts again', async (_, next, tuned) => {
    const store = memoryStore();
    await compose(modelsWith(), scene, parameters, store);
    const models = modelsWith();
    const { blend } = await compose(models, next, tuned, store);
    expect(models.unet.rowCount()).toBe(blend.unetRows);
    // With text guidance, the background and each reference also have a row without a prompt.
    const rows = tuned.steps * (tuned.guidanceScale === 1 ? 1 + 2 * 2 : 2 + 3 * 2);
    expect(blend.unetRows).toBe(rows);
    const fresh = await compose(modelsWith(), next, tuned, memoryStore());
    expect(blend.latents.data).toEqual(fresh.blend.latents.data);
  });

  test('a negative prompt counts with text guidance, and only with it', async () => {
    const guided = { ...parameters, guidanceScale: 3 };
    const negative = { ...scene, negativePrompt: 'fog and rain' };
    const store = memoryStore();
    const plain = await compose(modelsWith(), scene, guided, store);
    const led = await compose(modelsWith(), negative, guided, store);
    expect(led.blend.latents.data).not.toEqual(plain.blend.latents.data);
    const fresh = await compose(modelsWith(), negative, guided, memoryStore());
    expect(led.blend.latents.data).toEqual(fresh.blend.latents.data);
    const unguided = await compose(modelsWith(), negative, parameters, memoryStore());
    const without = await compose(modelsWith(), scene, parameters, memoryStore());
    expect(unguided.blend.latents.data).toEqual(without.blend.latents.data);
  });
});
