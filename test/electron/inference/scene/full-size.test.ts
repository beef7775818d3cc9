/** Frames in full-size backgrounds: what is rendered, and what is unchanged. */

import * as fc from 'fast-check';
import sharp from 'sharp';
import { describe, expect, test } from 'vitest';
import { PAPER_PARAMETERS } from '../../../../electron/contract/parameters.ts';
import { firstPlacement, type Placement } from '../../../../electron/contract/placement.ts';
import type { RenderRequest } from '../../../../electron/contract/render-request.ts';
import type { RgbImage } from '../../../../electron/pipeline/processors/image.ts';
import { sentencesOf } from '../../contract/notice-sentences.ts';
import { tinyEngine } from '../engine/tiny-engine.ts';
import {
  type Box,
  maskOf,
  picture,
  placing,
  put,
  readAsset,
  render,
  replacing,
  scenery,
} from './full-size-scenes.ts';

const tiny = tinyEngine();

const side = fc.integer({ min: 12, max: 260 });
const scenes = fc.record({ width: side, height: side }).chain((background) =>
  fc.record({
    background: fc.constant(background),
    box: fc
      .record({
        x: fc.double({ min: 0, max: 0.6, noNaN: true }),
        y: fc.double({ min: 0, max: 0.6, noNaN: true }),
      })
      .map(({ x, y }): Box => {
        const [left, top] = [Math.floor(x * background.width), Math.floor(y * background.height)];
        return {
          left,
          top,
          width: Math.max(Math.floor(background.width * 0.35), 4),
          height: Math.max(Math.floor(background.height * 0.35), 4),
        };
      }),
    frame: fc.constantFrom('auto' as const, 'whole' as const),
    seed: fc.nat(50),
  }),
);

describe('outside the masks’ fade', () => {
  test('every pixel of the background is unchanged, whatever its size and the frame', async () => {
    await fc.assert(
      fc.asyncProperty(scenes, async ({ background, box, frame, seed }) => {
        const concept = await replacing(background, box);
        const outcome = await render(tiny.engine, background, [concept], { steps: 1 }, frame, seed);
        const original = scenery(background, seed);
        expect([outcome.image.width, outcome.image.height]).toEqual([background.width, background.height]);
        const { frame: resolved } = outcome;
        // The fade is 2 px at the model's size, scaled to the background, plus an element if that is enlarged.
        const reach =
          2 + 3 * Math.max(resolved.width / resolved.modelWidth, resolved.height / resolved.modelHeight, 1);
        let changed = 0;
        for (let y = 0; y < background.height; y++) {
          for (let x = 0; x < background.width; x++) {
            const isNear =
              x >= box.left - reach &&
              x < box.left + box.width + reach &&
              y >= box.top - reach &&
              y < box.top + box.height + reach;
            if (isNear) continue;
            const at = 3 * (y * background.width + x);
            for (let channel = at; channel < at + 3; channel++) {
              if (outcome.image.data[channel] !== original.data[channel]) changed++;
            }
          }
        }
        expect(changed).toBe(0);
      }),
      { numRuns: 12 },
    );
  });

  test('a drawn frame is used, and a notice states its input and output sizes', async () => {
    const background = { width: 200, height: 120 };
    const drawn = { left: 60, top: 20, width: 64, height: 64 };
    const concept = await replacing(background, { left: 70, top: 30, width: 30, height: 30 });
    const { image, frame, notices } = await render(
      tiny.engine,
      background,
      [concept],
      { keepOriginalBackground: false },
      drawn,
    );
    expect(frame).toEqual({ ...drawn, modelWidth: 32, modelHeight: 32 });
    expect(sentencesOf(notices).join()).toContain('The model saw the frame of 64 x 64 pixels at 32 x 32');
    const original = scenery(background, 1);
    const differs = (x: number, y: number) =>
      [0, 1, 2].some((c) => {
        const at = 3 * (y * background.width + x) + c;
        return image.data[at] !== original.data[at];
      });
    let [inside, outside] = [0, 0];
    for (let y = 0; y < 120; y++) {
      for (let x = 0; x < 200; x++) {
        if (!differs(x, y)) continue;
        if (x >= 60 && x < 124 && y >= 20 && y < 84) inside++;
        else outside++;
      }
    }
    expect(outside).toBe(0);
    expect(inside).toBeGreaterThan(64 * 64 * 0.9);
  });
});

