/**
 * Removes objects from a picture that is too large for the fills, or whose size does not fit the latents: a frame
 * around the masks is filled at a suitable size and pasted back into the full-size picture.
 */
import { StudioError } from '../../contract/errors.ts';
import {
  type FramePack,
  type FrameRectangle,
  type FrameSize,
  isMaskOf,
  type ResolvedFrame,
  resolveFrame,
} from '../../contract/frame.ts';
import { removalHole } from '../../pipeline/inpainting/object-removal.ts';
import { growMask } from '../../pipeline/masks/grow-shrink.ts';
import { boundingRectangle } from '../../pipeline/masks/rectangle.ts';
import type { CancelSignal } from '../../pipeline/ports.ts';
import type { Inpainter } from '../../pipeline/preparation-ports.ts';
import type { RgbImage } from '../../pipeline/processors/image.ts';
import { maximumPlane } from '../../pipeline/tensor/image-kernels.ts';
import type { Tensor } from '../../pipeline/tensor/tensor.ts';
import { decodeFrame, decodeImage, type PictureFile, resizeImage } from '../images/images.ts';
import { hearCancel } from '../runtime/cancelling.ts';
import { objectsInFrame, opacitySize } from '../scene/opacity-plane.ts';
import { maskInFrame } from '../scene/scene-assets.ts';

/** Most pixels of a picture that is filled without a frame. */
export const MAX_DIRECT_PIXELS = 1_500_000;

/** Pixels up to which diffusion gains nothing from a frame. */
export const MIN_FRAMED_PIXELS = 128 * 128;

/** The size for fills that accept any: a compromise between sharpness and speed. */
const ANY_SIZE: FramePack = { size: { width: 768, height: 768 }, multiple: 8 };

/** A frame around the objects, and their hole in it, at the size of the fill. */
export interface FramedHole {
  readonly frame: ResolvedFrame;
  readonly hole: Tensor;
}

/**
 * @param masks dims [height, width] each, in the picture's aspect
 * @param growPx margin in pixels of the picture
 * @param pack sizes of the fill; null for one that accepts any
 * @throws StudioError SIZE_MISMATCH; PipelineError MASK_EMPTY
 */
export function frameHole(
  masks: readonly Tensor[],
  growPx: number,
  picture: FrameSize,
  pack: FramePack | null,
): FramedHole {
  const boxes = masks.flatMap((mask): FrameRectangle[] => {
    const [height, width] = mask.dims as [number, number];
    if (!isMaskOf({ width, height }, picture)) {
      throw new StudioError(
        'SIZE_MISMATCH',
        `A mask is ${width} x ${height} pixels, but the picture is ${picture.width} x ${picture.height}. A mask needs ` +
          'the picture’s size, or a smaller size of the same aspect.',
      );
    }
    const bounds = boundingRectangle(mask);
    if (bounds === undefined) return [];
    const [scaleX, scaleY] = [picture.width / width, picture.height / height];
    return [
      {
        left: bounds.left * scaleX - growPx,
        top: bounds.top * scaleY - growPx,
        width: bounds.width * scaleX + 2 * growPx,
        height: bounds.height * scaleY + 2 * growPx,
      },
    ];
  });
  const sizes = pack !== null && pack.size !== null ? pack : ANY_SIZE;
  const frame = resolveFrame('auto', picture, boxes, sizes);
  const { modelWidth: width, modelHeight: height } = frame;
  const inFrame = masks.map((mask) => maskInFrame(mask, picture, { window: frame, width, height }));
  const grow = Math.max(growPx * Math.sqrt((width * height) / (frame.width * frame.height)), 1);
  return { frame, hole: removalHole(inFrame, grow, { width, height }) };
}

/**
 * Fills the hole at its own size and pastes the fill into the picture. Pixels outside the grown masks stay unchanged,
 * byte for byte.
 *
 * @returns the picture's size
 */
export async function fillFramed(
  image: PictureFile,
  masks: readonly Tensor[],
  growPx: number,
  { frame, hole }: FramedHole,
  inpainter: Inpainter,
  signal?: CancelSignal,
): Promise<RgbImage> {
  const seen = { width: frame.modelWidth, height: frame.modelHeight };
  const part = await decodeFrame(image, frame, seen);
  const filled = await inpainter.fill(part, hole, signal);
  await hearCancel(signal);
  const { pixels } = await decodeImage(image);
  await hearCancel(signal);
  // 1. Where the fill shows: the grown masks, minus what linear interpolation adds around them.
  const noFade = { fadePx: 0, bandPx: 0 };
  const size = opacitySize(frame, noFade);
  const picture = { width: pixels.width, height: pixels.height };
  const planes = masks.map((mask) => maskInFrame(mask, picture, { window: frame, ...size }));
  const perPx = Math.sqrt((size.width * size.height) / (frame.width * frame.height));
  const union = maximumPlane(planes, [size.height, size.width]);
  const shown = objectsInFrame([growMask(union, Math.max(growPx * perPx - 1, 0))], frame, size, noFade);
  const area = shown.bounds;
  if (area === undefined) return pixels;
  // 2. Into the picture, row by row.
  const enlarged = await resizeImage(filled, { width: frame.width, height: frame.height });
  const weights = new Float32Array(area.width);
  for (let y = area.top; y < area.top + area.height; y++) {
    shown.rowInto(y, area, weights);
    const into = 3 * ((frame.top + y) * pixels.width + frame.left + area.left);
    const from = 3 * (y * frame.width + area.left);
    for (let x = 0; x < area.width; x++) {
      const weight = weights[x]!;
      if (weight === 0) continue;
      for (let channel = 3 * x; channel < 3 * x + 3; channel++) {
        const below = pixels.data[into + channel]!;
        pixels.data[into + channel] = Math.round(
          weight * enlarged.data[from + channel]! + (1 - weight) * below,
        );
      }
    }
  }
  await hearCancel(signal);
  return pixels;
}
