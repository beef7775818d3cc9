/** SSIM by its closed forms. */
import { expect, test } from 'vitest';
import { structuralSimilarity } from '../../../../electron/inference/scoring/structural-similarity.ts';
import type { RgbImage } from '../../../../electron/pipeline/processors/image.ts';

const grey = (side: number, levelAt: (x: number, y: number) => number): RgbImage => ({
  width: side,
  height: side,
  data: Uint8Array.from({ length: 3 * side * side }, (_, at) => {
    const pixel = Math.floor(at / 3);
    return levelAt(pixel % side, Math.floor(pixel / side));
  }),
});

test('is 1 for equal pictures, and the luminance term for two uniform ones', () => {
  const texture = grey(16, (x, y) => (x * 37 + y * 91) % 256);
  expect(structuralSimilarity(texture, texture)).toBeCloseTo(1, 6);
  const [a, b] = [100, 160];
  const luminance = (2 * a * b + 6.5025) / (a * a + b * b + 6.5025);
  expect(
    structuralSimilarity(
      grey(16, () => a),
      grey(16, () => b),
    ),
  ).toBeCloseTo(luminance, 4);
});

test('is negative for a picture and its negative, and covers only the requested pixels', () => {
  const texture = grey(32, (x, y) => ((x + y) % 2 ? 200 : 56));
  const negative = grey(32, (x, y) => ((x + y) % 2 ? 56 : 200));
  expect(structuralSimilarity(texture, negative)).toBeLessThan(-0.9);
  const half = grey(32, (x, y) => (x < 16 ? ((x + y) % 2 ? 200 : 56) : 0));
  expect(structuralSimilarity(texture, half, (pixel) => pixel % 32 < 10)).toBeCloseTo(1, 5);
  expect(() => structuralSimilarity(texture, half, () => false)).toThrow(RangeError);
  expect(() =>
    structuralSimilarity(
      texture,
      grey(8, () => 0),
    ),
  ).toThrow(RangeError);
});
