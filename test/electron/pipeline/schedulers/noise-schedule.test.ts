/** The noise schedule compared with diffusers' DDIMScheduler, and inversion with plain stepping. */
import * as fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { NoisePredictor } from '../../../../electron/pipeline/batching.ts';
import { invert, sampleTrajectory } from '../../../../electron/pipeline/inversion/edit-friendly-inversion.ts';
import {
  addNoise,
  alphasCumprod,
  type NoiseScheduleConfig,
  noiseFromModelOutput,
  predictOriginalSample,
  SOLVERS,
  STABLE_DIFFUSION_SCHEDULE,
  scheduleSteps,
  stepMean,
  stepsFrom,
  stepWithNoise,
  TERMINAL_ALPHA_PROD,
} from '../../../../electron/pipeline/schedulers/noise-schedule.ts';
import { gaussianNoise } from '../../../../electron/pipeline/tensor/noise.ts';
import { maxAbsDifference, type Tensor, tensor, zeros } from '../../../../electron/pipeline/tensor/tensor.ts';
import { someConditioning, someLatents } from '../random-scenes.ts';
import { createToyUnet } from '../toy-unet.ts';

/**
 * Source: diffusers 0.42.1, DDIMScheduler(num_train_timesteps=1000, beta_start=0.00085, beta_end=0.012,
 * beta_schedule="scaled_linear", set_alpha_to_one=False, steps_offset=1, timestep_spacing="leading"). It keeps
 * float32; the numbers to 1e-10 are its formulas in float64 (numpy 2.4.6):
 *   a = np.cumprod(1 - np.linspace(0.00085**0.5, 0.012**0.5, 1000) ** 2)
 */
const alphas = {
  0: 0.99915,
  1: 0.9982960278384514,
  21: 0.9803807481013713,
  261: 0.6556693330759672,
  501: 0.2749990668501319,
  741: 0.06035557206788934,
  961: 0.007281727140942984,
  981: 0.005775500139495751,
  999: 0.004660098513077238,
};

test.each(Object.entries(alphas))('alphas_cumprod[%s] equals diffusers’', (timestep, expected) => {
  const actual = alphasCumprod(STABLE_DIFFUSION_SCHEDULE)[Number(timestep)]!;
  expect(Math.abs(actual - expected)).toBeLessThanOrEqual(1e-10);
});

test('the linear schedule equals np.cumprod(1 - np.linspace(0.00085, 0.012, 1000))', () => {
  const actual = alphasCumprod({ ...STABLE_DIFFUSION_SCHEDULE, betaSchedule: 'linear' });
  expect(Math.abs(actual[500]! - 0.160771599870189)).toBeLessThanOrEqual(1e-10);
  expect(Math.abs(actual[999]! - 0.0015789629305514416)).toBeLessThanOrEqual(1e-10);
});

test.each([
  [1, [1]],
  [4, [751, 501, 251, 1]],
  [7, [853, 711, 569, 427, 285, 143, 1]],
  [50, Array.from({ length: 50 }, (_, index) => 981 - 20 * index)],
])('the timesteps of %i steps equal diffusers’', (steps, expected) => {
  expect(scheduleSteps(STABLE_DIFFUSION_SCHEDULE, steps).map(({ timestep }) => timestep)).toEqual(expected);
});

test('sigma of 50 steps is the square root of _get_variance, with final_alpha_cumprod for the last step', () => {
  const sigmas = new Map(
    scheduleSteps(STABLE_DIFFUSION_SCHEDULE, 50).map((step) => [step.timestep, step.sigma]),
  );
  for (const [timestep, expected] of [
    [981, 0.45446327241359896],
    [501, 0.2947845402773851],
    [21, 0.03947954614089512],
    [1, 0.020648320165302107],
  ] as const) {
    expect(Math.abs(sigmas.get(timestep)! - expected)).toBeLessThanOrEqual(1e-10);
  }
});

