/** Concept pictures without their surroundings. */
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { subjectPicture } from '../../../../electron/inference/scene/subject-picture.ts';
import type { RgbImage } from '../../../../electron/pipeline/processors/image.ts';
import { type Tensor, tensor } from '../../../../electron/pipeline/tensor/tensor.ts';

interface Box {
  readonly left: number;
  readonly top: number;
  readonly width: number;
  readonly height: number;
}

const red = [200, 10, 20];
const blue = [10, 20, 200];
const green = [10, 200, 20];

const flat = (width: number, height: number, colour: readonly number[]): RgbImage => ({
  width,
  height,
  data: Uint8Array.from({ length: 3 * width * height }, (_, at) => colour[at % 3]!),
});
const isInside = ({ left, top, width, height }: Box, x: number, y: number) =>
  x >= left && x < left + width && y >= top && y < top + height;
const maskOf = (width: number, height: number, box: Box): Tensor =>
  tensor(
    Float32Array.from({ length: width * height }, (_, at) =>
      isInside(box, at % width, Math.floor(at / width)) ? 1 : 0,
    ),
    [height, width],
  );
const boxes = (side: number) =>
  fc
    .record({ left: fc.nat(side - 1), top: fc.nat(side - 1), width: fc.nat(side), height: fc.nat(side) })
    .map(({ left, top, width, height }) => ({
      left,
      top,
      width: Math.max(Math.min(width, side - left), 1),
      height: Math.max(Math.min(height, side - top), 1),
    }));

/** A red object in a blue picture of 20 x 20, on a green background of 16 x 16. */
const put = (thing: Box, region: Box, mode: 'subject' | 'aligned', side = 20) =>
  subjectPicture({
    image: flat(side, side, blue),
    subject: maskOf(side, side, thing),
    region: maskOf(16, 16, region),
    inpainted: flat(16, 16, green),
    mode,
  });
const pixel = ({ width, data }: RgbImage, x: number, y: number) => [
  ...data.subarray(3 * (y * width + x), 3 * (y * width + x) + 3),
];

describe('the subject of a concept picture', () => {
  test('fills the rectangle of its region, without its own surroundings', async () => {
    await fc.assert(
      fc.asyncProperty(boxes(20), boxes(16), async (thing, region) => {
        // The whole picture has the subject's colour: any other colour is the background's.
        const picture = await subjectPicture({
          image: flat(20, 20, red),
          subject: maskOf(20, 20, thing),
          region: maskOf(16, 16, region),
          inpainted: flat(16, 16, green),
          mode: 'aligned',
        });
        for (let y = 0; y < 16; y++) {
          for (let x = 0; x < 16; x++) {
            expect(pixel(picture, x, y)).toEqual(isInside(region, x, y) ? red : green);
          }
        }
      }),
      { numRuns: 30 },
    );
  });

  test('stays in place when it is only cut out', async () => {
    const box = { left: 3, top: 5, width: 4, height: 6 };
    const elsewhere = { left: 9, top: 0, width: 7, height: 7 };
    const picture = await put(box, elsewhere, 'subject', 16);
    for (let y = 0; y < 16; y++) {
      for (let x = 0; x < 16; x++) expect(pixel(picture, x, y)).toEqual(isInside(box, x, y) ? blue : green);
    }
  });

  test('keeps what shows through it', async () => {
    const subject = maskOf(16, 16, { left: 0, top: 0, width: 16, height: 16 });
    subject.data[0] = 0.5;
    const picture = await subjectPicture({
      image: flat(16, 16, blue),
      subject,
      region: subject,
      inpainted: flat(16, 16, green),
      mode: 'subject',
    });
    expect(pixel(picture, 0, 0)).toEqual([10, expect.closeTo(110, -1), expect.closeTo(110, -1)]);
  });

  test('must not be empty, and neither must its region', async () => {
    const nothing = { left: 0, top: 0, width: 0, height: 0 };
    const box = { left: 1, top: 1, width: 2, height: 2 };
    await expect(put(nothing, box, 'aligned')).rejects.toMatchObject({ code: 'MASK_EMPTY' });
    await expect(put(box, nothing, 'aligned')).rejects.toMatchObject({ code: 'MASK_EMPTY' });
  });
});
