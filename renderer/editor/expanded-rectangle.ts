/** The rectangles around masks within which dilution leaves objects alone (method.md, stage 2 step 5). */

import type { ResolvedFrame } from '../../electron/contract/frame.ts';
import { expandedRectangle, type LatentMaskOptions } from '../../electron/pipeline/mixing/latent-masks.ts';
import { tensor } from '../../electron/pipeline/tensor/tensor.ts';
import { intersectRects, type MaskPlane, type PixelRect, planeRect } from './mask-plane.ts';
import type { MaskSpace } from './mask-space.ts';
import { resamplePart } from './resample-plane.ts';

/**
 * The method's own rectangles, computed by its code at latent resolution. Resampling the masks takes time, so it is
 * not for every stroke.
 *
 * @param masks of the rendered concepts, all of one size
 * @returns one per mask, in image pixels; undefined for an empty mask
 */
export function expandedRectangles(
  masks: readonly MaskPlane[],
  options: LatentMaskOptions,
): (PixelRect | undefined)[] {
  const { downscale } = options;
  const [first] = masks;
  if (first === undefined) return [];
  const dims = [Math.ceil(first.height / downscale), Math.ceil(first.width / downscale)] as const;
  return masks.map((plane) => {
    const rectangle = expandedRectangle(weightsOf(plane, dims, downscale), dims, options);
    if (rectangle === undefined) return undefined;
    const { left, top, width, height } = rectangle;
    const inPixels = {
      left: left * downscale,
      top: top * downscale,
      right: (left + width) * downscale,
      bottom: (top + height) * downscale,
    };
    return intersectRects(inPixels, planeRect(first));
  });
}

/** 0..1, padded with zeros on the right and bottom to whole latent elements. */
function weightsOf({ width, height, data }: MaskPlane, dims: readonly [number, number], downscale: number) {
  const [rows, columns] = [dims[0] * downscale, dims[1] * downscale];
  const weights = new Float32Array(rows * columns);
  for (let y = 0; y < height; y++) {
    for (let x = 0; x < width; x++) weights[y * columns + x] = data[y * width + x]! / 255;
  }
  return tensor(weights, [rows, columns]);
}

/** A mask as the model sees it: the part inside the frame, at the model's size. */
export function framedMask(plane: MaskPlane, { scaleX, scaleY }: MaskSpace, frame: ResolvedFrame): MaskPlane {
  const { left, top, width, height, modelWidth, modelHeight } = frame;
  const part = { left: left * scaleX, top: top * scaleY, width: width * scaleX, height: height * scaleY };
  return resamplePart(plane, part, { width: modelWidth, height: modelHeight });
}

/** Converts a rectangle at the model's size to background pixels; may be fractional. */
export function outOfFrame(rect: PixelRect, frame: ResolvedFrame): PixelRect {
  const { left, top, width, height, modelWidth, modelHeight } = frame;
  return {
    left: left + (rect.left * width) / modelWidth,
    top: top + (rect.top * height) / modelHeight,
    right: left + (rect.right * width) / modelWidth,
    bottom: top + (rect.bottom * height) / modelHeight,
  };
}
