/** The default strength. */
import { expect, test } from 'vitest';
import { autoencoderPsnrDb, defaultStrength } from '../../../../electron/pipeline/detail/default-strength.ts';
import { imageToTensor } from '../../../../electron/pipeline/processors/image.ts';

const grey = (level: number) => ({ width: 8, height: 8, data: new Uint8Array(192).fill(level) });

test('is 1 for a picture that the autoencoder preserves, 0 for one that it does not, and monotonic in the PSNR', () => {
  expect(defaultStrength(Number.POSITIVE_INFINITY)).toBe(1);
  expect(defaultStrength(28)).toBe(1);
  expect(defaultStrength(25)).toBe(0.5);
  expect(defaultStrength(22)).toBe(0);
  expect(defaultStrength(10)).toBe(0);
  const strengths = Array.from({ length: 60 }, (_, step) => defaultStrength(15 + step / 3));
  for (const [index, strength] of strengths.slice(1).entries()) {
    expect(strength).toBeGreaterThanOrEqual(strengths[index]!);
  }
});

test('PSNR of an error of 16 levels is 20 log10(255 / 16), of no error Infinity', () => {
  expect(autoencoderPsnrDb(grey(100), imageToTensor(grey(116)))).toBeCloseTo(20 * Math.log10(255 / 16), 6);
  expect(autoencoderPsnrDb(grey(100), imageToTensor(grey(100)))).toBe(Number.POSITIVE_INFINITY);
});
