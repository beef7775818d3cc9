/** The invariants of docs/method.md, for any U-Net, scene and parameters. */
import * as fc from 'fast-check';
import { expect, test } from 'vitest';
import { pnpMix } from '../../../electron/pipeline/pnp-mix.ts';
import type { PnpMixInputs, PnpMixParameters } from '../../../electron/pipeline/pnp-mix-types.ts';
import { maxAbsDifference, type Tensor } from '../../../electron/pipeline/tensor/tensor.ts';
import {
  anyInputs,
  anyParameters,
  box,
  conceptOf,
  defaultParameters,
  inputsOf,
  LATENT_SIZE,
  modelsOf,
  someLatents,
} from './random-scenes.ts';
import { createToyUnet, TOY_CHANNELS } from './toy-unet.ts';

const everything = box(0, 0, 20, 16);
const nothing = box(0, 0, 0, 0);
const plane = LATENT_SIZE[0] * LATENT_SIZE[1];

async function latentsOf(inputs: PnpMixInputs, parameters: PnpMixParameters): Promise<Tensor> {
  return (await pnpMix(modelsOf(createToyUnet(1)), inputs, parameters)).latents;
}

/** A run and every traced tensor, by name. */
async function traced(inputs: PnpMixInputs, parameters: PnpMixParameters) {
  const trace = new Map<string, Tensor>();
  const result = await pnpMix(modelsOf(createToyUnet(1)), inputs, parameters, {
    onTrace: (name, value) => trace.set(name, value),
  });
  return { result, trace };
}

/** Number of steps of a run. */
const stepsRun = ({ steps, startAt }: PnpMixParameters) => Math.max(Math.round(steps * startAt), 1);

test('out equals back at every background element, at every step, to the byte', async () => {
  await fc.assert(
    fc.asyncProperty(anyInputs, anyParameters, async (inputs, parameters) => {
      const { trace } = await traced(inputs, parameters);
      const weights = trace.get('masks/background')!.data;
      const run = stepsRun(parameters);
      for (let k = 0; k < run; k++) {
        const output = trace.get(`blend/${k}/output`)!;
        const background = trace.get(
          k + 1 < run ? `inversion/background/x_t/${k + 1}` : 'inversion/background/x0',
        )!;
        for (let at = 0; at < output.data.length; at++) {
          if (weights[at % plane] === 1) expect(output.data[at]).toBe(background.data[at]);
        }
      }
    }),
    { numRuns: 40 },
  );
});

test('masks of zeros return the background', async () => {
  await fc.assert(
    fc.asyncProperty(anyInputs, anyParameters, async ({ concepts }, parameters) => {
      const inputs = inputsOf(concepts.map((concept) => ({ ...concept, mask: nothing })));
      const latents = await latentsOf(inputs, parameters);
      expect(maxAbsDifference(latents, inputs.background.latents)).toBeLessThanOrEqual(1e-4);
    }),
    { numRuns: 25 },
  );
});

test('a single mask of ones gives ref_1, at every step', async () => {
  await fc.assert(
    fc.asyncProperty(anyParameters, async (parameters) => {
      const { result, trace } = await traced(inputsOf([conceptOf(1, everything)]), parameters);
      const run = stepsRun(parameters);
      for (let k = 0; k < run; k++) {
        expect(trace.get(`blend/${k}/output`)!.data).toEqual(trace.get(`blend/${k}/reference-1`)!.data);
      }
      expect(result.latents.data).toEqual(trace.get(`blend/${run - 1}/reference-1`)!.data);
    }),
    { numRuns: 25 },
  );
});

test('permuting the concepts with their masks, prompts, images and layer order changes no byte', async () => {
  await fc.assert(
    fc.asyncProperty(
      anyInputs.chain((inputs) =>
        fc.tuple(
          fc.constant(inputs),
          fc.shuffledSubarray([...inputs.concepts], { minLength: inputs.concepts.length }),
        ),
      ),
      anyParameters,
      async ([inputs, shuffled], parameters) => {
        const latents = await latentsOf(inputs, parameters);
        expect((await latentsOf({ ...inputs, concepts: shuffled }, parameters)).data).toEqual(latents.data);
      },
    ),
    { numRuns: 60 },
  );
});

test('the same inputs and seed give the same bytes, also with a trace or a reused inversion', async () => {
  await fc.assert(
    fc.asyncProperty(anyInputs, anyParameters, async (inputs, parameters) => {
      const first = await pnpMix(modelsOf(createToyUnet(1)), inputs, parameters);
      expect((await latentsOf(inputs, parameters)).data).toEqual(first.latents.data);
      expect((await traced(inputs, parameters)).result.latents.data).toEqual(first.latents.data);
      const background = { ...inputs.background, noisePredictions: first.backgroundNoise };
      expect((await latentsOf({ ...inputs, background }, parameters)).data).toEqual(first.latents.data);
    }),
    { numRuns: 20 },
  );
});

test('another seed gives another result', async () => {
  const inputs = inputsOf([conceptOf(1, box(0, 0, 12, 12))]);
  const latents = await latentsOf(inputs, defaultParameters);
  expect(
    maxAbsDifference(latents, await latentsOf(inputs, { ...defaultParameters, seed: 8 })),
  ).toBeGreaterThan(1e-2);
});

test('beta has no effect if every expanded mask covers the whole latent, and has one otherwise', async () => {
  const betas = [0, 0.3, 0.8, 1];
  const run = (expandLatent: number) =>
    Promise.all(
      betas.map((beta) =>
        latentsOf(inputsOf([conceptOf(1, box(0, 0, 8, 8)), conceptOf(2, box(12, 8, 20, 16))]), {
          ...defaultParameters,
          beta,
          expandLatent,
        }),
      ),
    );
  const [first, ...covered] = await run(5);
  for (const latents of covered) expect(latents.data).toEqual(first!.data);
  const [without, ...partly] = await run(1);
  for (const latents of partly) expect(maxAbsDifference(latents, without!)).toBeGreaterThan(1e-4);
});

