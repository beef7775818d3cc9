/** The text-to-image samplers compared with diffusers' (test/golden/text-to-image/make_golden.py). */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { createSampler, type SamplerKind } from '../../../../electron/pipeline/schedulers/create-sampler.ts';
import {
  noiseFromModelOutput,
  STABLE_DIFFUSION_SCHEDULE,
} from '../../../../electron/pipeline/schedulers/noise-schedule.ts';
import type { SamplerState } from '../../../../electron/pipeline/schedulers/sampler.ts';
import { maxAbsDifference, type Tensor, tensor } from '../../../../electron/pipeline/tensor/tensor.ts';

interface Golden {
  readonly noise: readonly number[];
  readonly cases: readonly {
    readonly sampler: SamplerKind;
    readonly predictionType: 'epsilon' | 'v_prediction';
    readonly steps: number;
    readonly timesteps: readonly number[];
    readonly states: readonly (readonly number[])[];
  }[];
}

const golden = JSON.parse(
  readFileSync(join(import.meta.dirname, '../../../golden/text-to-image/samplers.json'), 'utf8'),
) as Golden;

const vector = (values: readonly number[]) => tensor(Float32Array.from(values), [values.length]);

/** The model that made the golden file. */
function toyModel(latents: Tensor, timestep: number): Tensor {
  return tensor(
    latents.data.map((value) => Math.sin(3 * value + timestep / 500)),
    latents.dims,
  );
}

/** The fresh noise of that file, for samplers that take it. */
const freshNoise = (step: number) => vector(golden.noise.map((_, at) => Math.sin(3 * at + 5 * step)));

describe.each(golden.cases)('$sampler, $predictionType, $steps steps', (expected) => {
  const schedule = { ...STABLE_DIFFUSION_SCHEDULE, predictionType: expected.predictionType };
  const sampler = createSampler(expected.sampler, schedule, expected.steps);

  test('visits the same timesteps', () => {
    expect(sampler.steps.map(({ timestep }) => timestep)).toEqual(expected.timesteps);
  });

  test('has the same latents after every step', () => {
    let state: SamplerState = sampler.start(vector(golden.noise));
    for (const step of sampler.steps) {
      const latents = sampler.modelLatents(state, step.index);
      const output = toyModel(latents, step.timestep);
      state = sampler.advance(
        state,
        noiseFromModelOutput(output, latents, step, schedule.predictionType),
        step.index,
        freshNoise(step.index),
      );
      const wanted = vector(expected.states[step.index]!);
      const scale = Math.max(1, ...wanted.data.map(Math.abs));
      expect(maxAbsDifference(state.latents, wanted) / scale, `step ${step.index}`).toBeLessThan(2e-5);
    }
  });
});

describe.each<SamplerKind>(['euler', 'dpm-solver'])('%s', (kind) => {
  test('a model that knows the noise returns to the picture from any step', () => {
    fc.assert(
      fc.property(
        fc.integer({ min: 1, max: 40 }),
        fc.array(fc.float({ min: -2, max: 2, noNaN: true }), { minLength: 1, maxLength: 6 }),
        fc.nat(),
        (steps, values, from) => {
          const sampler = createSampler(kind, STABLE_DIFFUSION_SCHEDULE, steps);
          const original = vector(values);
          const noise = vector(values.map((value, index) => Math.sin(7 * value + index)));
          let state = sampler.startFrom(original, noise, from % steps);
          for (const { index } of sampler.steps.slice(from % steps)) {
            state = sampler.advance(state, noise, index);
          }
          expect(maxAbsDifference(state.latents, original)).toBeLessThan(1e-3);
          expect(maxAbsDifference(state.predOriginalSample!, original)).toBeLessThan(1e-3);
        },
      ),
    );
  });
});

describe.each<SamplerKind>(['euler', 'dpm-solver', 'sde-dpm-solver'])('%s', (kind) => {
  test.each([2, 10, 30])(
    'a v-prediction model of a zero-SNR schedule returns to its picture in %i steps',
    (steps) => {
      const schedule = {
        ...STABLE_DIFFUSION_SCHEDULE,
        predictionType: 'v_prediction',
        rescaleZeroSnr: true,
      } as const;
      const sampler = createSampler(kind, schedule, steps);
      const original = vector([0.5, -1.5, 2, 0]);
      let state = sampler.start(vector([1, -0.3, 0.2, 2]));
      for (const step of sampler.steps) {
        const latents = sampler.modelLatents(state, step.index);
        // The model that knows the picture: v = (sqrt(alpha) x_t - x0) / sqrt(1 - alpha).
        const velocity = latents.data.map(
          (value, at) =>
            (Math.sqrt(step.alphaProd) * value - original.data[at]!) / Math.sqrt(1 - step.alphaProd),
        );
        const output = tensor(velocity, latents.dims);
        const eps = noiseFromModelOutput(output, latents, step, 'v_prediction');
        state = sampler.advance(state, eps, step.index, vector([1, -1, 0.5, -2]));
      }
      expect(maxAbsDifference(state.latents, original)).toBeLessThan(2e-3);
    },
  );

  test.each([0, -1, 1.5, 1001, Number.NaN])('refuses %s steps', (steps) => {
    expect(() => createSampler(kind, STABLE_DIFFUSION_SCHEDULE, steps)).toThrow(
      expect.objectContaining({ code: 'PARAMETER_INVALID' }),
    );
  });
});

test('a stochastic step without fresh noise is refused, except for the last', () => {
  const sampler = createSampler('sde-dpm-solver', STABLE_DIFFUSION_SCHEDULE, 2);
  const start = sampler.start(vector([1]));
  expect(() => sampler.advance(start, vector([0]), 0)).toThrow(RangeError);
  expect(sampler.advance(start, vector([0]), 1).latents.dims).toEqual([1]);
});