test('a concept that extends beyond a drawn frame is named, one inside it is not', async () => {
  const background = { width: 200, height: 120 };
  const drawn = { left: 60, top: 20, width: 64, height: 64 };
  const cut = await replacing(background, { left: 40, top: 30, width: 60, height: 30 });
  expect(sentencesOf((await render(tiny.engine, background, [cut], {}, drawn)).notices).join()).toContain(
    '“thing” extends beyond the frame',
  );
  const inside = await replacing(background, { left: 70, top: 30, width: 30, height: 30 });
  expect(
    sentencesOf((await render(tiny.engine, background, [inside], {}, drawn)).notices).join(),
  ).not.toContain('extends beyond');
});

test('a small background is enlarged for the model, with a notice', async () => {
  const background = { width: 20, height: 14 };
  const concept = await replacing(background, { left: 4, top: 3, width: 12, height: 8 });
  const { image, notices } = await render(tiny.engine, background, [concept]);
  expect([image.width, image.height]).toEqual([20, 14]);
  expect(sentencesOf(notices).join()).toContain('was enlarged to the model’s size');
});

test('a smaller mask with the same aspect ratio is accepted, one with another refused', async () => {
  const background = { width: 160, height: 120 };
  const box = { left: 40, top: 30, width: 60, height: 60 };
  const half = await maskOf({ width: 80, height: 60 }, { left: 20, top: 15, width: 30, height: 30 });
  const concept = await replacing(background, box);
  const { image } = await render(tiny.engine, background, [{ ...concept, mask: half }]);
  expect(image.data).not.toEqual(scenery(background, 1).data);
  const square = await maskOf({ width: 60, height: 60 }, { left: 20, top: 15, width: 30, height: 30 });
  await expect(render(tiny.engine, background, [{ ...concept, mask: square }])).rejects.toMatchObject({
    code: 'SIZE_MISMATCH',
  });
});

