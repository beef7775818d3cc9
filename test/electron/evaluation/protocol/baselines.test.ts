/** The baselines: what each keeps of the background and of the subject. */
import { expect, test } from 'vitest';
import { baselinePicture } from '../../../../electron/evaluation/protocol/baselines.ts';
import type { RgbImage } from '../../../../electron/pipeline/processors/image.ts';
import { tensor } from '../../../../electron/pipeline/tensor/tensor.ts';

const SIDE = 64;
const isInside = (x: number, y: number) => Math.hypot(x - 32, y - 32) < 14;
const plane = (valueAt: (x: number, y: number) => number) =>
  Array.from({ length: SIDE * SIDE }, (_, pixel) => valueAt(pixel % SIDE, Math.floor(pixel / SIDE)));
const picture = (levelAt: (x: number, y: number) => number): RgbImage => ({
  width: SIDE,
  height: SIDE,
  data: Uint8Array.from(plane(levelAt).flatMap((level) => [level, level, level])),
});
const mask = tensor(Float32Array.from(plane((x, y) => (isInside(x, y) ? 1 : 0))), [SIDE, SIDE]);
/** A dark disc on a light ground, for a background that is a little darker. */
const scene = {
  background: picture(() => 180),
  inpainted: null,
  concepts: [
    { image: picture((x, y) => (isInside(x, y) ? 40 : 200)), subject: mask, region: mask, order: 0 },
  ],
};
const levelAt = ({ data }: RgbImage, x: number, y: number) => data[3 * (y * SIDE + x)]!;

test('the background is what it was', async () => {
  expect(await baselinePicture('background', scene)).toBe(scene.background);
});

test('copy and paste shows the subject as it is, and nothing of its surroundings', async () => {
  const pasted = await baselinePicture('paste', scene);
  expect(levelAt(pasted, 32, 32)).toBe(40);
  expect(levelAt(pasted, 4, 4)).toBe(180);
});

test.each([
  { orders: [0, 0], front: 60 },
  { orders: [5, 1], front: 60 },
  { orders: [1, 5], front: 90 },
])('of concepts with the orders $orders the one in front is the method’s', async ({ orders, front }) => {
  const concepts = [60, 90].map((level, index) => ({
    image: picture(() => level),
    subject: null,
    region: mask,
    order: orders[index]!,
  }));
  expect(levelAt(await baselinePicture('paste', { ...scene, concepts }), 32, 32)).toBe(front);
});

test('Poisson blending keeps the subject’s contrast to its surroundings, at the background’s level', async () => {
  const blended = await baselinePicture('poisson', scene);
  // 160 levels darker than its own ground, as it was.
  expect(Math.abs(levelAt(blended, 32, 32) - 20)).toBeLessThan(12);
  expect(levelAt(blended, 4, 4)).toBe(180);
});
