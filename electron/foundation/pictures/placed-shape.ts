/** Opacity of a placed picture and its shadow, for exports, as the canvas and the render show it. */
import type { Placement } from '../../contract/placement.ts';
import { sharp } from './libvips.ts';
import type { PictureSize, Pixels, PlacedShape } from './picture-codec.ts';
import { type CutOut, drawPlaced, type PlacedLayer } from './placed-picture.ts';

/** The smallest blur that libvips accepts. */
const LEAST_SIGMA_PX = 0.3;

/**
 * @param cutOut the picture with its own opacity, minus what a subject mask excludes
 * @param size of the background
 */
export async function shapeOfPlaced(
  cutOut: CutOut,
  placement: Placement,
  { width, height }: PictureSize,
): Promise<PlacedShape> {
  const { opacity, shadow } = placement;
  const layer = await drawPlaced(cutOut, placement, {
    window: { left: 0, top: 0, width, height },
    width,
    height,
  });
  const outline = planeOf(layer, width, height);
  const shape = { ...outline, data: outline.data.map((value) => Math.round(value * opacity)) };
  if (shadow === null) return { shape, shadow: null };
  const blurred = await blur(outline, shadow.blurPx);
  const [offsetX, offsetY] = [Math.round(shadow.offsetXPx), Math.round(shadow.offsetYPx)];
  const data = new Uint8Array(width * height);
  for (let y = Math.max(offsetY, 0); y < Math.min(height + offsetY, height); y++) {
    for (let x = Math.max(offsetX, 0); x < Math.min(width + offsetX, width); x++) {
      const from = blurred.data[(y - offsetY) * width + x - offsetX]!;
      data[y * width + x] = Math.round(from * shadow.opacity * opacity);
    }
  }
  return { shape, shadow: { width, height, data } };
}

function planeOf({ area, data }: PlacedLayer, width: number, height: number): Pixels {
  const plane = new Uint8Array(width * height);
  for (let y = 0; y < area.height; y++) {
    for (let x = 0; x < area.width; x++) {
      plane[(area.top + y) * width + area.left + x] = data[4 * (y * area.width + x) + 3]!;
    }
  }
  return { width, height, data: plane };
}

async function blur({ width, height, data }: Pixels, sigmaPx: number): Promise<Pixels> {
  if (sigmaPx < LEAST_SIGMA_PX) return { width, height, data };
  const blurred = await sharp(data, { raw: { width, height, channels: 1 } })
    .blur(sigmaPx)
    .toColourspace('b-w')
    .raw({ depth: 'uchar' })
    .toBuffer();
  return { width, height, data: new Uint8Array(blurred) };
}
