/** The number of U-Net rows, and what the method does when the U-Net fails or the user cancels. */
import * as fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { pnpMix } from '../../../electron/pipeline/pnp-mix.ts';
import type { PnpMixParameters } from '../../../electron/pipeline/pnp-mix-types.ts';
import type { CachedHiddenStates } from '../../../electron/pipeline/ports.ts';
import type { Tensor } from '../../../electron/pipeline/tensor/tensor.ts';
import {
  anyInputs,
  anyParameters,
  attentionCacheInMemory,
  box,
  conceptOf,
  defaultParameters,
  inputsOf,
  modelsOf,
} from './random-scenes.ts';
import { createToyUnet } from './toy-unet.ts';

const scene = inputsOf([
  conceptOf(1, box(0, 0, 8, 8)),
  conceptOf(2, box(8, 4, 16, 12)),
  conceptOf(3, box(4, 8, 20, 16)),
]);
const concepts = scene.concepts.length;

/** Rows at each timestep, noisiest first: inversion and blending together. */
async function rowsByTimestep(parameters: PnpMixParameters, inputs = scene): Promise<number[]> {
  const unet = createToyUnet(1);
  const { unetRows } = await pnpMix(modelsOf(unet), inputs, parameters);
  expect(unetRows).toBe(unet.rowCount());
  const rows = new Map<number, number>();
  for (const { timestep } of unet.calls.flat()) rows.set(timestep, (rows.get(timestep) ?? 0) + 1);
  return [...rows].sort(([a], [b]) => b - a).map(([, count]) => count);
}

async function withKnownNoise(parameters: PnpMixParameters) {
  const { backgroundNoise } = await pnpMix(modelsOf(createToyUnet(1)), scene, parameters);
  return { ...scene, background: { ...scene.background, noisePredictions: backgroundNoise } };
}

describe('U-Net rows per step', () => {
  test('are one for the inversion, n for the concepts, n for the references', async () => {
    expect(await rowsByTimestep(defaultParameters)).toEqual(new Array(4).fill(1 + 2 * concepts));
  });

  test('are only n + n with a cached inversion', async () => {
    const inputs = await withKnownNoise(defaultParameters);
    expect(await rowsByTimestep(defaultParameters, inputs)).toEqual(new Array(4).fill(2 * concepts));
  });

  test('are those of the steps run: startAt skips the noisiest', async () => {
    const late = { ...defaultParameters, steps: 100, startAt: 0.64 };
    expect(await rowsByTimestep(late)).toEqual(new Array(64).fill(1 + 2 * concepts));
    const unet = createToyUnet(1);
    await pnpMix(modelsOf(unet), scene, late);
    const first = Math.max(...unet.calls.flat().map(({ timestep }) => timestep));
    expect(first).toBe(631);
    expect(await rowsByTimestep({ ...late, steps: 4, startAt: 0.05 })).toEqual([1 + 2 * concepts]);
    for (const startAt of [0, 1.1, Number.NaN]) {
      await expect(rowsByTimestep({ ...defaultParameters, startAt })).rejects.toMatchObject({
        code: 'PARAMETER_INVALID',
      });
    }
  });

  test('are n more with swap guidance while s_t is above 1', async () => {
    const strong = { ...defaultParameters, swapGuidanceScale: 3.5 };
    expect(await rowsByTimestep(strong)).toEqual(new Array(4).fill(1 + 3 * concepts));
    // s = 2 falls to max(2 / 2, 1) = 1 at the last step, which needs no plain row.
    const fading = { ...defaultParameters, swapGuidanceScale: 2 };
    const [full, without] = [1 + 3 * concepts, 1 + 2 * concepts];
    expect(await rowsByTimestep(fading)).toEqual([full, full, full, without]);
  });

  test('are one more for each predicted image with text guidance, and none for the concepts', async () => {
    const guided = { ...defaultParameters, guidanceScale: 5, swapGuidanceScale: 3.5 };
    expect(await rowsByTimestep(guided)).toEqual(new Array(4).fill(2 + 3 * concepts));
    const never = { ...guided, attentionSteps: { from: 0, to: 0 } };
    expect(await rowsByTimestep(never)).toEqual(new Array(4).fill(2 + 2 * concepts));
  });

  test('are only the references’ outside the step range', async () => {
    const half = { ...defaultParameters, attentionSteps: { from: 0.5, to: 1 } };
    const [plain, full] = [1 + concepts, 1 + 2 * concepts];
    expect(await rowsByTimestep(half)).toEqual([plain, plain, full, full]);
  });

  test('let every reference attend to its own concept, in the same call, with its own alpha', async () => {
    const unet = createToyUnet(1);
    await pnpMix(modelsOf(unet), scene, { ...defaultParameters, swapGuidanceScale: 3.5 });
    for (const rows of unet.calls.slice(1)) {
      const swapped = rows.filter((row, index) => row.keyValueSource !== index);
      expect(swapped).toHaveLength(concepts);
      for (const row of swapped) {
        const source = rows[row.keyValueSource as number]!;
        expect(scene.concepts.map(({ conditioning }) => conditioning.promptEmbedding)).toContain(
          source.promptEmbedding,
        );
        expect(row.appearanceScale).toBe(0.15);
        expect(rows.indexOf(source)).toBe(source.keyValueSource);
      }
    }
  });
});

