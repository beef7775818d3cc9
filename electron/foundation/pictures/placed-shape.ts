/** Opacity of a placed picture and its shadow, for exports, as the canvas and the render show it. */
import type { Placement, Shadow } from '../../contract/placement.ts';
import { sharp } from './libvips.ts';
import type { PictureRegion, PictureSize, Pixels, PlacedShape } from './picture-codec.ts';
import { type CutOut, drawCasting, type PlacedLayer } from './placed-picture.ts';

/** The smallest blur that libvips accepts. */
const LEAST_SIGMA_PX = 0.3;

/**
 * @param cutOut the picture with its own opacity, minus what a subject mask excludes
 * @param size of the background
 */
export async function shapeOfPlaced(
  cutOut: CutOut,
  placement: Placement,
  size: PictureSize,
): Promise<PlacedShape> {
  const { opacity, shadow } = placement;
  const layer = await drawCasting(cutOut, placement, { window: { left: 0, top: 0, ...size }, ...size });
  const outline = opacityOf(layer, { left: 0, top: 0, ...size });
  const shape = { ...outline, data: outline.data.map((value) => Math.round(value * opacity)) };
  if (shadow === null) return { shape, shadow: null };
  const data = await shadowOf(layer.caster, shadow, size);
  return {
    shape,
    shadow: { ...size, data: data.map((value) => Math.round(value * shadow.opacity * opacity)) },
  };
}

/** Where the shadow of a layer falls, 0..255, without its opacity. */
async function shadowOf(
  caster: PlacedLayer,
  { blurPx, offsetXPx, offsetYPx }: Shadow,
  { width, height }: PictureSize,
): Promise<Uint8Array> {
  const data = new Uint8Array(width * height);
  const { area } = caster;
  if (area.width === 0 || area.height === 0) return data;
  const reach = Math.ceil(3 * blurPx);
  const region = {
    left: area.left - reach,
    top: area.top - reach,
    width: area.width + 2 * reach,
    height: area.height + 2 * reach,
  };
  const blurred = await blur(opacityOf(caster, region), blurPx);
  const [offsetX, offsetY] = [region.left + Math.round(offsetXPx), region.top + Math.round(offsetYPx)];
  for (let y = Math.max(offsetY, 0); y < Math.min(offsetY + region.height, height); y++) {
    for (let x = Math.max(offsetX, 0); x < Math.min(offsetX + region.width, width); x++) {
      data[y * width + x] = blurred.data[(y - offsetY) * region.width + x - offsetX]!;
    }
  }
  return data;
}

/** The opacity of a layer in a region that contains it, 0..255. */
function opacityOf({ area, data }: PlacedLayer, { left, top, width, height }: PictureRegion): Pixels {
  const plane = new Uint8Array(width * height);
  for (let y = 0; y < area.height; y++) {
    for (let x = 0; x < area.width; x++) {
      plane[(area.top - top + y) * width + area.left - left + x] = data[4 * (y * area.width + x) + 3]!;
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