test('every number of steps leads down from the first to timestep 1 with positive sigma', () => {
  fc.assert(
    fc.property(fc.integer({ min: 1, max: 999 }), (count) => {
      const steps = scheduleSteps(STABLE_DIFFUSION_SCHEDULE, count);
      expect(steps).toHaveLength(count);
      expect(steps.at(-1)!.timestep).toBe(1);
      for (const [index, step] of steps.entries()) {
        expect(step.index).toBe(index);
        expect(step.sigma).toBeGreaterThan(0);
        expect(step.alphaProdPrevious).toBeGreaterThan(step.alphaProd);
        const next = steps[index + 1];
        if (next) expect(next.alphaProd).toBe(step.alphaProdPrevious);
      }
    }),
    { numRuns: 30 },
  );
});

test.each([0, -1, 1.5, 1000, Number.NaN])('%d steps are refused', (steps) => {
  expect(() => scheduleSteps(STABLE_DIFFUSION_SCHEDULE, steps)).toThrow(
    expect.objectContaining({ code: 'PARAMETER_INVALID' }),
  );
});

test('a steps offset of 0 is refused: its last step could not lead to x0', () => {
  expect(() => scheduleSteps({ ...STABLE_DIFFUSION_SCHEDULE, stepsOffset: 0 }, 4)).toThrow(
    expect.objectContaining({ code: 'SCHEDULER_UNSUPPORTED' }),
  );
});

describe('the step', () => {
  const step = scheduleSteps(STABLE_DIFFUSION_SCHEDULE, 50)[20]!;
  const [x0, noise, z] = [someLatents(1), someLatents(2), someLatents(3)];
  const noised = addNoise(x0, noise, step.alphaProd);

  test('predicts x0 from the true noise', () => {
    expect(maxAbsDifference(predictOriginalSample(noised, noise, step), x0)).toBeLessThanOrEqual(1e-5);
  });

  test('is sqrt(a_prev) x0 + sqrt(1 - a_prev - sigma^2) eps + sigma z', () => {
    const actual = stepWithNoise(noised, noise, z, step);
    const direction = Math.sqrt(1 - step.alphaProdPrevious - step.sigma ** 2);
    for (const [at, value] of actual.data.entries()) {
      const mean = Math.sqrt(step.alphaProdPrevious) * x0.data[at]! + direction * noise.data[at]!;
      expect(value).toBeCloseTo(mean + step.sigma * z.data[at]!, 5);
    }
    expect(stepWithNoise(noised, noise, zeros(z.dims), step).data).toEqual(
      stepMean(noised, noise, step).data,
    );
  });

  test('of second order extrapolates x0_hat; if x0_hat does not change, it equals the first-order step', () => {
    const [before, second] = stepsFrom(STABLE_DIFFUSION_SCHEDULE, 20, 1, 'sde-dpmsolver++');
    expect([before!.secondOrderWeight, second!.secondOrderWeight > 0]).toEqual([0, true]);
    const [first] = stepsFrom(STABLE_DIFFUSION_SCHEDULE, 20, 1, 'ddpm').slice(1);
    expect(first).toEqual({ ...second, secondOrderWeight: 0 });
    const latents = addNoise(x0, noise, second!.alphaProd);
    const plain = stepMean(latents, noise, first!);
    expect(maxAbsDifference(stepMean(latents, noise, second!, x0), plain)).toBeLessThanOrEqual(1e-5);
    // SDE-DPM-Solver++ (2M) as in diffusers: alpha_s (1 - e^-2h) D1 / 2, D1 = (x0_hat - previous x0_hat) / r.
    const lambda = (alphaProd: number) => Math.log(Math.sqrt(alphaProd / (1 - alphaProd)));
    const h = lambda(second!.alphaProdPrevious) - lambda(second!.alphaProd);
    const r = (lambda(second!.alphaProd) - lambda(before!.alphaProd)) / h;
    const share = (Math.sqrt(second!.alphaProdPrevious) * (1 - Math.exp(-2 * h))) / (2 * r);
    const moved = stepMean(latents, noise, second!, z);
    for (const [at, value] of moved.data.entries()) {
      expect(value).toBeCloseTo(plain.data[at]! + share * (x0.data[at]! - z.data[at]!), 4);
    }
    expect(() => stepMean(latents, noise, second!)).toThrow(TypeError);
  });

  test('converts v = sqrt(a) eps - sqrt(1 - a) x0 to eps, and leaves epsilon unchanged', () => {
    const v = tensor(
      noise.data.map(
        (eps, at) => Math.sqrt(step.alphaProd) * eps - Math.sqrt(1 - step.alphaProd) * x0.data[at]!,
      ),
      noise.dims,
    );
    expect(
      maxAbsDifference(noiseFromModelOutput(v, noised, step, 'v_prediction'), noise),
    ).toBeLessThanOrEqual(1e-5);
    expect(noiseFromModelOutput(noise, noised, step, 'epsilon')).toBe(noise);
  });

  test('refuses other dims with an error that names both', () => {
    const wrong = zeros([4, 5, 4]);
    for (const call of [
      () => addNoise(x0, wrong, 0.5),
      () => stepMean(x0, wrong, step),
      () => stepWithNoise(x0, noise, wrong, step),
      () => predictOriginalSample(x0, wrong, step),
      () => noiseFromModelOutput(wrong, x0, step, 'v_prediction'),
    ]) {
      expect(call).toThrow(/\[4,4,5\].*\[4,5,4\]|\[4,5,4\].*\[4,4,5\]/);
    }
  });
});

