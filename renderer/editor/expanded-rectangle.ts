/** The rectangles around masks within which dilution leaves objects alone (method.md, stage 2 step 5). */
import { boundingRectangle, expandRectangle } from '../../electron/pipeline/masks/rectangle.ts';
import { type LatentMaskOptions, latentMasks } from '../../electron/pipeline/mixing/latent-masks.ts';
import { tensor } from '../../electron/pipeline/tensor/tensor.ts';
import { intersectRects, type MaskPlane, type PixelRect, planeRect } from './mask-plane.ts';

/**
 * The method's own rectangles, computed by the method's own code: the masks are feathered, brought to latent
 * resolution, and cut by those in front of them first. Takes the time of that, so it is not for every stroke.
 *
 * @param masks of the concepts that are rendered, from the back layer to the front, all of one size
 * @returns one per mask, in image pixels; undefined where nothing of it is left
 */
export function expandedRectangles(
  masks: readonly MaskPlane[],
  options: LatentMaskOptions,
): (PixelRect | undefined)[] {
  const { downscale, expandLatent } = options;
  const [first] = masks;
  if (first === undefined) return [];
  const dims = [Math.ceil(first.height / downscale), Math.ceil(first.width / downscale)] as const;
  const concepts = masks.map((plane, order) => ({ mask: weightsOf(plane, dims, downscale), order }));
  return latentMasks(concepts, dims, options).regionMasks.map((region) => {
    const bounds = boundingRectangle(region);
    if (bounds === undefined) return undefined;
    const { left, top, width, height } = expandRectangle(bounds, expandLatent, dims);
    const inPixels = {
      left: left * downscale,
      top: top * downscale,
      right: (left + width) * downscale,
      bottom: (top + height) * downscale,
    };
    return intersectRects(inPixels, planeRect(first));
  });
}

/** 0..1, with zeros to the right and below up to whole latent elements. */
function weightsOf({ width, height, data }: MaskPlane, dims: readonly [number, number], downscale: number) {
  const [rows, columns] = [dims[0] * downscale, dims[1] * downscale];
  const weights = new Float32Array(rows * columns);
  for (let y = 0; y < height; y++) {
    for (let x = 0; x < width; x++) weights[y * columns + x] = data[y * width + x]! / 255;
  }
  return tensor(weights, [rows, columns]);
}