test('outside M_E a reference is beta times the inpainted background at the timestep that it has reached', async () => {
  const inputs = inputsOf([conceptOf(1, box(0, 0, 8, 8))]);
  const { trace } = await traced(inputs, { ...defaultParameters, expandLatent: 0 });
  const expanded = trace.get('masks/expanded-1')!.data;
  for (let k = 0; k < defaultParameters.steps; k++) {
    const isLast = k + 1 === defaultParameters.steps;
    const inpainted = trace.get(isLast ? 'inversion/inpainted/x0' : `inversion/inpainted/x_t/${k + 1}`)!;
    for (const [at, value] of trace.get(`blend/${k}/reference-1`)!.data.entries()) {
      if (expanded[at % plane] === 0) expect(value).toBeCloseTo(0.8 * inpainted.data[at]!, 4);
    }
  }
});

test('alpha = 0 stays 0: the plain replacement of keys and values in ablation row a', async () => {
  const withAlpha = (alpha: number) => inputsOf([conceptOf(1, box(0, 0, 12, 12), alpha)]);
  const dilutionOff = { ...defaultParameters, ablation: 'b' as const };
  const rowA = await latentsOf(withAlpha(0.15), { ...defaultParameters, ablation: 'a' });
  expect((await latentsOf(withAlpha(0), dilutionOff)).data).toEqual(rowA.data);
  expect(maxAbsDifference(await latentsOf(withAlpha(0.15), dilutionOff), rowA)).toBeGreaterThan(1e-4);
});

test('outside the step range neither alpha nor the concept image has an effect', async () => {
  const off = { ...defaultParameters, attentionSteps: { from: 0, to: 0 } };
  const concept = conceptOf(1, box(0, 0, 12, 12));
  const latents = await latentsOf(inputsOf([concept]), off);
  const other = { ...concept, alpha: 2, latents: someLatents(99) };
  expect((await latentsOf(inputsOf([other]), off)).data).toEqual(latents.data);
});

test('every ablation row and option changes the result', async () => {
  const inputs = inputsOf([conceptOf(1, box(0, 0, 12, 12)), conceptOf(2, box(8, 4, 20, 16))]);
  const variants: Partial<PnpMixParameters>[] = [
    {},
    { ablation: 'a' },
    { ablation: 'b' },
    { ablation: 'c' },
    { ablation: 'd' },
    { attentionLayers: 'decoder' },
    { attentionSteps: { from: 0.5, to: 1 } },
    { swapGuidanceScale: 3.5 },
    { guidanceScale: 5 },
    { featherPx: 4 },
    { expandLatent: 2 },
    { beta: 0.4 },
    { startAt: 0.5 },
    { solver: 'sde-dpmsolver++' },
    { regionGrowPx: 3 },
    { bandLatent: 1 },
  ];
  const results = await Promise.all(
    variants.map((some) => latentsOf(inputs, { ...defaultParameters, ...some })),
  );
  for (const [i, a] of results.entries()) {
    for (const b of results.slice(i + 1)) expect(maxAbsDifference(a, b)).toBeGreaterThan(1e-5);
  }
});

test('the concept in front takes the overlap', async () => {
  const [left, right] = [box(0, 0, 12, 16), box(8, 0, 20, 16)];
  const [, h, w] = [TOY_CHANNELS, ...LATENT_SIZE];
  for (const [orders, owner] of [
    [[1, 2], 1],
    [[2, 1], 0],
  ] as const) {
    const inputs = inputsOf([conceptOf(1, left, 0.15, orders[0]), conceptOf(2, right, 0.15, orders[1])]);
    const { masks } = await pnpMix(modelsOf(createToyUnet(1)), inputs, defaultParameters);
    for (let y = 0; y < h!; y++) {
      expect(masks.regionMasks[owner]!.data[y * w! + 2]).toBe(1);
      expect(masks.regionMasks[1 - owner]!.data[y * w! + 2]).toBe(0);
    }
  }
});

test('a run that starts later starts from the background’s own x_t there', async () => {
  const inputs = inputsOf([conceptOf(1, box(0, 0, 12, 12))]);
  const whole = await traced(inputs, defaultParameters);
  const late = await traced(inputs, { ...defaultParameters, startAt: 0.5 });
  for (const [name, other] of [
    ['x_t/0', 'x_t/2'],
    ['x_t/1', 'x_t/3'],
  ]) {
    // Both differ from the sampled x_t only by the rounding of the drift correction.
    expect(
      maxAbsDifference(
        late.trace.get(`inversion/background/${name}`)!,
        whole.trace.get(`inversion/background/${other}`)!,
      ),
    ).toBeLessThan(1e-5);
  }
  expect(late.trace.has('blend/1/output')).toBe(true);
  expect(late.trace.has('blend/2/output')).toBe(false);
});

test('the transition band belongs to the concept and no longer to the background', async () => {
  const inputs = inputsOf([conceptOf(1, box(8, 4, 12, 12))]);
  const { result } = await traced(inputs, { ...defaultParameters, bandLatent: 1 });
  const { bandMask, regionMasks, backgroundMask } = result.masks;
  for (const [at, inBand] of bandMask!.data.entries()) {
    if (inBand === 1) expect([regionMasks[0]!.data[at], backgroundMask.data[at]]).toEqual([1, 0]);
  }
  expect(bandMask!.data.some((value) => value === 1)).toBe(true);
});