describe('betas rescaled to zero terminal SNR', () => {
  const rescaled = {
    ...STABLE_DIFFUSION_SCHEDULE,
    predictionType: 'v_prediction',
    rescaleZeroSnr: true,
  } as const;

  /**
   * Source: Lin et al., arXiv 2305.08891, algorithm 1 (enforce_zero_terminal_snr) with 60-digit decimals, via the
   * betas, as diffusers' schedulers apply it.
   */
  test.each([
    [
      'scaled_linear',
      { 0: 0.99915, 1: 0.9982334461401824, 261: 0.6333275692159449, 501: 0.2396822392051278 },
    ],
    ['scaled_linear', { 741: 0.03625704981685431, 981: 6.886571612302081e-5, 998: 1.967888056621187e-7 }],
    ['linear', { 1: 0.998253958085292, 501: 0.14050086797677086, 981: 2.2181368121721233e-5 }],
  ] as const)('alphas_cumprod of %s equals the source’s', (betaSchedule, expected) => {
    const actual = alphasCumprod({ ...rescaled, betaSchedule });
    for (const [timestep, value] of Object.entries(expected)) {
      expect(Math.abs(actual[Number(timestep)]! / value - 1), timestep).toBeLessThanOrEqual(1e-9);
    }
    expect(actual[999]).toBe(TERMINAL_ALPHA_PROD);
  });

  test('x0 follows from v at the last timestep too, and every coefficient is finite', () => {
    const x0 = someLatents(4);
    for (const count of [1, 50, 500, 999]) {
      for (const step of scheduleSteps(rescaled, count)) {
        expect([step.sigma, step.alphaProd, step.alphaProdPrevious].every(Number.isFinite)).toBe(true);
        if (step.index > 0 && step.index < count - 1) continue;
        const noise = gaussianNoise(3, 'background', step.timestep, x0.dims);
        const latents = addNoise(x0, noise, step.alphaProd);
        // v = sqrt(alpha) noise - sqrt(1 - alpha) x0
        const velocity = noise.data.map(
          (value, at) => Math.sqrt(step.alphaProd) * value - Math.sqrt(1 - step.alphaProd) * x0.data[at]!,
        );
        const eps = noiseFromModelOutput(tensor(velocity, x0.dims), latents, step, 'v_prediction');
        const error = maxAbsDifference(predictOriginalSample(latents, eps, step), x0);
        expect(error, `t = ${step.timestep}`).toBeLessThanOrEqual(2e-3);
      }
    }
    expect(scheduleSteps(rescaled, 999)[0]!.timestep).toBe(999);
  });
});

