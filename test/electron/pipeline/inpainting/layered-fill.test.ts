/** The layered fill: what it keeps, what it continues, and where it can do nothing. */
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { fillLayers } from '../../../../electron/pipeline/inpainting/layered-fill.ts';
import { tensor } from '../../../../electron/pipeline/tensor/tensor.ts';

const picture = (width: number, height: number, of: (x: number, y: number) => number) => ({
  width,
  height,
  data: Uint8Array.from({ length: 3 * width * height }, (_, at) => {
    const pixel = Math.floor(at / 3);
    return of(pixel % width, Math.floor(pixel / width));
  }),
});
const rectangle = (width: number, height: number, left: number, top: number, right: number, bottom: number) =>
  tensor(
    Float32Array.from({ length: width * height }, (_, at) => {
      const [x, y] = [at % width, Math.floor(at / width)];
      return Number(x >= left && x < right && y >= top && y < bottom);
    }),
    [height, width],
  );

describe('a layered fill', () => {
  test('interpolates between the sides of a row: a ramp is restored', () => {
    const whole = picture(20, 9, (x) => 10 * x);
    const hole = rectangle(20, 9, 5, 0, 14, 9);
    const damaged = {
      ...whole,
      data: whole.data.map((value, at) => (hole.data[Math.floor(at / 3)] ? 0 : value)),
    };
    expect(fillLayers(damaged, hole).data).toEqual(whole.data);
  });

  test('keeps layers apart: each row comes mostly from its own', () => {
    const whole = picture(21, 12, (_, y) => (y < 6 ? 200 : 40));
    const hole = rectangle(21, 12, 6, 3, 15, 9);
    const { data } = fillLayers(whole, hole);
    expect(data[3 * (5 * 21 + 10)]).toBeGreaterThan(165);
    expect(data[3 * (6 * 21 + 10)]).toBeLessThan(75);
  });

  test('changes nothing outside the hole and stays within the range of the known values', () => {
    fc.assert(
      fc.property(
        fc.uint8Array({ minLength: 3 * 48, maxLength: 3 * 48 }),
        fc.array(fc.boolean(), { minLength: 48, maxLength: 48 }),
        (bytes, holes) => {
          const image = { width: 8, height: 6, data: bytes };
          const hole = tensor(Float32Array.from(holes, Number), [6, 8]);
          const { data } = fillLayers(image, hole);
          const known = bytes.filter((_, at) => !holes[Math.floor(at / 3)]);
          data.forEach((value, at) => {
            if (!holes[Math.floor(at / 3)]) expect(value).toBe(bytes[at]);
            else if (known.length > 0 && value !== bytes[at]) {
              expect(value).toBeGreaterThanOrEqual(Math.min(...known));
              expect(value).toBeLessThanOrEqual(Math.max(...known));
            }
          });
        },
      ),
    );
  });

  test('leaves a hole over everything unchanged', () => {
    const whole = picture(4, 4, (x, y) => x + y);
    expect(fillLayers(whole, rectangle(4, 4, 0, 0, 4, 4)).data).toEqual(whole.data);
  });
});
