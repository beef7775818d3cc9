/** The opacity of objects: computed around an object alone, it is that of the whole picture. */
import * as fc from 'fast-check';
import { expect, test } from 'vitest';
import { objectOpacity, opacityReachPx } from '../../../electron/pipeline/compose.ts';
import { boundingRectangle, expandRectangle } from '../../../electron/pipeline/masks/rectangle.ts';
import { cutPlane } from '../../../electron/pipeline/tensor/image-kernels.ts';
import { tensor } from '../../../electron/pipeline/tensor/tensor.ts';

const scenes = fc.record({
  height: fc.integer({ min: 1, max: 40 }),
  width: fc.integer({ min: 1, max: 40 }),
  at: fc.array(fc.double({ min: 0, max: 1, noNaN: true }), { minLength: 4, maxLength: 4 }),
  value: fc.constantFrom(0.2, 0.5, 1),
  fadePx: fc.constantFrom(0, 1, 2, 6, 9),
  bandPx: fc.constantFrom(0, 3),
});

test('within its reach around an object the opacity is that of the whole picture, to the bit, and 0 beyond', () => {
  fc.assert(
    fc.property(scenes, ({ height, width, at, value, ...fade }) => {
      const mask = tensor(new Float32Array(height * width), [height, width]);
      const [first, last] = [0, 2].map((from) =>
        [at[from]! * (width - 1), at[from + 1]! * (height - 1)].map(Math.round),
      ) as [[number, number], [number, number]];
      for (let y = Math.min(first[1], last[1]); y <= Math.max(first[1], last[1]); y++) {
        for (let x = Math.min(first[0], last[0]); x <= Math.max(first[0], last[0]); x++) {
          mask.data[y * width + x] = value;
        }
      }
      const area = expandRectangle(boundingRectangle(mask)!, opacityReachPx(fade), [height, width]);
      const whole = objectOpacity([mask], [height, width], fade);
      const cut = objectOpacity([cutPlane(mask, area)], [area.height, area.width], fade);
      expect(cut).toEqual(cutPlane(whole, area));
      const sum = (values: Float32Array) => values.reduce((total, one) => total + one, 0);
      expect(sum(whole.data)).toBe(sum(cut.data));
    }),
    { numRuns: 100 },
  );
});
