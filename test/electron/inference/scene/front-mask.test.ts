/** The part of a background in front of a concept is unchanged; and overlapping concepts, in both modes. */

import * as fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { firstPlacement, type Placement } from '../../../../electron/contract/placement.ts';
import { drawBehind, frontPlane, withoutFront } from '../../../../electron/inference/scene/front-mask.ts';
import type { RgbImage } from '../../../../electron/pipeline/processors/image.ts';
import { tensor } from '../../../../electron/pipeline/tensor/tensor.ts';
import { sentencesOf } from '../../contract/notice-sentences.ts';
import { tinyEngine } from '../engine/tiny-engine.ts';
import {
  type Box,
  maskOf,
  placing,
  type RequestConcept,
  render,
  replacing,
  type Size,
  scenery,
} from './full-size-scenes.ts';

const tiny = tinyEngine();

const background = { width: 180, height: 130 };

function placementAt(x: number, y: number): Placement {
  return {
    ...firstPlacement({ width: 24, height: 18 }, background),
    x,
    y,
    scale: 3,
    softEdgePx: 1,
    shadow: { offsetXPx: 4, offsetYPx: 6, blurPx: 5, opacity: 0.5 },
  };
}

/** Pixels of a box in which two pictures differ. */
function differences(a: RgbImage, b: RgbImage, box: Box): number {
  let count = 0;
  for (let y = box.top; y < box.top + box.height; y++) {
    for (let x = box.left; x < box.left + box.width; x++) {
      const at = 3 * (y * a.width + x);
      if ([0, 1, 2].some((channel) => a.data[at + channel] !== b.data[at + channel])) count++;
    }
  }
  return count;
}

const withFront = async (concept: RequestConcept, size: Size, box: Box): Promise<RequestConcept> => ({
  ...concept,
  front: await maskOf(size, box),
});

describe('the part in front', () => {
  test.each(['place', 'replace'] as const)(
    'is the background’s own pixels, with %s, wherever it is',
    async (mode) => {
      // Less than half of the concept each way: too little of it may be left to fill half of a latent square.
      const boxes = fc.record({
        left: fc.integer({ min: 40, max: 110 }),
        top: fc.integer({ min: 30, max: 80 }),
        width: fc.integer({ min: 1, max: 36 }),
        height: fc.integer({ min: 1, max: 27 }),
      });
      const concept =
        mode === 'place'
          ? await placing(placementAt(90, 65), 1)
          : await replacing(background, { left: 50, top: 35, width: 80, height: 60 });
      await fc.assert(
        fc.asyncProperty(boxes, fc.constantFrom('auto' as const, 'whole' as const), async (box, frame) => {
          const hidden = await withFront(concept, background, box);
          const { image } = await render(tiny.engine, background, [hidden], { steps: 1, detail: 0.5 }, frame);
          expect(differences(image, scenery(background, 1), box)).toBe(0);
        }),
        { numRuns: 6 },
      );
    },
  );

  test('also works in backgrounds that are larger than their masks', async () => {
    const large = { width: 360, height: 260 };
    const concept = await placing({ ...placementAt(180, 130), scale: 6 }, 1);
    const hidden = await withFront(concept, background, { left: 90, top: 0, width: 90, height: 130 });
    const { image } = await render(tiny.engine, large, [hidden], { steps: 1 });
    // It fades between the last mask pixel outside and the first one inside.
    const inside = { left: 181, top: 0, width: 179, height: 260 };
    expect(differences(image, scenery(large, 1), inside)).toBe(0);
    expect(differences(image, scenery(large, 1), { ...inside, left: 0, width: 179 })).toBeGreaterThan(1000);
  });

  test('hides nothing if its mask is empty, with a notice', async () => {
    const concept = await placing(placementAt(90, 65), 0.5);
    const plain = await render(tiny.engine, background, [concept], { steps: 1 });
    const empty = await withFront(concept, background, { left: 0, top: 0, width: 0, height: 0 });
    const outcome = await render(tiny.engine, background, [empty], { steps: 1 });
    expect(Buffer.compare(outcome.image.data, plain.image.data)).toBe(0);
    expect(sentencesOf(outcome.notices).join()).toContain('in front of “cup”');
  });

  test('cannot hide all of a concept silently', async () => {
    const concept = await placing(placementAt(90, 65), 1);
    const hidden = await withFront(concept, background, { left: 0, top: 0, ...background });
    await expect(render(tiny.engine, background, [hidden], { steps: 1 })).rejects.toMatchObject({
      code: 'MASK_EMPTY',
      message: expect.stringContaining('wholly behind'),
    });
  });
});

describe('overlapping concepts', () => {
  const first = { left: 40, top: 30, width: 60, height: 60 };
  const second = { left: 70, top: 45, width: 60, height: 60 };
  const overlap = { left: 72, top: 47, width: 26, height: 41 };

  test.each([
    [
      'two that are placed',
      () => Promise.all([placing(placementAt(75, 65), 1), placing(placementAt(100, 65), 1)]),
    ],
    ['two that replace', () => Promise.all([replacing(background, first), replacing(background, second)])],
    ['one of each', () => Promise.all([replacing(background, first), placing(placementAt(100, 75), 1)])],
  ])('%s: the order determines which is in front', async (_, make) => {
    const [a, b] = await make();
    const named = [
      { ...a!, name: 'a' },
      { ...b!, name: 'b', alpha: 1 },
    ];
    const change = { steps: 1, keepOriginalBackground: true };
    const inOrder = (orders: readonly number[]) =>
      render(
        tiny.engine,
        background,
        named.map((concept, index) => ({ ...concept, order: orders[index]! })),
        change,
      );
    const forward = await inOrder([0, 1]);
    const backward = await inOrder([1, 0]);
    expect(differences(forward.image, backward.image, overlap)).toBeGreaterThan(100);
    expect(Buffer.compare((await inOrder([2, 5])).image.data, forward.image.data)).toBe(0);
  });

  test('the part in front of one is not in front of the other', async () => {
    const shadow = null;
    const behind = await placing({ ...placementAt(75, 65), shadow }, 1);
    const free = await placing({ ...placementAt(112, 65), shadow }, 1);
    const fence = { left: 60, top: 0, width: 70, height: 130 };
    const concepts = [
      await withFront({ ...behind, name: 'a', order: 0 }, background, fence),
      { ...free, order: 1 },
    ];
    const { image } = await render(tiny.engine, background, concepts, { steps: 1 });
    const alone = await render(tiny.engine, background, [free], { steps: 1 });
    // There, only the concept that is not behind it is visible.
    expect(differences(image, scenery(background, 1), { ...fence, left: 60, width: 12 })).toBe(0);
    expect(differences(alone.image, scenery(background, 1), fence)).toBeGreaterThan(500);
    expect(differences(image, scenery(background, 1), fence)).toBeGreaterThan(500);
  });
});

test('a soft front mask mixes by its values', () => {
  const front = tensor(Float32Array.of(0, 0.25, 1), [1, 3]);
  const picture = { width: 3, height: 1, data: Uint8Array.of(10, 10, 10, 10, 10, 10, 10, 10, 10) };
  drawBehind(picture, frontPlane(front), () => picture.data.fill(210));
  expect([...picture.data]).toEqual([210, 210, 210, 160, 160, 160, 10, 10, 10]);
  const mask = tensor(Float32Array.of(1, 0.5, 1), [1, 3]);
  expect([...withoutFront(mask, front).data]).toEqual([1, 0.375, 0]);
});
