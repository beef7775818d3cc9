import { describe, expect, test } from 'vitest';
import {
  joinWindows,
  squareWindows,
  type WindowMap,
} from '../../../../electron/inference/segmentation/square-windows.ts';
import { type Tensor, tensor } from '../../../../electron/pipeline/tensor/tensor.ts';

const SIDE = 8;

/** A picture whose red is its column and whose green is its row, in steps of 2. */
function ramp(width: number, height: number) {
  const data = new Uint8Array(3 * width * height);
  for (let pixel = 0; pixel < width * height; pixel++) {
    data.set([2 * (pixel % width), 2 * Math.floor(pixel / width), 7], 3 * pixel);
  }
  return { width, height, data };
}

const byteAt = (picture: Tensor, channel: number, y: number, x: number) =>
  Math.round((picture.data[(channel * SIDE + y) * SIDE + x]! + 1) * 127.5);

describe('squares of a picture', () => {
  test('a square picture is one', async () => {
    const [only, ...more] = await squareWindows(ramp(SIDE, SIDE), SIDE);
    expect(more).toEqual([]);
    expect(only!.start).toBe(0);
    expect([byteAt(only!.picture, 0, 2, 5), byteAt(only!.picture, 1, 2, 5)]).toEqual([10, 4]);
  });

  test.each([
    [20, SIDE],
    [SIDE, 20],
    [9, SIDE],
    [SIDE, 33],
  ])('of %i x %i reach from end to end, and overlap by at least half', async (width, height) => {
    const squares = await squareWindows(ramp(width, height), SIDE);
    const isWide = width > height;
    const starts = squares.map(({ start }) => start * SIDE);
    expect(starts[0]).toBe(0);
    expect(starts.at(-1)! + SIDE).toBe(Math.max(width, height));
    for (const [index, start] of starts.slice(1).entries()) {
      expect(start - starts[index]!).toBeLessThanOrEqual(SIDE / 2);
    }
    for (const { start, picture } of squares) {
      expect(picture.dims).toEqual([3, SIDE, SIDE]);
      const [left, top] = isWide ? [start * SIDE, 0] : [0, start * SIDE];
      expect(byteAt(picture, 0, 3, 6)).toBe(2 * (left + 6));
      expect(byteAt(picture, 1, 3, 6)).toBe(2 * (top + 3));
      expect(byteAt(picture, 2, 3, 6)).toBe(7);
    }
  });

  test('of a large picture show it reduced', async () => {
    const squares = await squareWindows(ramp(120, 40), SIDE);
    expect(squares.map(({ start }) => start * SIDE)).toEqual([0, 4, 8, 12, 16]);
    expect(byteAt(squares[4]!.picture, 0, 4, 7)).toBeGreaterThan(200);
  });
});

describe('maps of squares', () => {
  const constant = (value: number) => tensor(new Float32Array(16).fill(value), [4, 4]);

  test('that agree are the picture’s map, in both directions', () => {
    for (const isWide of [true, false]) {
      const maps: WindowMap[] = [0, 0.5, 1].map((start) => ({ start, logits: constant(3) }));
      const joined = joinWindows(maps, isWide)!;
      expect(joined.dims).toEqual(isWide ? [4, 8] : [8, 4]);
      for (const value of joined.data) expect(value).toBeCloseTo(3, 6);
    }
  });

  test('count more where an element is near their middle', () => {
    const joined = joinWindows(
      [
        { start: 0, logits: constant(1) },
        { start: 0.5, logits: constant(-1) },
      ],
      true,
    )!;
    expect(joined.dims).toEqual([4, 6]);
    const [, , third, fourth] = joined.data;
    expect(third).toBeGreaterThan(0);
    expect(fourth).toBeCloseTo(-third!, 6);
  });

  test('of squares without the subject count as outside, only where no other one shows it', () => {
    const joined = joinWindows(
      [
        { start: 0, logits: undefined },
        { start: 0.5, logits: constant(2) },
      ],
      false,
    )!;
    expect(joined.data.slice(0, 8).every((value) => value < -5)).toBe(true);
    for (const value of joined.data.slice(8)) expect(value).toBeCloseTo(2, 6);
    expect(joinWindows([{ start: 0, logits: undefined }], true)).toBeUndefined();
  });
});
