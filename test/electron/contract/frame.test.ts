/** Frames: the part of a background that the model sees, for any background and boxes. */
import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  type FramePack,
  type FrameRectangle,
  favouriteSizes,
  isMaskOf,
  MAX_MASK_PIXELS,
  maskSize,
  modelSize,
  resolveFrame,
} from '../../../electron/contract/frame.ts';

const side = fc.integer({ min: 16, max: 16_384 });
const backgrounds = fc
  .record({ width: side, height: side })
  .filter(({ width, height }) => width * height <= 1e8);
const packs = fc.constantFrom<FramePack & { size: { width: number; height: number } }>(
  { size: { width: 256, height: 256 }, multiple: 32 },
  { size: { width: 512, height: 512 }, multiple: 64 },
  { size: { width: 1024, height: 1024 }, multiple: 64 },
  { size: { width: 768, height: 512 }, multiple: 8 },
);
/** Boxes inside a background, as fractions of it. */
const share = fc.double({ min: 0, max: 1, noNaN: true });
const boxesIn = ({ width, height }: { width: number; height: number }) =>
  fc.array(
    fc.record({ x: share, y: share, w: share, h: share }).map(({ x, y, w, h }): FrameRectangle => {
      const [left, top] = [Math.floor(x * (width - 1)), Math.floor(y * (height - 1))];
      return {
        left,
        top,
        width: Math.max(Math.ceil(w * (width - left)), 1),
        height: Math.max(Math.ceil(h * (height - top)), 1),
      };
    }),
    { minLength: 1, maxLength: 4 },
  );
const scenes = backgrounds.chain((background) =>
  fc.record({ background: fc.constant(background), boxes: boxesIn(background), pack: packs }),
);

describe('an automatic frame', () => {
  it('lies inside the background, contains every box, and is the whole from 80 % of the background on', () => {
    fc.assert(
      fc.property(scenes, ({ background, boxes, pack }) => {
        const frame = resolveFrame('auto', background, boxes, pack);
        expect([frame.left, frame.top, frame.width, frame.height].every(Number.isInteger)).toBe(true);
        expect(frame.left >= 0 && frame.top >= 0).toBe(true);
        expect(frame.left + frame.width).toBeLessThanOrEqual(background.width);
        expect(frame.top + frame.height).toBeLessThanOrEqual(background.height);
        for (const box of boxes) {
          expect(frame.left).toBeLessThanOrEqual(box.left);
          expect(frame.top).toBeLessThanOrEqual(box.top);
          expect(frame.left + frame.width).toBeGreaterThanOrEqual(box.left + box.width);
          expect(frame.top + frame.height).toBeGreaterThanOrEqual(box.top + box.height);
        }
        const share = (frame.width * frame.height) / (background.width * background.height);
        expect(share <= 0.8 || share === 1).toBe(true);
      }),
    );
  });

  it('is never enlarged for the model if the background is large enough', () => {
    fc.assert(
      fc.property(scenes, ({ background, boxes, pack }) => {
        const frame = resolveFrame('auto', background, boxes, pack);
        const isWhole = frame.width === background.width && frame.height === background.height;
        const square = modelSize({ width: 1, height: 1 }, pack);
        const allows = background.width >= square.width && background.height >= square.height;
        if (allows && !isWhole)
          expect(frame.width * frame.height).toBeGreaterThanOrEqual(0.95 * square.width * square.height);
      }),
    );
  });

  it('is the whole without boxes, and if the background has the model’s size', () => {
    const pack = { size: { width: 256, height: 256 }, multiple: 32 };
    const whole = { left: 0, top: 0, width: 4000, height: 3000, modelWidth: 288, modelHeight: 224 };
    expect(resolveFrame('auto', { width: 4000, height: 3000 }, [], pack)).toEqual(whole);
    const box = { left: 10, top: 10, width: 40, height: 30 };
    expect(resolveFrame('auto', { width: 256, height: 256 }, [box], pack)).toEqual({
      left: 0,
      top: 0,
      width: 256,
      height: 256,
      modelWidth: 256,
      modelHeight: 256,
    });
  });

  it('gives a small object in a large photograph the model’s own size', () => {
    const pack = { size: { width: 512, height: 512 }, multiple: 64 };
    const box = { left: 2000, top: 1000, width: 200, height: 180 };
    expect(resolveFrame('auto', { width: 6000, height: 4000 }, [box], pack)).toEqual({
      left: 1844,
      top: 834,
      width: 512,
      height: 512,
      modelWidth: 512,
      modelHeight: 512,
    });
  });
});

describe('the model’s input size', () => {
  it('has about the pack’s area, in multiples, and stretches no side by more than half a multiple', () => {
    fc.assert(
      fc.property(backgrounds, packs, (background, pack) => {
        const { modelWidth, modelHeight } = resolveFrame('whole', background, [], pack);
        expect(modelWidth % pack.multiple).toBe(0);
        expect(modelHeight % pack.multiple).toBe(0);
        const scale = Math.sqrt(
          (pack.size.width * pack.size.height) / (background.width * background.height),
        );
        const isClose = (seen: number, of: number) =>
          Math.abs(seen - of * scale) <= pack.multiple / 2 || seen === pack.multiple;
        expect(isClose(modelWidth, background.width)).toBe(true);
        expect(isClose(modelHeight, background.height)).toBe(true);
      }),
    );
  });

  it('is the background’s own size for a pack without a size', () => {
    const pack = { size: null, multiple: 8 };
    expect(resolveFrame('whole', { width: 640, height: 424 }, [], pack)).toMatchObject({
      modelWidth: 640,
      modelHeight: 424,
    });
  });

  it('has a common aspect ratio for automatic frames', () => {
    expect(favouriteSizes({ size: { width: 512, height: 512 }, multiple: 64 })).toEqual([
      { width: 512, height: 512 },
      { width: 576, height: 448 },
      { width: 448, height: 576 },
      { width: 640, height: 448 },
      { width: 448, height: 640 },
      { width: 704, height: 384 },
      { width: 384, height: 704 },
    ]);
  });
});

it('a drawn frame is used as it is; one that extends beyond the picture is refused', () => {
  const pack = { size: { width: 256, height: 256 }, multiple: 32 };
  const drawn = { left: 100, top: 50, width: 512, height: 256 };
  expect(resolveFrame(drawn, { width: 700, height: 400 }, [], pack)).toEqual({
    ...drawn,
    modelWidth: 352,
    modelHeight: 192,
  });
  expect(() => resolveFrame(drawn, { width: 600, height: 400 }, [], pack)).toThrow(
    expect.objectContaining({ code: 'PARAMETER_INVALID' }),
  );
});

it('a mask has the background’s size up to four megapixels, about that many above, and always its aspect ratio', () => {
  expect(maskSize({ width: 2000, height: 2000 })).toEqual({ width: 2000, height: 2000 });
  expect(maskSize({ width: 6000, height: 4000 })).toEqual({ width: 2449, height: 1632 });
  fc.assert(
    fc.property(backgrounds, (background) => {
      const mask = maskSize(background);
      expect(isMaskOf(mask, background)).toBe(true);
      expect(mask.width * mask.height).toBeLessThanOrEqual(MAX_MASK_PIXELS);
      if (background.width * background.height <= MAX_MASK_PIXELS) expect(mask).toEqual(background);
    }),
  );
  expect(isMaskOf({ width: 100, height: 100 }, { width: 400, height: 300 })).toBe(false);
});
