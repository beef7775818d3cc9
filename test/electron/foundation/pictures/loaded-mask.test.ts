/** Masks in the conventions of other programs, as files: what is inside, and what is said. */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import sharp from 'sharp';
import { describe, expect, test } from 'vitest';
import { normalisePicture } from '../../../../electron/foundation/pictures/picture-operations.ts';

const cases = join(import.meta.dirname, '../../../cases/masks-in-other-conventions');

const SIZE = 64;
/** Left, top, right and bottom of a square of 20 x 20. */
const SQUARE = [10, 20, 30, 40] as const;
const SHARE = (20 * 20) / SIZE ** 2;

type Colour = readonly [red: number, green: number, blue: number, alpha?: number];
type Box = readonly [left: number, top: number, right: number, bottom: number];

/** Boxes of a colour on another colour. */
function drawn(ground: Colour, ...boxes: readonly (readonly [Box, Colour])[]) {
  const data = new Uint8Array(4 * SIZE * SIZE);
  for (let y = 0; y < SIZE; y++) {
    for (let x = 0; x < SIZE; x++) {
      const [, colour] = boxes.findLast(
        ([[left, top, right, bottom]]) => x >= left && x < right && y >= top && y < bottom,
      ) ?? [undefined, ground];
      const [red, green, blue, alpha = 255] = colour;
      data.set([red, green, blue, alpha], 4 * (y * SIZE + x));
    }
  }
  const image = sharp(data, { raw: { width: SIZE, height: SIZE, channels: 4 } });
  const isOpaque = [ground, ...boxes.map(([, colour]) => colour)].every(
    ([, , , alpha = 255]) => alpha === 255,
  );
  return isOpaque ? image.removeAlpha() : image;
}

const grey = (value: number, alpha = 255): Colour => [value, value, value, alpha];
const BLACK = grey(0);
const CLEAR = grey(0, 0);

/** The share of a mask that is inside, whether the square's middle is, and the notes. */
async function loaded(bytes: Uint8Array, size: number | null = null) {
  const fit = size === null ? null : { width: size, height: size, mode: 'cover' as const };
  const { bytes: made, notes } = await normalisePicture(bytes, 'shape.png', 'loadedMask', fit);
  expect(await sharp(made).metadata()).toMatchObject({ channels: 1, depth: 'uchar', format: 'png' });
  const { data, info } = await sharp(made).toColourspace('b-w').raw().toBuffer({ resolveWithObject: true });
  if (size !== null) expect(info).toMatchObject({ width: size, height: size });
  const at = (x: number, y: number) =>
    data[Math.floor((y / 64) * info.height) * info.width + Math.floor((x / 64) * info.width)]! >= 128;
  const inside = data.filter((value) => value >= 128).length / data.length;
  return { inside, isSquare: at(20, 30) && !at(50, 50), notes };
}

describe('is understood', () => {
  test.each([
    ['the opaque part of a picture', () => drawn(CLEAR, [SQUARE, [32, 48, 64]]), 'mask-from-opacity'],
    ['a hole in a picture', () => drawn([136, 153, 170], [SQUARE, CLEAR]), 'mask-from-hole'],
    ['red on black', () => drawn(BLACK, [SQUARE, [255, 0, 0]]), 'mask-from-colour'],
    ['black on green', () => drawn([0, 255, 0], [SQUARE, BLACK]), 'mask-from-colour'],
    ['0 and 1', () => drawn(BLACK, [SQUARE, grey(1)]).toColourspace('b-w'), 'mask-from-levels'],
    ['two dark greys', () => drawn(grey(10), [SQUARE, grey(80)]), 'mask-from-levels'],
    ['two dark, nearly grey colours', () => drawn(grey(10), [SQUARE, [8, 47, 47]]), 'mask-from-levels'],
    ['white on black', () => drawn(BLACK, [SQUARE, grey(255)]).toColourspace('b-w'), undefined],
    [
      'white on black with a transparent rim',
      () => drawn(CLEAR, [[2, 2, 62, 62], BLACK], [SQUARE, grey(255)]),
      undefined,
    ],
  ])('%s', async (_, make, note) => {
    const bytes = await make().png().toBuffer();
    for (const size of [null, 96]) {
      const { inside, isSquare, notes } = await loaded(bytes, size);
      expect(isSquare).toBe(true);
      expect(Math.abs(inside - SHARE)).toBeLessThan(0.01);
      expect(notes).toEqual(note === undefined ? [] : [note]);
    }
  });

  test('red on black with the noise of a JPEG', async () => {
    const bytes = await drawn(BLACK, [SQUARE, [224, 16, 32]])
      .jpeg({ quality: 70 })
      .toBuffer();
    const { inside, isSquare } = await loaded(bytes);
    expect(isSquare).toBe(true);
    expect(inside).toBeCloseTo(SHARE, 1);
  });

  test.each([
    ['alpha-black.png', 'mask-from-opacity'],
    ['zero-one.png', 'mask-from-levels'],
    ['red.png', 'mask-from-colour'],
    ['comfy.png', 'mask-from-hole'],
  ])('%s, a case from the field', async (name, note) => {
    const { inside, notes } = await loaded(readFileSync(join(cases, name)));
    expect(notes).toEqual([note]);
    expect(inside).toBeGreaterThan(0.02);
    expect(inside).toBeLessThan(0.6);
  });
});

describe('is refused with what was found', () => {
  test.each([
    [
      'several flat colours',
      () =>
        drawn(
          BLACK,
          [SQUARE, [255, 0, 0]],
          [
            [40, 40, 60, 60],
            [0, 0, 255],
          ],
        ),
      /shape\.png is no mask\. It has 3 flat colours \(#000000 80 %, #(ff0000|0000ff) 10 %, #(ff0000|0000ff) 10 %\)/,
    ],
    [
      'several dark values',
      () => drawn(BLACK, [SQUARE, grey(2)], [[40, 40, 49, 49], grey(3)]),
      /It has 3 values from 0 to 3 of 255/,
    ],
    ['one colour', () => drawn([204, 0, 0]), /All of it is #cc0000/],
    ['one dark grey', () => drawn(grey(48)), /All of it has the value 48 of 255/],
  ])('%s', async (_, make, message) => {
    const bytes = await make().png().toBuffer();
    await expect(loaded(bytes)).rejects.toMatchObject({
      code: 'ASSET_INVALID',
      message: expect.stringMatching(message),
    });
  });
});

test('a photograph is read by its lightness, with a note; an empty mask stays empty', async () => {
  const photo = readFileSync(join(import.meta.dirname, '../../../photos/chelsea.jpg'));
  expect((await loaded(photo)).notes).toEqual(['mask-in-colour']);
  const black = await drawn(BLACK).toColourspace('b-w').png().toBuffer();
  expect(await loaded(black)).toMatchObject({ inside: 0, notes: [] });
});
