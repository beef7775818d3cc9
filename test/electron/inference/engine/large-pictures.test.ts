/** Masks and removal on pictures larger than the models' size. */
import { expect, test } from 'vitest';
import { isMaskOf, maskSize } from '../../../../electron/contract/frame.ts';
import { encodeMaskPng, encodePng } from '../../../../electron/inference/images/images.ts';
import type { RgbImage } from '../../../../electron/pipeline/processors/image.ts';
import { tensor } from '../../../../electron/pipeline/tensor/tensor.ts';
import { tinyEngine } from './tiny-engine.ts';

const tiny = tinyEngine();

interface Box {
  readonly left: number;
  readonly top: number;
  readonly right: number;
  readonly bottom: number;
}

/** A red rectangle on a grey gradient. */
function scenery(width: number, height: number, { left, top, right, bottom }: Box): RgbImage {
  const data = new Uint8Array(3 * width * height);
  for (let y = 0; y < height; y++) {
    for (let x = 0; x < width; x++) {
      const isThing = x >= left && x < right && y >= top && y < bottom;
      const grey = 90 + Math.floor((60 * x) / width);
      data.set(isThing ? [220, 20, 20] : [grey, grey, grey], 3 * (y * width + x));
    }
  }
  return { width, height, data };
}

function maskPng(width: number, height: number, { left, top, right, bottom }: Box) {
  const plane = new Float32Array(width * height);
  for (let y = top; y < bottom; y++) plane.fill(1, y * width + left, y * width + right);
  return encodeMaskPng(tensor(plane, [height, width]));
}

test('a selection in a picture of six megapixels has the size of its masks', async () => {
  const [width, height] = [3000, 2000];
  const thing = { left: 900, top: 600, right: 1800, bottom: 1400 };
  const file = { name: 'large.png', bytes: await encodePng(scenery(width, height, thing)) };
  const selection = {
    points: [{ x: 1350, y: 1000, isInside: true }],
    box: { ...thing, left: 850, right: 1850 },
  };
  const { proposals } = await tiny.engine.preparation.selectMask(file, selection);
  const [{ mask, box }] = proposals as [(typeof proposals)[number]];
  const size = maskSize({ width, height });
  expect(mask.dims).toEqual([size.height, size.width]);
  expect(isMaskOf(size, { width, height })).toBe(true);
  // The box is in the picture's own pixels.
  for (const side of ['left', 'top', 'right', 'bottom'] as const) {
    expect(Math.abs(box![side] - thing[side])).toBeLessThan(20);
  }
});

test.each(['layers', 'diffusion'] as const)(
  'removal by %s changes nothing outside of the grown masks of a large picture',
  async (method) => {
    const [width, height] = [1601, 1203];
    const thing = { left: 500, top: 400, right: 700, bottom: 640 };
    const original = scenery(width, height, thing);
    const file = { name: 'large.png', bytes: await encodePng(original) };
    // A mask at a smaller size, as large backgrounds have them.
    const small = { left: 250, top: 200, right: 350, bottom: 320 };
    const mask = { name: 'mask.png', bytes: await maskPng(801, 602, small) };
    const growPx = 12;
    const { image, method: used } = await tiny.engine.preparation.removeObjects(file, [mask], {
      method,
      growPx,
    });
    expect(used).toBe(method);
    expect([image.width, image.height]).toEqual([width, height]);
    let [outside, inside] = [0, 0];
    for (let y = 0; y < height; y++) {
      for (let x = 0; x < width; x++) {
        const at = 3 * (y * width + x);
        const differs = [0, 1, 2].some((c) => image.data[at + c] !== original.data[at + c]);
        if (!differs) continue;
        const isNear =
          x >= thing.left - growPx - 4 &&
          x < thing.right + growPx + 4 &&
          y >= thing.top - growPx - 4 &&
          y < thing.bottom + growPx + 4;
        if (isNear) inside++;
        else outside++;
      }
    }
    expect(outside).toBe(0);
    expect(inside).toBeGreaterThan(0.95 * 200 * 240);
  },
);

test('a mask with another aspect ratio than the picture is refused', async () => {
  const file = {
    name: 'large.png',
    bytes: await encodePng(scenery(1601, 1203, { left: 1, top: 1, right: 9, bottom: 9 })),
  };
  const mask = {
    name: 'mask.png',
    bytes: await maskPng(800, 800, { left: 1, top: 1, right: 90, bottom: 90 }),
  };
  await expect(
    tiny.engine.preparation.removeObjects(file, [mask], { method: 'layers' }),
  ).rejects.toMatchObject({
    code: 'SIZE_MISMATCH',
  });
});
