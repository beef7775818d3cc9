/** The soft edge of a cut-out: distances by hand. */
import { expect, test } from 'vitest';
import { softenEdge } from '../../../../electron/pipeline/masks/soft-edge.ts';

const opacities = (data: Uint8Array) => [...data].filter((_, at) => at % 4 === 3);
const row = (data: Uint8Array, y: number, width: number) => opacities(data).slice(y * width, (y + 1) * width);
const opaque = (width: number, height: number) => new Uint8Array(4 * width * height).fill(255);

test('opacity rises linearly from the outline and from the sides, but not from open ones', () => {
  const size = { width: 7, height: 7 };
  const data = opaque(7, 7);
  softenEdge(data, size, 2);
  expect(row(data, 3, 7)).toEqual([85, 170, 255, 255, 255, 170, 85]);
  expect(row(data, 0, 7)).toEqual(Array.from({ length: 7 }, () => 85));
  const open = opaque(7, 7);
  softenEdge(open, size, 2, { left: true, top: true, bottom: true });
  for (let y = 0; y < 7; y++) expect(row(open, y, 7)).toEqual([255, 255, 255, 255, 255, 170, 85]);
});

test('colours stay, and what is half transparent is outside from there on', () => {
  const data = opaque(5, 1);
  data[4 * 2 + 3] = 100;
  softenEdge(data, { width: 5, height: 1 }, 3, { left: true, right: true, top: true, bottom: true });
  expect(opacities(data)).toEqual([128, 64, 0, 64, 128]);
  expect([...data].filter((value, at) => at % 4 !== 3 && value !== 255)).toEqual([]);
});

test('a cut-out narrower than its edges fades, but does not vanish', () => {
  const data = opaque(10, 100);
  softenEdge(data, { width: 10, height: 100 }, 40);
  expect(Math.max(...opacities(data))).toBe(Math.round((255 * 5) / 41));
});

test('no edge changes nothing', () => {
  const data = opaque(3, 3);
  softenEdge(data, { width: 3, height: 3 }, 0);
  expect(data).toEqual(opaque(3, 3));
});