describe('inversion', () => {
  const anyInversion = fc.record({
    weights: fc.integer({ min: 0, max: 1000 }),
    count: fc.integer({ min: 1, max: 50 }),
    seed: fc.integer({ min: 0, max: 0xffff_ffff }),
    guidanceScale: fc.constantFrom(1, 7.5),
    solver: fc.constantFrom(...SOLVERS),
    predictionType: fc.constantFrom('epsilon' as const, 'v_prediction' as const),
  });
  const zeroSnr = {
    ...STABLE_DIFFUSION_SCHEDULE,
    predictionType: 'v_prediction',
    rescaleZeroSnr: true,
  } as const;
  const x0 = someLatents(1);
  const conditioning = someConditioning(1);

  /** Inverts x0, steps back from x_T, and returns the largest error. */
  async function roundTripError(
    {
      weights,
      count,
      seed,
      solver,
      ...guidance
    }: typeof anyInversion extends fc.Arbitrary<infer T> ? T : never,
    gain: number,
    predictAgain: boolean,
    schedule: NoiseScheduleConfig = STABLE_DIFFUSION_SCHEDULE,
  ): Promise<number> {
    const steps = stepsFrom(schedule, count, 1, solver);
    const predictor = new NoisePredictor({
      unet: createToyUnet(weights, { gain }),
      ...guidance,
      unconditional: someConditioning(3),
      attentionLayers: 'all',
      controls: {},
    });
    const sampled = sampleTrajectory(x0, steps, seed, 'background');
    const { noisePredictions, noiseMaps } = await invert(sampled, steps, conditioning, predictor);
    let latents = sampled[0]!;
    let originalBefore: Tensor | undefined;
    for (const step of steps) {
      const row = { latents, step, ...conditioning, keyValueSource: 0, appearanceScale: 0 };
      const [rows] = predictAgain ? await predictor.predict([[row]]) : [[noisePredictions[step.index]!]];
      const original = predictOriginalSample(latents, rows![0]!, step);
      latents = stepWithNoise(latents, rows![0]!, noiseMaps[step.index]!, step, originalBefore);
      originalBefore = original;
    }
    return maxAbsDifference(latents, x0);
  }

  // Guidance amplifies the rounding of the two predictions, step after step (measured: up to 2e-3 at 7.5), so that the
  // U-Net's own answers differ. The method does not call it again: the next test includes guidance.
  test('followed by plain stepping returns x0, with new U-Net calls at every step', async () => {
    await fc.assert(
      fc.asyncProperty(anyInversion, async (inversion) => {
        const unguided = { ...inversion, guidanceScale: 1 } as const;
        expect(await roundTripError(unguided, 1, true)).toBeLessThanOrEqual(1e-4);
      }),
      { numRuns: 20 },
    );
  });

  test.each([7, 50, 500, 999])('of %i steps of a zero-SNR schedule returns x0', async (count) => {
    const inversion = {
      weights: 5,
      count,
      seed: 1,
      guidanceScale: 1,
      solver: 'ddpm',
      predictionType: 'v_prediction',
    } as const;
    expect(await roundTripError(inversion, 1, false, zeroSnr)).toBeLessThanOrEqual(1e-4);
  });

  test('followed by stepping with its own predictions, as in the method, returns x0 for any U-Net', async () => {
    await fc.assert(
      fc.asyncProperty(anyInversion, fc.constantFrom(0, 1, 10, 50), async (inversion, gain) => {
        expect(await roundTripError(inversion, gain, false)).toBeLessThanOrEqual(1e-4);
      }),
      { numRuns: 20 },
    );
  });
});

test('the x_t of an inversion are independent noise of the right variance', () => {
  const steps = scheduleSteps(STABLE_DIFFUSION_SCHEDULE, 10);
  const x0 = zeros([4, 32, 32]);
  const trajectory = sampleTrajectory(x0, steps, 5, 'concept');
  expect(trajectory).toHaveLength(11);
  expect(trajectory.at(-1)).toBe(x0);
  for (const step of steps) {
    const expected = gaussianNoise(5, 'concept', step.timestep, x0.dims);
    const scaled = expected.data.map((value) => value * Math.sqrt(1 - step.alphaProd));
    expect(maxAbsDifference(trajectory[step.index]!, tensor(scaled, x0.dims))).toBeLessThanOrEqual(1e-6);
  }
});
