/** Composed scenes match their own description. */
import { expect, test } from 'vitest';
import { composeScene } from '../../../electron/evaluation/composed-scenes.ts';
import type { RgbImage } from '../../../electron/pipeline/processors/image.ts';
import { type Tensor, tensor, zeros } from '../../../electron/pipeline/tensor/tensor.ts';

const SIDE = 64;

const filled = (colour: readonly [number, number, number]): RgbImage => ({
  width: SIDE,
  height: SIDE,
  data: Uint8Array.from({ length: SIDE * SIDE * 3 }, (_, at) => colour[at % 3]!),
});

function rectangle(left: number, top: number, right: number, bottom: number): Tensor {
  const data = Float32Array.from({ length: SIDE * SIDE }, (_, at) => {
    const [x, y] = [at % SIDE, Math.floor(at / SIDE)];
    return x >= left && x < right && y >= top && y < bottom ? 1 : 0;
  });
  return tensor(data, [SIDE, SIDE]);
}

const place = filled([90, 160, 220]);
const concepts = [
  { image: filled([200, 60, 40]), subject: rectangle(16, 16, 48, 48), mask: rectangle(4, 20, 30, 50) },
  { image: filled([240, 230, 60]), subject: rectangle(20, 8, 44, 56), mask: rectangle(24, 10, 60, 52) },
];

test('background and truth differ only inside the masks, and have the same shading outside', async () => {
  const { background, truth, masks } = await composeScene(place, concepts);
  for (let pixel = 0; pixel < SIDE * SIDE; pixel++) {
    const cover = masks.reduce((sum, mask) => sum + mask.data[pixel]!, 0);
    expect(cover).toBeLessThanOrEqual(1 + 1e-6);
    const differs = [0, 1, 2].some((channel) => {
      const at = pixel * 3 + channel;
      return background.data[at] !== truth.data[at];
    });
    if (cover === 0) expect(differs).toBe(false);
    if (cover === 1) expect(differs).toBe(true);
  }
});

test('an object has its own colours in the truth, and the one in front takes the overlap', async () => {
  const { truth, masks } = await composeScene(place, concepts);
  const [back, front] = masks as [Tensor, Tensor];
  const at = (x: number, y: number) => y * SIDE + x;
  // The object in front is 21 pixels wide, in the middle of its mask's bounds.
  expect([front.data[at(40, 30)], back.data[at(10, 30)]]).toEqual([1, 1]);
  const colours = (x: number, y: number) => [...truth.data.subarray(at(x, y) * 3, at(x, y) * 3 + 3)];
  expect(colours(10, 30)).toEqual([200, 60, 40]);
  expect(colours(40, 30)).toEqual([240, 230, 60]);
  expect(back.data.some((value, pixel) => value === 1 && front.data[pixel] === 1)).toBe(false);
});

test('an empty mask is an error', async () => {
  const empty = { ...concepts[0]!, mask: zeros([SIDE, SIDE]) };
  await expect(composeScene(place, [empty])).rejects.toThrow(RangeError);
});