describe('a placed concept', () => {
  const background = { width: 180, height: 130 };
  const place: Placement = {
    ...firstPlacement({ width: 24, height: 18 }, background),
    scale: 2.3,
    rotationDeg: 17,
    flipX: true,
    softEdgePx: 2,
    shadow: { offsetXPx: 3, offsetYPx: 5, blurPx: 4, opacity: 0.4 },
  };

  /** The collage by other means: a cut-out through libvips' affine transform would not be identical bit for bit. */
  async function collage(placement: Placement): Promise<RgbImage> {
    const concept = await placing(placement, 0);
    // Nothing of the model: with strength 0 and full detail the result is the staged background.
    return (await render(tiny.engine, background, [concept], { detail: 1 })).image;
  }

  test('with strength 0 and detail 1 is the collage: the picture’s own pixels if it is not scaled', async () => {
    const upright: Placement = {
      ...firstPlacement({ width: 24, height: 18 }, background),
      x: 92,
      y: 69,
      scale: 1,
    };
    const image = await collage(upright);
    const [original, cup] = [scenery(background, 1), scenery({ width: 24, height: 18 }, 5)];
    let largest = 0;
    for (let y = 0; y < background.height; y++) {
      for (let x = 0; x < background.width; x++) {
        const [u, v] = [x - 80, y - 60];
        const isCup = u >= 2 && u < 22 && v >= 2 && v < 16;
        for (let channel = 0; channel < 3; channel++) {
          const expected = isCup
            ? cup.data[3 * (v * 24 + u) + channel]!
            : original.data[3 * (y * background.width + x) + channel]!;
          const found = image.data[3 * (y * background.width + x) + channel]!;
          largest = Math.max(largest, Math.abs(found - expected));
        }
      }
    }
    expect(largest).toBeLessThanOrEqual(1);
  });

  test('with strength 0 and detail 1 does not depend on the model, whatever the placement', async () => {
    const one = await collage(place);
    const concept = await placing(place, 0);
    const other = (
      await render(tiny.engine, background, [{ ...concept, alpha: 1.5 }], { detail: 1, seed: 9, beta: 0 })
    ).image;
    const largest = one.data.reduce(
      (most, value, at) => Math.max(most, Math.abs(value - other.data[at]!)),
      0,
    );
    expect(largest).toBeLessThanOrEqual(1);
    expect(one.data).not.toEqual(scenery(background, 1).data);
  });

  test('gives the same bytes after it is moved and moved back', async () => {
    const first = await render(tiny.engine, background, [await placing(place, 0.5)], { detail: 0.5 });
    const moved = await render(tiny.engine, background, [await placing({ ...place, x: place.x + 20 }, 0.5)], {
      detail: 0.5,
    });
    const back = await render(tiny.engine, background, [await placing(place, 0.5)], { detail: 0.5 });
    expect(moved.image.data).not.toEqual(first.image.data);
    expect(Buffer.compare(back.image.data, first.image.data)).toBe(0);
  });

  test('has the strength that the pack’s autoencoder allows, with a notice', async () => {
    const { notices } = await render(tiny.engine, background, [await placing(place, null)]);
    // Random weights preserve nothing of a picture.
    expect(sentencesOf(notices).join()).toMatch(
      /reproduces the picture with “cup” only roughly \(\d+\.\d dB\).*strength of 0\.\d\d/,
    );
  });

  test('outside the frame is an error that says so', async () => {
    const away = await placing({ ...place, x: -300 }, 1);
    await expect(render(tiny.engine, background, [away])).rejects.toMatchObject({
      code: 'MASK_EMPTY',
      message: expect.stringContaining('is outside the frame'),
    });
  });

  test.each([
    ['an edge that is softer than it is wide', { softEdgePx: 64 }, 255],
    ['a size of less than a pixel', { scale: 0.01 }, 255],
    ['its own transparency', {}, 100],
  ])('that nowhere is half opaque, for %s, is an error that says so', async (_, change, alpha) => {
    const rgba = new Uint8Array(24 * 18 * 4).fill(255);
    for (let at = 3; at < rgba.length; at += 4) rgba[at] = alpha;
    const bytes = await sharp(rgba, { raw: { width: 24, height: 18, channels: 4 } })
      .png()
      .toBuffer();
    const faint = { ...(await placing({ ...place, ...change }, 1)), image: put(bytes), subject: null };
    await expect(render(tiny.engine, background, [faint], {}, 'whole')).rejects.toMatchObject({
      code: 'MASK_EMPTY',
      message: expect.stringContaining('is nowhere half opaque'),
    });
  });

  test('is cut out by its own transparency if it has no subject mask', async () => {
    const rgba = new Uint8Array(24 * 18 * 4).fill(255);
    for (let at = 0; at < 24 * 9 * 4; at += 4) rgba[at + 3] = 0;
    const bytes = await sharp(rgba, { raw: { width: 24, height: 18, channels: 4 } })
      .png()
      .toBuffer();
    const upright = { ...firstPlacement({ width: 24, height: 18 }, background), x: 92, y: 69, scale: 1 };
    const concept = { ...(await placing(upright, 0)), image: put(bytes), subject: null };
    const { image } = await render(tiny.engine, background, [concept], { detail: 1 });
    const at = (x: number, y: number) => [...image.data.subarray(3 * (y * 180 + x), 3 * (y * 180 + x) + 3)];
    const original = scenery(background, 1);
    expect(at(90, 64)).toEqual([...original.data.subarray(3 * (64 * 180 + 90), 3 * (64 * 180 + 90) + 3)]);
    expect(at(90, 74)).toEqual([255, 255, 255]);
  });
});

test('a mask on nothing is reported: replacing needs an object there', async () => {
  const background = { width: 64, height: 64 };
  const concept = await replacing(background, { left: 10, top: 10, width: 40, height: 40 });
  const same = await picture(background, 1);
  const request: RenderRequest = {
    version: 2,
    scene: {
      prompt: '',
      inpaintPrompt: '',
      background: same,
      inpainted: same,
      frame: 'whole',
      concepts: [concept],
    },
    parameters: { ...PAPER_PARAMETERS, steps: 1, swapGuidanceScale: 1 },
    pack: tiny.engine.pack.identity,
  };
  const { notices } = await tiny.engine.render(request, readAsset);
  expect(sentencesOf(notices).join()).toContain('There is no object at the mask of “thing”');
});

test('a render can be cancelled while it is assembled', async () => {
  const background = { width: 1200, height: 900 };
  const concept = await replacing(background, { left: 100, top: 100, width: 900, height: 700 });
  const request: RenderRequest = {
    version: 2,
    scene: {
      prompt: '',
      inpaintPrompt: '',
      background: await picture(background, 1),
      inpainted: await picture(background, 2),
      frame: 'whole',
      concepts: [concept],
    },
    parameters: { ...PAPER_PARAMETERS, steps: 1, swapGuidanceScale: 1 },
    pack: tiny.engine.pack.identity,
  };
  const controller = new AbortController();
  const run = tiny.engine.render(request, readAsset, {
    signal: controller.signal,
    onProgress: ({ stage, step, total }) => {
      if (stage === 'decode' && step === total) controller.abort();
    },
  });
  await expect(run).rejects.toMatchObject({ code: 'CANCELLED' });
});
