/**
 * The frame: the rectangle of the background that the model sees, and the size at which it sees it. Pure, so that the
 * page shows the frame that the engine will take.
 */
import * as z from 'zod';
import { StudioError } from './errors.ts';

/** Most pixels of a mask; the masks of larger backgrounds are smaller than them. */
export const MAX_MASK_PIXELS = 4_000_000;

/** An automatic frame that covers at least this share of the background becomes the whole of it. */
const WHOLE_FROM_SHARE = 0.8;

/** Context around the masks of an automatic frame: a share of the longer side, and a least number of pixels. */
const CONTEXT_SHARE = 0.25;
const MIN_CONTEXT_PX = 32;

/** Aspect ratios (width / height) of automatic frames, the squarest first. */
const FAVOURITE_ASPECTS = [1, 4 / 3, 3 / 4, 3 / 2, 2 / 3, 16 / 9, 9 / 16] as const;

/** A size in whole pixels. */
export interface FrameSize {
  readonly width: number;
  readonly height: number;
}

/** A rectangle in background pixels: left <= x < left + width, top <= y < top + height. */
export interface FrameRectangle extends FrameSize {
  readonly left: number;
  readonly top: number;
}

/** The properties of a model pack that decide the sizes it works at. */
export interface FramePack {
  /** The picture size that the weights were trained for; null: any size, so nothing is resampled. */
  readonly size: FrameSize | null;
  /** Both sides of what the model sees are multiples of this many pixels. */
  readonly multiple: number;
}

export const frameRectangleSchema = z.strictObject({
  left: z.int().nonnegative(),
  top: z.int().nonnegative(),
  width: z.int().positive(),
  height: z.int().positive(),
});

export const frameSchema = z
  .union([z.enum(['auto', 'whole']), frameRectangleSchema])
  .describe(
    'The part of the background that the model sees: "auto" is the masks with their surroundings, "whole" all of it, or a ' +
      'rectangle in background pixels.',
  );
export type Frame = z.infer<typeof frameSchema>;

/** A rendered frame: its rectangle in the background, and the size at which the model saw it. */
export const resolvedFrameSchema = frameRectangleSchema.extend({
  modelWidth: z.int().positive(),
  modelHeight: z.int().positive(),
});
export type ResolvedFrame = z.infer<typeof resolvedFrameSchema>;

/**
 * Size of the masks of a background: its own, or, above {@link MAX_MASK_PIXELS}, the largest of its aspect with at most
 * as many, each side within 1 px of one common scale.
 */
export function maskSize({ width, height }: FrameSize): FrameSize {
  const scale = Math.sqrt(MAX_MASK_PIXELS / (width * height));
  if (scale >= 1) return { width, height };
  return { width: Math.max(Math.floor(width * scale), 1), height: Math.max(Math.floor(height * scale), 1) };
}

/**
 * Whether a mask has the background's aspect: each side within one pixel of one common scale.
 */
export function isMaskOf(mask: FrameSize, background: FrameSize): boolean {
  const least = Math.max((mask.width - 1) / background.width, (mask.height - 1) / background.height);
  const most = Math.min((mask.width + 1) / background.width, (mask.height + 1) / background.height);
  return least <= most;
}

/** Whether a drawn frame lies inside a background. */
export function isFrameInside(frame: Frame, background: FrameSize): boolean {
  if (typeof frame === 'string') return true;
  const { left, top, width, height } = frame;
  return left + width <= background.width && top + height <= background.height;
}

/** Whether the frame has fewer pixels than the model works on, so that it is enlarged. */
export function isEnlarged({ width, height, modelWidth, modelHeight }: ResolvedFrame): boolean {
  return modelWidth * modelHeight > width * height;
}

/**
 * The size at which the model sees a rectangle: the trained area in the rectangle's own aspect, each side the nearest
 * multiple, so that nothing is cropped and the two scales differ by less than half a multiple per side.
 */
export function modelSize(rectangle: FrameSize, { size, multiple }: FramePack): FrameSize {
  const area = size === null ? rectangle.width * rectangle.height : size.width * size.height;
  const aspect = rectangle.width / rectangle.height;
  return {
    width: nearestMultiple(Math.sqrt(area * aspect), multiple),
    height: nearestMultiple(Math.sqrt(area / aspect), multiple),
  };
}

