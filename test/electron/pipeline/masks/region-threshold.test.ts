/** The threshold of a mask is one value, for bytes and for weights, on the canvas and in the method. */
import { expect, test } from 'vitest';
import { REGION_THRESHOLD, regionOf } from '../../../../electron/pipeline/masks/region.ts';
import { expandedRectangle, latentMasks } from '../../../../electron/pipeline/mixing/latent-masks.ts';
import { type Tensor, tensor } from '../../../../electron/pipeline/tensor/tensor.ts';
import { INSIDE_FROM } from '../../../../renderer/editor/mask-plane.ts';

test('a byte is inside on the canvas exactly if its weight is inside for the method', () => {
  const bytes = Array.from({ length: 256 }, (_, byte) => byte);
  const { inside } = regionOf(
    tensor(
      Float32Array.from(bytes, (byte) => byte / 255),
      [16, 16],
    ),
  );
  expect([...inside]).toEqual(bytes.map((byte) => (byte >= INSIDE_FROM ? 1 : 0)));
});

test('a share equal to the threshold belongs to the region at latent resolution too', () => {
  const half = tensor(new Float32Array([1, 0, 1, 0]), [2, 2]);
  const options = { downscale: 2, featherPx: 0, expandLatent: 0, regionGrowPx: 0, bandLatent: 0 };
  expect(REGION_THRESHOLD).toBe(0.5);
  expect([...latentMasks([{ mask: half, order: 0 }], [1, 1], options).regionMasks[0]!.data]).toEqual([1]);
});

test('the expanded mask is the mask’s rectangle plus its margin, which must be an integer', () => {
  const region = tensor(new Float32Array([0, 0, 0, 0, 0, 1, 0, 0, 0, 0, 0, 0]), [3, 4]);
  const expanded = (mask: Tensor, expandLatent: number) =>
    expandedRectangle(mask, [3, 4], { downscale: 1, expandLatent, regionGrowPx: 0, bandLatent: 0 });
  expect(expanded(region, 1)).toEqual({ left: 0, top: 0, width: 3, height: 3 });
  expect(expanded(tensor(new Float32Array(12), [3, 4]), 1)).toBeUndefined();
  for (const margin of [-1, 0.5, Number.NaN]) {
    expect(() => expanded(region, margin)).toThrow('margin of a rectangle');
  }
});