describe('cached hidden states', () => {
  test('leave only the references’ rows', async () => {
    const cacheOf = attentionCacheInMemory();
    const kept = scene.concepts.map((concept, index) => ({
      ...concept,
      attentionCache: cacheOf(`${index}`),
    }));
    const parameters = { ...defaultParameters, swapGuidanceScale: 3.5 };
    expect(await rowsByTimestep(parameters, { ...scene, concepts: kept })).toEqual(
      new Array(4).fill(1 + 3 * concepts),
    );
    expect(await rowsByTimestep({ ...parameters, beta: 0.3 }, { ...scene, concepts: kept })).toEqual(
      new Array(4).fill(1 + 2 * concepts),
    );
  });

  test('change no byte, whichever steps have them and whatever else is tuned', async () => {
    await fc.assert(
      fc.asyncProperty(
        anyInputs,
        anyParameters,
        anyParameters,
        fc.array(fc.boolean(), { minLength: 1, maxLength: 8 }),
        async (inputs, first, tuned, hasRoom) => {
          const { steps, startAt, seed, attentionLayers } = first;
          const shared = { steps, startAt, seed, attentionLayers };
          const cacheOf = attentionCacheInMemory();
          const concepts = inputs.concepts.map((concept, index) => {
            const cache = cacheOf(`${index}`);
            const attentionCache = {
              get: cache.get,
              set: (step: number, states: CachedHiddenStates) => {
                if (hasRoom[step % hasRoom.length]) cache.set(step, states);
              },
            };
            return { ...concept, attentionCache };
          });
          await pnpMix(modelsOf(createToyUnet(1)), { ...inputs, concepts }, { ...first, ...shared });
          const parameters = { ...tuned, ...shared };
          const retuned = await pnpMix(modelsOf(createToyUnet(1)), { ...inputs, concepts }, parameters);
          const fresh = await pnpMix(modelsOf(createToyUnet(1)), inputs, parameters);
          expect(retuned.latents.data).toEqual(fresh.latents.data);
          expect(retuned.unetRows).toBeLessThanOrEqual(fresh.unetRows);
        },
      ),
      { numRuns: 50 },
    );
  });
});

describe('batches', () => {
  test('of any size give the same bytes', async () => {
    await fc.assert(
      fc.asyncProperty(
        anyInputs,
        anyParameters,
        fc.integer({ min: 1, max: 9 }),
        async (inputs, parameters, size) => {
          const { latents, unetRows } = await pnpMix(modelsOf(createToyUnet(1)), inputs, parameters);
          const small = createToyUnet(1, { preferredRows: size });
          const other = await pnpMix(modelsOf(small), inputs, parameters);
          expect(other.latents.data).toEqual(latents.data);
          expect(other.unetRows).toBe(unetRows);
          // A group of rows that exchange keys and values has at most three rows and cannot be split.
          expect(Math.max(...small.calls.map((rows) => rows.length))).toBeLessThanOrEqual(Math.max(size, 3));
        },
      ),
      { numRuns: 25 },
    );
  });

  test('are halved permanently by OUT_OF_MEMORY, with the same result', async () => {
    const reduced: number[] = [];
    const tight = createToyUnet(1, { preferredRows: 16, memoryRows: 3 });
    const parameters = { ...defaultParameters, steps: 8 };
    const { latents } = await pnpMix(modelsOf(tight), scene, parameters, {
      onBatchReduced: (rows) => reduced.push(rows),
    });
    expect(reduced).toEqual([4, 2]);
    expect(Math.max(...tight.calls.map((rows) => rows.length))).toBe(2);
    expect(latents.data).toEqual((await pnpMix(modelsOf(createToyUnet(1)), scene, parameters)).latents.data);
  });

  test('with a single group that does not fit are an error with its code', async () => {
    const tiny = createToyUnet(1, { memoryRows: 1 });
    await expect(pnpMix(modelsOf(tiny), scene, defaultParameters)).rejects.toMatchObject({
      code: 'OUT_OF_MEMORY',
    });
  });
});

