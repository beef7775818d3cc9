import { describe, expect, test } from 'vitest';
import {
  colourDistance,
  meanColour,
  nearestBetween,
  shiftTowards,
  toLab,
} from '../../../../electron/inference/scoring/colour.ts';
import {
  backgroundPsnr,
  colourLeakage,
  conceptColourDistance,
  cosineSimilarity,
  fringe,
  insideDistance,
  psnr,
  ringDistance,
} from '../../../../electron/inference/scoring/image-metrics.ts';
import type { RgbImage } from '../../../../electron/pipeline/processors/image.ts';
import { type Tensor, tensor } from '../../../../electron/pipeline/tensor/tensor.ts';

const SIZE = 48;

/** A picture with its colour at (x, y) given by a function. */
function paint(colourAt: (x: number, y: number) => readonly [number, number, number]): RgbImage {
  const data = new Uint8Array(SIZE * SIZE * 3);
  for (let y = 0; y < SIZE; y++) {
    for (let x = 0; x < SIZE; x++) data.set(colourAt(x, y), (y * SIZE + x) * 3);
  }
  return { width: SIZE, height: SIZE, data };
}

/** A mask of ones in columns from <= x < to. */
function columns(from: number, to: number): Tensor {
  const values = new Float32Array(SIZE * SIZE).map((_, pixel) => {
    const x = pixel % SIZE;
    return x >= from && x < to ? 1 : 0;
  });
  return tensor(values, [SIZE, SIZE]);
}

const grey = [128, 128, 128] as const;
const red = [220, 30, 30] as const;
const blue = [30, 30, 220] as const;

describe('distance to the true picture', () => {
  const mask = columns(16, 32);
  const truth = paint(() => grey);

  test('of the ring covers both sides of the border, 6 px wide, and nothing else', async () => {
    expect(await ringDistance(truth, truth, [mask])).toBe(0);
    const fringe = paint((x) => (x === 15 || x === 32 ? red : grey));
    const all = colourDistance((await labOf(red))!, (await labOf(grey))!);
    // 2 x 12 columns are in the ring, two of them red.
    expect(await ringDistance(fringe, truth, [mask])).toBeCloseTo((all * 2) / 24, 3);
    const far = paint((x) => (x < 9 || x > 38 || (x > 22 && x < 25) ? red : grey));
    expect(await ringDistance(far, truth, [mask])).toBe(0);
  });

  test('fringe is the share of the old colour that is left at the rim', async () => {
    const background = paint((x) => (x >= 15 && x < 33 ? red : grey));
    expect(await fringe(truth, truth, background, [mask])).toBe(0);
    expect(await fringe(background, truth, background, [mask])).toBeCloseTo(1, 9);
    // Of the four red columns on either side of the borders, two stay red.
    const left = paint((x) => (x === 15 || x === 32 ? red : grey));
    expect(await fringe(left, truth, background, [mask])).toBeCloseTo(2 / 8, 6);
  });

  test('of the inside covers only the masks', async () => {
    const fringe = paint((x) => (x === 15 || x === 16 ? red : grey));
    const all = colourDistance((await labOf(red))!, (await labOf(grey))!);
    expect(await insideDistance(fringe, truth, [mask])).toBeCloseTo(all / 16, 3);
  });
});

/** The Lab colour of an RGB colour. */
async function labOf(colour: readonly [number, number, number]) {
  return meanColour(await toLab(paint(() => colour)), () => true);
}

describe('PSNR', () => {
  test('of a constant error of 16 levels is 20 log10(255 / 16)', () => {
    const a = paint(() => [100, 100, 100]);
    const b = paint(() => [116, 116, 116]);
    expect(psnr(a, b)).toBeCloseTo(20 * Math.log10(255 / 16), 6);
  });

  test('of the background ignores what is inside the masks', () => {
    const background = paint(() => grey);
    const result = paint((x) => (x < 10 ? red : grey));
    expect(backgroundPsnr(result, background, [columns(0, 10)])).toBe(Number.POSITIVE_INFINITY);
    expect(backgroundPsnr(result, background, [columns(0, 5)])).toBeLessThan(20);
  });

  test('refuses pictures of different sizes', () => {
    const small: RgbImage = { width: 1, height: 1, data: new Uint8Array(3) };
    expect(() =>
      psnr(
        paint(() => grey),
        small,
      ),
    ).toThrow(RangeError);
  });
});

