/** Guided appearance attention and swap guidance: the rows, the scale's schedule, and the toy's contract. */
import * as fc from 'fast-check';
import { expect, test } from 'vitest';
import {
  appearanceRows,
  guidedPrediction,
  swapGuidanceScaleAt,
} from '../../../../electron/pipeline/attention/guided-appearance.ts';
import {
  STABLE_DIFFUSION_SCHEDULE,
  scheduleSteps,
} from '../../../../electron/pipeline/schedulers/noise-schedule.ts';
import { maxAbsDifference, unstackRows, zeros } from '../../../../electron/pipeline/tensor/tensor.ts';
import { someConditioning, someLatents, somePrompt } from '../random-scenes.ts';
import { createToyUnet } from '../toy-unet.ts';

test('s_t falls linearly from s to max(s / 2, 1)', () => {
  fc.assert(
    fc.property(fc.double({ min: 1, max: 20, noNaN: true }), fc.integer({ min: 2, max: 100 }), (s, steps) => {
      const scales = Array.from({ length: steps }, (_, k) => swapGuidanceScaleAt(s, k, steps));
      expect(scales[0]).toBe(s);
      expect(scales.at(-1)).toBeCloseTo(Math.max(s / 2, 1), 12);
      const slope = (scales.at(-1)! - s) / (steps - 1);
      for (const [k, scale] of scales.entries()) expect(scale).toBeCloseTo(s + slope * k, 10);
    }),
  );
  expect(swapGuidanceScaleAt(3.5, 0, 50)).toBe(3.5);
  expect(swapGuidanceScaleAt(3.5, 49, 50)).toBe(1.75);
  expect(swapGuidanceScaleAt(1, 20, 50)).toBe(1);
  expect(swapGuidanceScaleAt(3.5, 0, 1)).toBe(3.5);
});

/** Text guidance off. */
const swapOnly = (swapGuidanceScale: number) => ({ guidanceScale: 1, swapGuidanceScale });

test('the swap-guided prediction is plain + s (swap - plain)', () => {
  const [swap, per, plain] = [someLatents(1), someLatents(2), someLatents(3)];
  expect(guidedPrediction([swap, per], swapOnly(1), true)).toBe(swap);
  const guided = guidedPrediction([swap, plain, per], swapOnly(3.5), true);
  for (const [at, value] of guided.data.entries()) {
    expect(value).toBeCloseTo(plain.data[at]! + 3.5 * (swap.data[at]! - plain.data[at]!), 5);
  }
  const other = zeros([4, 5, 4]);
  expect(() => guidedPrediction([swap, other, per], swapOnly(2), true)).toThrow(/\[4,4,5\].*\[4,5,4\]/);
});

test('text guidance replaces swap guidance: plain + g (swap - plain), the plain row without a prompt', () => {
  const [swap, per, plain] = [someLatents(1), someLatents(2), someLatents(3)];
  for (const injected of [true, false]) {
    const guidance = { guidanceScale: 7.5, swapGuidanceScale: 3.5 };
    const guided = guidedPrediction([swap, plain, per], guidance, injected);
    for (const [at, value] of guided.data.entries()) {
      expect(value).toBeCloseTo(plain.data[at]! + 7.5 * (swap.data[at]! - plain.data[at]!), 4);
    }
    const [first, second, ...others] = appearanceRows({ ...rowInputs, guidance, injected });
    expect(first!.promptEmbedding).toBe(rowInputs.sceneConditioning.promptEmbedding);
    expect(first!.keyValueSource).toBe(injected ? 2 : 0);
    expect(second).toMatchObject({ keyValueSource: 1, appearanceScale: 0, latents: someLatents(1) });
    expect(second).toMatchObject(rowInputs.unconditional);
    expect(others.map(({ promptEmbedding, added }) => ({ promptEmbedding, added }))).toEqual(
      injected ? [rowInputs.conceptConditioning] : [],
    );
  }
});

const rowInputs = {
  step: scheduleSteps(STABLE_DIFFUSION_SCHEDULE, 4)[1]!,
  referenceLatents: someLatents(1),
  conceptLatents: someLatents(2),
  sceneConditioning: someConditioning(1),
  unconditional: someConditioning(3),
  conceptConditioning: someConditioning(2),
  appearanceScale: 0.15,
  guidance: swapOnly(1),
  injected: true,
  conceptHiddenStates: undefined,
};

test('a concept adds two rows, three under swap guidance, one outside the step range', () => {
  expect(appearanceRows(rowInputs).map((row) => row.keyValueSource)).toEqual([1, 1]);
  const guided = appearanceRows({ ...rowInputs, guidance: swapOnly(1.5) });
  expect(guided.map((row) => row.keyValueSource)).toEqual([2, 1, 2]);
  expect(guided.map((row) => row.appearanceScale)).toEqual([0.15, 0, 0]);
  expect(guided.map((row) => row.latents)).toEqual([1, 1, 2].map(someLatents));
  const outside = appearanceRows({ ...rowInputs, guidance: swapOnly(3.5), injected: false });
  expect(outside.map((row) => [row.keyValueSource, row.appearanceScale])).toEqual([[0, 0]]);
});

test('a concept with cached states adds no row of its own', () => {
  const conceptHiddenStates = { layers: 'all', byteLength: 0 } as const;
  expect(appearanceRows({ ...rowInputs, conceptHiddenStates }).map((row) => row.keyValueSource)).toEqual([
    conceptHiddenStates,
  ]);
  const guided = appearanceRows({ ...rowInputs, conceptHiddenStates, guidance: swapOnly(1.5) });
  expect(guided.map((row) => row.keyValueSource)).toEqual([conceptHiddenStates, 1]);
});

test('alpha has no effect if the source is the row itself, for any batch', async () => {
  const unet = createToyUnet(2);
  const rowsWith = (appearanceScale: number) =>
    [1, 2, 3].map((number, index) => ({
      latents: someLatents(number),
      promptEmbedding: somePrompt(number),
      timestep: 501,
      keyValueSource: index,
      appearanceScale,
    }));
  const plain = await unet.predict(rowsWith(0), 'all');
  expect((await unet.predict(rowsWith(7), 'all')).data).toEqual(plain.data);
  const swapped = rowsWith(0.15).map((row) => ({ ...row, keyValueSource: 1 }));
  const outputs = unstackRows(await unet.predict(swapped, 'all'));
  const [own, source] = unstackRows(plain);
  expect(outputs[1]!.data).toEqual(source!.data);
  expect(maxAbsDifference(outputs[0]!, own!)).toBeGreaterThan(1e-3);
});