test('cancelled at any progress event, the run ends with CANCELLED without another U-Net call', async () => {
  await fc.assert(
    fc.asyncProperty(anyInputs, anyParameters, fc.nat(), async (inputs, parameters, chosen) => {
      let events = 0;
      await pnpMix(modelsOf(createToyUnet(1)), inputs, parameters, { onProgress: () => events++ });
      // After the last event, nothing is left to cancel.
      const abortAt = chosen % (events - 1);
      const unet = createToyUnet(1);
      const signal = { aborted: false };
      let callsAtAbort = -1;
      let seen = 0;
      const run = pnpMix(modelsOf(unet), inputs, parameters, {
        signal,
        onProgress: () => {
          if (seen++ !== abortAt) return;
          signal.aborted = true;
          callsAtAbort = unet.calls.length;
        },
      });
      await expect(run).rejects.toMatchObject({ code: 'CANCELLED' });
      expect(unet.calls).toHaveLength(callsAtAbort);
    }),
    { numRuns: 40 },
  );
});

test('the first call gets the references’ initial state, undiluted: x_T of the background', async () => {
  const unet = createToyUnet(1);
  const start: Tensor[] = [];
  await pnpMix(
    modelsOf(unet),
    scene,
    { ...defaultParameters, beta: 0 },
    {
      onTrace: (name, value) => {
        if (name === 'inversion/background/x_t/0') start.push(value);
      },
    },
  );
  const swapped = unet.calls
    .flatMap((rows) => rows.filter((row, index) => row.keyValueSource !== index))
    .filter(({ timestep }) => timestep === 751);
  expect(swapped).toHaveLength(concepts);
  for (const { latents } of swapped) expect(latents.data).toEqual(start[0]!.data);
});

test('cancelled before the start, nothing is called', async () => {
  const unet = createToyUnet(1);
  const run = pnpMix(modelsOf(unet), scene, defaultParameters, { signal: { aborted: true } });
  await expect(run).rejects.toMatchObject({ code: 'CANCELLED' });
  expect(unet.calls).toHaveLength(0);
});

test('progress counts every stage up to its total', async () => {
  const events: string[] = [];
  await pnpMix(
    modelsOf(createToyUnet(1)),
    scene,
    { ...defaultParameters, steps: 10 },
    {
      onProgress: ({ stage, step, total }) => events.push(`${stage} ${step}/${total}`),
    },
  );
  const blends = Array.from({ length: 10 }, (_, index) => `blend ${index + 1}/10`);
  expect(events).toEqual(['invert 8/10', 'invert 10/10', ...blends]);
});

test.each([751, 1])('a NaN from the U-Net is named with its timestep %i', async (nanAtTimestep) => {
  const unet = createToyUnet(1, { nanAtTimestep });
  await expect(pnpMix(modelsOf(unet), scene, defaultParameters)).rejects.toMatchObject({
    code: 'NON_FINITE',
    message: expect.stringContaining(`timestep ${nanAtTimestep}`),
  });
});

test('latents of other dims are an error that names both', async () => {
  const wrong = {
    ...scene,
    inpainted: { ...scene.inpainted, latents: { data: new Float32Array(4), dims: [4, 1, 1] } },
  };
  await expect(pnpMix(modelsOf(createToyUnet(1)), wrong, defaultParameters)).rejects.toMatchObject({
    code: 'TENSOR_DIMS',
    message: expect.stringMatching(/\[4,1,1\].*\[4,4,5\]/),
  });
});