describe('CIE Lab', () => {
  test('agrees with the published values of sRGB red, and of white', async () => {
    const [red255] = [paint(() => [255, 0, 0])];
    const [lightness, a, b] = meanColour(await toLab(red255!), () => true);
    // Lindbloom's calculator, sRGB, D65: 53.24, 80.09, 67.20.
    expect(lightness).toBeCloseTo(53.24, 0);
    expect(a).toBeCloseTo(80.09, 0);
    expect(b).toBeCloseTo(67.2, 0);
    const white = meanColour(await toLab(paint(() => [255, 255, 255])), () => true);
    expect(colourDistance(white, [100, 0, 0])).toBeLessThan(0.5);
  });

  test('a shift is the covered share of the way, and undefined if the colours hardly differ', () => {
    expect(shiftTowards([50, 0, 0], [50, 20, 0], [50, 80, 0])).toBeCloseTo(0.25);
    expect(shiftTowards([50, 0, 0], [50, -20, 0], [50, 80, 0])).toBe(0);
    expect(shiftTowards([50, 0, 0], [50, 5, 0], [50, 6, 0])).toBeUndefined();
  });
});

describe('concept metrics', () => {
  test('a region in the concept’s own colour has no colour distance', async () => {
    const result = paint((x) => (x < 20 ? red : grey));
    const colour = meanColour(await toLab(paint(() => red)), () => true);
    expect(await conceptColourDistance(result, [{ mask: columns(0, 20), colour }])).toBeLessThan(0.01);
    expect(await conceptColourDistance(result, [{ mask: columns(20, 40), colour }])).toBeGreaterThan(40);
  });

  test('colour leakage measures a halo around the mask, and not the object itself', async () => {
    const untouched = paint(() => grey);
    const colour = meanColour(await toLab(paint(() => red)), () => true);
    const concepts = [{ mask: columns(0, 16), colour }];
    expect(
      await colourLeakage(
        paint((x) => (x < 16 ? red : grey)),
        untouched,
        concepts,
      ),
    ).toBeCloseTo(0, 6);
    expect(
      await colourLeakage(
        paint((x) => (x < 24 ? red : grey)),
        untouched,
        concepts,
      ),
    ).toBeCloseTo(0.5, 1);
  });

  test('colour leakage detects two concepts with swapped colours', async () => {
    const untouched = paint(() => grey);
    const concepts = [
      { mask: columns(0, 16), colour: meanColour(await toLab(paint(() => red)), () => true) },
      { mask: columns(32, 48), colour: meanColour(await toLab(paint(() => blue)), () => true) },
    ];
    const right = paint((x) => (x < 16 ? red : x >= 32 ? blue : grey));
    const swapped = paint((x) => (x < 16 ? blue : x >= 32 ? red : grey));
    const halfway = paint((x) => (x < 16 ? [174, 79, 79] : x >= 32 ? [79, 79, 174] : grey));
    expect(await colourLeakage(right, untouched, concepts)).toBeCloseTo(0, 6);
    expect(await colourLeakage(swapped, untouched, concepts)).toBeGreaterThan(0.45);
    // An appearance that is transferred only in part is weak, but no colour leakage.
    expect(await colourLeakage(halfway, untouched, concepts)).toBeLessThan(0.05);
    expect(await colourLeakage(untouched, untouched, concepts)).toBe(0);
  });
});

test('the nearest colour on a segment is at its ends or at the foot of the perpendicular', () => {
  const way = [
    [50, 0, 0],
    [50, 40, 0],
  ] as const;
  expect(nearestBetween([50, 10, 30], ...way)).toEqual([50, 10, 0]);
  expect(nearestBetween([50, -10, 30], ...way)).toEqual([50, 0, 0]);
  expect(nearestBetween([90, 80, 0], ...way)).toEqual([50, 40, 0]);
  expect(nearestBetween([90, 80, 0], way[0], way[0])).toEqual([50, 0, 0]);
});

test('cosine similarity', () => {
  expect(cosineSimilarity(Float32Array.of(1, 2), Float32Array.of(2, 4))).toBeCloseTo(1);
  expect(cosineSimilarity(Float32Array.of(1, 0), Float32Array.of(0, 4))).toBeCloseTo(0);
  expect(() => cosineSimilarity(Float32Array.of(1), Float32Array.of(1, 2))).toThrow(RangeError);
});
