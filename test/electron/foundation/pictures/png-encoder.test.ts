/** Large pictures as PNG: other programs read the same pixels, bit for bit. */
import fc from 'fast-check';
import sharp from 'sharp';
import { expect, test } from 'vitest';
import { encodePng } from '../../../../electron/foundation/pictures/picture-operations.ts';
import { encodeLargePng } from '../../../../electron/foundation/pictures/png-encoder.ts';

/** Pixels from a seed; runs, so that filtering and deflating have something to find. */
function pixels(width: number, height: number, channels: number, seed: number) {
  let state = seed;
  const data = new Uint8Array(width * height * channels);
  for (let at = 0; at < data.length; at++) {
    state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0;
    data[at] = state >>> 28 === 0 ? state >>> 20 : (data[at - channels] ?? 0);
  }
  return { width, height, data };
}

async function decoded(png: Uint8Array, channels: number) {
  const image = channels === 1 ? sharp(png).toColourspace('b-w') : sharp(png);
  const { data, info } = await image.raw().toBuffer({ resolveWithObject: true });
  return { width: info.width, height: info.height, channels: info.channels, data: new Uint8Array(data) };
}

test('every size with one, three or four channels decodes to its pixels', async () => {
  await fc.assert(
    fc.asyncProperty(
      fc.integer({ min: 1, max: 90 }),
      fc.integer({ min: 1, max: 70 }),
      fc.constantFrom(1, 3, 4),
      fc.nat(),
      async (width, height, channels, seed) => {
        const picture = pixels(width, height, channels, seed);
        const png = await encodeLargePng(picture, channels as 1 | 3 | 4);
        expect(await decoded(png, channels)).toEqual({ ...picture, channels });
      },
    ),
    { numRuns: 60 },
  );
});

test('so do a picture of many bands and chunks, and one at any offset in its buffer', async () => {
  const picture = pixels(1602, 1203, 3, 7);
  const png = await encodeLargePng(picture, 3);
  expect(Buffer.compare((await decoded(png, 3)).data, picture.data)).toBe(0);
  // Rows of a multiple of four bytes that start at an unaligned offset.
  const whole = new Uint8Array(1 + 64 * 40 * 4);
  const shifted = { width: 64, height: 40, data: whole.subarray(1) };
  shifted.data.set(pixels(64, 40, 4, 9).data);
  expect((await decoded(await encodeLargePng(shifted, 4), 4)).data).toEqual(Uint8Array.from(shifted.data));
});

test('results above a megapixel are written this way, and stop between two bands when cancelled', async () => {
  const picture = pixels(1200, 1000, 3, 3);
  const png = await encodePng(picture, 3, 'without-profile');
  expect(Buffer.compare(png, await encodeLargePng(picture, 3))).toBe(0);
  let bands = 0;
  const cancelled = new Error('cancelled');
  const encoding = encodePng(picture, 3, 'without-profile', () => {
    bands++;
    if (bands === 2) throw cancelled;
  });
  await expect(encoding).rejects.toBe(cancelled);
  expect(bands).toBe(2);
});
