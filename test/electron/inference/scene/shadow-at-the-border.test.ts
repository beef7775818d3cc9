/** Shadows of pictures that hang over the background's border: what lies beyond it casts its shadow, too. */
import { expect, test } from 'vitest';
import { firstPlacement, type Placement } from '../../../../electron/contract/placement.ts';
import { drawCasting, type Viewport } from '../../../../electron/foundation/pictures/placed-picture.ts';
import { shapeOfPlaced } from '../../../../electron/foundation/pictures/placed-shape.ts';
import { layOnto } from '../../../../electron/inference/scene/cut-out.ts';
import type { RgbImage } from '../../../../electron/pipeline/processors/image.ts';
import type { Box, Size } from './full-size-scenes.ts';

const cutOut = { width: 40, height: 40, data: new Uint8Array(4 * 40 * 40).fill(255) };

/** On a background with room on all sides, and on one that ends where `seen` does. */
const wide: Size = { width: 300, height: 300 };
const seen: Box = { left: 100, top: 100, width: 100, height: 100 };

const placement: Placement = {
  ...firstPlacement(cutOut, seen),
  scale: 1,
  softEdgePx: 3,
  shadow: { offsetXPx: 10, offsetYPx: 20, blurPx: 6, opacity: 1 },
};

/** Centres of the picture in `seen`: over each side and corner, and beyond two of them. */
const centres = [
  { x: 0, y: 50 },
  { x: 100, y: 50 },
  { x: 50, y: 0 },
  { x: 50, y: 100 },
  { x: 98, y: 1 },
  { x: -22, y: 50 },
  { x: 50, y: -24 },
  { x: 50, y: 50 },
];

async function staged(placed: Placement, viewport: Viewport): Promise<RgbImage> {
  const { width, height } = viewport;
  const picture = { width, height, data: new Uint8Array(3 * width * height).fill(200) };
  layOnto(picture, await drawCasting(cutOut, placed, viewport), placed, viewport);
  return picture;
}

/** Its largest difference to the part of a larger one, of some values a pixel. */
function farthest(part: Uint8Array, whole: Uint8Array, channels: number): number {
  let largest = 0;
  for (let y = 0; y < seen.height; y++) {
    for (let x = 0; x < seen.width; x++) {
      for (let channel = 0; channel < channels; channel++) {
        const inPart = part[channels * (y * seen.width + x) + channel]!;
        const inWhole = whole[channels * ((seen.top + y) * wide.width + seen.left + x) + channel]!;
        largest = Math.max(largest, Math.abs(inPart - inWhole));
      }
    }
  }
  return largest;
}

test.each(centres)('a picture at $x, $y is staged and exported with all of its shadow', async ({ x, y }) => {
  const onWide = { ...placement, x: seen.left + x, y: seen.top + y };
  const onSeen = { ...placement, x, y };
  const viewport = ({ width, height }: Size) => ({
    window: { left: 0, top: 0, width, height },
    width,
    height,
  });
  const [part, whole] = [await staged(onSeen, viewport(seen)), await staged(onWide, viewport(wide))];
  expect(farthest(part.data, whole.data, 3)).toBeLessThanOrEqual(1);
  expect(part.data.some((value) => value < 195)).toBe(true);
  const exported = await shapeOfPlaced(cutOut, onSeen, { width: seen.width, height: seen.height });
  const exportedWhole = await shapeOfPlaced(cutOut, onWide, wide);
  expect(farthest(exported.shadow!.data, exportedWhole.shadow!.data, 1)).toBeLessThanOrEqual(1);
  expect(farthest(exported.shape.data, exportedWhole.shape.data, 1)).toBeLessThanOrEqual(1);
});