/** The sizes of automatic frames: the trained area at common aspects. */
export function favouriteSizes(pack: FramePack & { readonly size: FrameSize }): FrameSize[] {
  return FAVOURITE_ASPECTS.map((aspect) => modelSize({ width: aspect, height: 1 }, pack));
}

/**
 * Where a frame lies and the size at which the model sees it.
 *
 * 'whole' is all of the background. 'auto' is the sharpest rectangle of a favourite aspect that holds the boxes with
 * their context, not smaller than what the model works on where the background allows that, moved inside the
 * background; from 80 % of the background on, it is the whole. A rectangle is taken as it is.
 *
 * @param boxes that the frame must contain, in background pixels: the bounds of masks and placed pictures
 * @throws StudioError PARAMETER_INVALID for a rectangle that extends beyond the background
 */
export function resolveFrame(
  frame: Frame,
  background: FrameSize,
  boxes: readonly FrameRectangle[],
  pack: FramePack,
): ResolvedFrame {
  if (!isFrameInside(frame, background)) {
    throw new StudioError(
      'PARAMETER_INVALID',
      `The frame extends beyond the background, which is ${background.width} x ${background.height} pixels. Draw it ` +
        'inside, or choose "auto" or "whole".',
    );
  }
  const rectangle =
    frame === 'whole' ? wholeOf(background) : frame === 'auto' ? autoFrame(background, boxes, pack) : frame;
  const seen = modelSize(rectangle, pack);
  const { left, top, width, height } = rectangle;
  return { left, top, width, height, modelWidth: seen.width, modelHeight: seen.height };
}

function wholeOf({ width, height }: FrameSize): FrameRectangle {
  return { left: 0, top: 0, width, height };
}

function autoFrame(
  background: FrameSize,
  boxes: readonly FrameRectangle[],
  { size, multiple }: FramePack,
): FrameRectangle {
  const wanted = unionInside(boxes, background);
  if (size === null || wanted === undefined) return wholeOf(background);
  const context = Math.max(CONTEXT_SHARE * Math.max(wanted.width, wanted.height), MIN_CONTEXT_PX);
  const needed = {
    width: Math.min(wanted.width + 2 * context, background.width),
    height: Math.min(wanted.height + 2 * context, background.height),
  };
  // The sharpest: the fewest background pixels per pixel of the model.
  const [sharpest] = favouriteSizes({ size, multiple })
    .map(({ width, height }) => {
      const scale = Math.max(needed.width / width, needed.height / height, 1);
      return { scale, width: Math.ceil(width * scale - 1e-9), height: Math.ceil(height * scale - 1e-9) };
    })
    .filter(({ width, height }) => width <= background.width && height <= background.height)
    .sort((a, b) => a.scale - b.scale);
  // No preferred aspect fits a narrow or small background: take what the boxes need, in its own aspect.
  const taken = sharpest ?? {
    width: Math.min(Math.ceil(Math.max(needed.width, size.width)), background.width),
    height: Math.min(Math.ceil(Math.max(needed.height, size.height)), background.height),
  };
  if (areaOf(taken) > WHOLE_FROM_SHARE * areaOf(background)) return wholeOf(background);
  return {
    width: taken.width,
    height: taken.height,
    left: clamp(Math.round(wanted.left + (wanted.width - taken.width) / 2), background.width - taken.width),
    top: clamp(Math.round(wanted.top + (wanted.height - taken.height) / 2), background.height - taken.height),
  };
}

/** The smallest rectangle around all boxes, clipped to the background; undefined when it is empty. */
function unionInside(
  boxes: readonly FrameRectangle[],
  { width, height }: FrameSize,
): FrameRectangle | undefined {
  const left = Math.max(Math.min(...boxes.map((box) => box.left)), 0);
  const top = Math.max(Math.min(...boxes.map((box) => box.top)), 0);
  const right = Math.min(Math.max(...boxes.map((box) => box.left + box.width)), width);
  const bottom = Math.min(Math.max(...boxes.map((box) => box.top + box.height)), height);
  if (!(left < right && top < bottom)) return undefined;
  return { left, top, width: right - left, height: bottom - top };
}

function areaOf({ width, height }: FrameSize): number {
  return width * height;
}

function clamp(value: number, max: number): number {
  return Math.min(Math.max(value, 0), max);
}

function nearestMultiple(value: number, multiple: number): number {
  return Math.max(Math.round(value / multiple), 1) * multiple;
}
