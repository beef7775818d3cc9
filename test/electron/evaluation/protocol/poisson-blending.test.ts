/** Poisson blending by its definition: gradients of the source, level of the target. */
import { expect, test } from 'vitest';
import { blendPoisson } from '../../../../electron/evaluation/protocol/poisson-blending.ts';
import type { RgbImage } from '../../../../electron/pipeline/processors/image.ts';

const SIDE = 24;
const picture = (levelAt: (x: number, y: number) => number): RgbImage => ({
  width: SIDE,
  height: SIDE,
  data: Uint8Array.from({ length: 3 * SIDE * SIDE }, (_, at) => {
    const pixel = Math.floor(at / 3);
    return levelAt(pixel % SIDE, Math.floor(pixel / SIDE)) + (at % 3);
  }),
});
const inside = Uint8Array.from({ length: SIDE * SIDE }, (_, pixel) => {
  const [x, y] = [pixel % SIDE, Math.floor(pixel / SIDE)];
  return Math.hypot(x - 12, y - 12) < 8 ? 1 : 0;
});

test('a uniform source of another level disappears in a uniform target', () => {
  const target = picture(() => 60);
  const blended = blendPoisson(
    target,
    picture(() => 200),
    inside,
  );
  for (const [at, value] of blended.data.entries())
    expect(Math.abs(value - target.data[at]!)).toBeLessThanOrEqual(1);
});

test('a pattern keeps its contrast and takes the surrounding level', () => {
  const bump = (x: number, y: number) => (Math.hypot(x - 12, y - 12) < 3 ? 40 : 0);
  const target = picture(() => 60);
  const blended = blendPoisson(
    target,
    picture((x, y) => 150 + bump(x, y)),
    inside,
  );
  const at = (x: number, y: number) => blended.data[3 * (y * SIDE + x)]!;
  expect(at(12, 12) - at(12, 7)).toBeGreaterThan(37);
  expect(at(12, 5)).toBeGreaterThan(58);
  expect(at(12, 5)).toBeLessThan(64);
  expect(at(0, 0)).toBe(60);
});

test('without anything inside the result is the target, without anything around it the source', () => {
  const [target, source] = [picture(() => 10), picture(() => 90)];
  expect(blendPoisson(target, source, new Uint8Array(SIDE * SIDE))).toBe(target);
  expect(blendPoisson(target, source, new Uint8Array(SIDE * SIDE).fill(1))).toBe(source);
});
