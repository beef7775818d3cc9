/** A concept's cut-out, and laying it onto a picture where it is placed, with its shadow. */
import { StudioError } from '../../contract/errors.ts';
import type { Placement, Shadow } from '../../contract/placement.ts';
import type {
  CastingLayer,
  CutOut,
  PlacedLayer,
  Viewport,
} from '../../foundation/pictures/placed-picture.ts';
import type { Rectangle } from '../../pipeline/masks/rectangle.ts';
import type { RgbImage } from '../../pipeline/processors/image.ts';
import { gaussianBlur } from '../../pipeline/tensor/image-kernels.ts';
import { resampleWindow } from '../../pipeline/tensor/resample-window.ts';
import { type Tensor, tensor } from '../../pipeline/tensor/tensor.ts';

/**
 * @param image with its own opacity, 4 bytes a pixel
 * @param subject mask of its subject, dims [height, width] of the image, 0..1; null for everything opaque
 * @throws StudioError MASK_EMPTY when nothing is left
 */
export function cutOutOf(image: CutOut, subject: Tensor | null, name: string): CutOut {
  const data = new Uint8Array(image.data);
  let isEmpty = true;
  for (let pixel = 0; pixel < image.width * image.height; pixel++) {
    const at = 4 * pixel + 3;
    if (subject !== null) data[at] = Math.round(data[at]! * subject.data[pixel]!);
    if (data[at]! > 0) isEmpty = false;
  }
  if (!isEmpty) return { width: image.width, height: image.height, data };
  throw new StudioError(
    'MASK_EMPTY',
    `Nothing is left of the picture of "${name}": its subject mask and its transparency hide every pixel. Draw a larger subject mask.`,
  );
}

/** The smallest rectangle around a cut-out's visible part, in its pixels. */
export function boundsOfCutOut({ width, height, data }: CutOut): Rectangle {
  let [left, top, right, bottom] = [width, height, -1, -1];
  for (let y = 0; y < height; y++) {
    for (let x = 0; x < width; x++) {
      if (data[4 * (y * width + x) + 3] === 0) continue;
      if (top === height) top = y;
      bottom = y;
      if (x < left) left = x;
      if (x > right) right = x;
    }
  }
  return { left, top, width: right - left + 1, height: bottom - top + 1 };
}

/** The opacity of a layer as a plane of the viewport, dims [height, width], 0..1. */
export function shapeOf({ area, data }: PlacedLayer, { width, height }: Viewport): Tensor {
  const plane = new Float32Array(width * height);
  for (let y = 0; y < area.height; y++) {
    for (let x = 0; x < area.width; x++) {
      plane[(area.top + y) * width + area.left + x] = data[4 * (y * area.width + x) + 3]! / 255;
    }
  }
  return tensor(plane, [height, width]);
}

/** Draws a placed cut-out, shadow first, onto a picture of the viewport's size, in place. */
export function layOnto(
  picture: RgbImage,
  layer: CastingLayer,
  { opacity, shadow }: Pick<Placement, 'opacity' | 'shadow'>,
  viewport: Viewport,
): void {
  if (shadow !== null) layShadow(picture, layer.caster, shadow, opacity, viewport);
  const { area, data } = layer;
  for (let y = 0; y < area.height; y++) {
    for (let x = 0; x < area.width; x++) {
      const from = 4 * (y * area.width + x);
      mixInto(
        picture.data,
        3 * ((area.top + y) * picture.width + area.left + x),
        data,
        from,
        (data[from + 3]! / 255) * opacity,
      );
    }
  }
}

function mixInto(into: Uint8Array, at: number, colours: Uint8Array, from: number, weight: number): void {
  if (weight === 0) return;
  for (let channel = 0; channel < 3; channel++) {
    into[at + channel] = Math.round(weight * colours[from + channel]! + (1 - weight) * into[at + channel]!);
  }
}

/** Widest blur, in pixels, at full resolution; wider ones use a coarser grid. */
const FINE_BLUR_PX = 3;

function layShadow(
  picture: RgbImage,
  { area, data }: PlacedLayer,
  shadow: Shadow,
  opacity: number,
  { window, width, height }: Viewport,
): void {
  const [scaleX, scaleY] = [width / window.width, height / window.height];
  const sigmaPx = shadow.blurPx * Math.sqrt(scaleX * scaleY);
  const cell = Math.max(Math.floor(sigmaPx / FINE_BLUR_PX), 1);
  const reach = Math.ceil(3 * sigmaPx) + cell;
  // 1. The outline on a grid of cells around the area.
  const [columns, rows] = [
    Math.ceil((area.width + 2 * reach) / cell),
    Math.ceil((area.height + 2 * reach) / cell),
  ];
  const coarse = new Float32Array(columns * rows);
  const share = 1 / (255 * cell * cell);
  for (let y = 0; y < area.height; y++) {
    const row = Math.floor((y + reach) / cell) * columns;
    for (let x = 0; x < area.width; x++) {
      const at = row + Math.floor((x + reach) / cell);
      coarse[at] = coarse[at]! + data[4 * (y * area.width + x) + 3]! * share;
    }
  }
  const blurred = gaussianBlur(tensor(coarse, [rows, columns]), sigmaPx / cell);
  // 2. Where the shadow falls, clipped to the viewport.
  const offsetX = area.left - reach + shadow.offsetXPx * scaleX;
  const offsetY = area.top - reach + shadow.offsetYPx * scaleY;
  const left = Math.max(Math.floor(offsetX), 0);
  const top = Math.max(Math.floor(offsetY), 0);
  const right = Math.min(Math.ceil(offsetX + columns * cell), width);
  const bottom = Math.min(Math.ceil(offsetY + rows * cell), height);
  if (right <= left || bottom <= top) return;
  const fine = resampleWindow(
    blurred,
    {
      left: (left - offsetX) / cell,
      top: (top - offsetY) / cell,
      width: (right - left) / cell,
      height: (bottom - top) / cell,
    },
    { width: right - left, height: bottom - top },
  );
  // 3. Black onto the picture.
  for (let y = top; y < bottom; y++) {
    for (let x = left; x < right; x++) {
      const weight = fine.data[(y - top) * (right - left) + x - left]! * shadow.opacity * opacity;
      if (weight < 1 / 512) continue;
      const at = 3 * (y * picture.width + x);
      for (let channel = at; channel < at + 3; channel++) {
        picture.data[channel] = Math.round((1 - weight) * picture.data[channel]!);
      }
    }
  }
}
