/** A concept's cut-out, and how it looks where it is placed: scaled, turned, mirrored, softened, with its shadow. */
import { StudioError } from '../../contract/errors.ts';
import { type Placement, placementMatrix, type Shadow } from '../../contract/placement.ts';
import { sharp } from '../../foundation/pictures/libvips.ts';
import { squaredDistanceTo } from '../../pipeline/masks/distance-transform.ts';
import type { Rectangle } from '../../pipeline/masks/rectangle.ts';
import { REGION_THRESHOLD } from '../../pipeline/masks/region.ts';
import type { RgbImage } from '../../pipeline/processors/image.ts';
import { gaussianBlur } from '../../pipeline/tensor/image-kernels.ts';
import { type PlaneWindow, resampleWindow } from '../../pipeline/tensor/resample-window.ts';
import { type Tensor, tensor } from '../../pipeline/tensor/tensor.ts';

/** An image with its opacity: 4 bytes a pixel, colours not multiplied by it. */
export interface CutOut {
  readonly width: number;
  readonly height: number;
  readonly data: Uint8Array;
}

/** What of the background is drawn, and at which size. */
export interface Viewport {
  /** In background pixels. */
  readonly window: PlaneWindow;
  readonly width: number;
  readonly height: number;
}

/** A placed cut-out as far as a viewport shows it. */
export interface PlacedLayer {
  /** The part of the viewport that it covers, in its pixels; nothing where width or height is 0. */
  readonly area: Rectangle;
  /** 4 bytes a pixel of the area; the placement's opacity is not in it. */
  readonly data: Uint8Array;
}

/**
 * @param image with its own opacity, 4 bytes a pixel
 * @param subject what in it is the thing, dims [height, width] of the image, 0..1; null for all that is not transparent
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
    `Nothing is left of the picture of "${name}": its subject mask and its own transparency leave no pixel.`,
  );
}

/** The smallest rectangle around what a cut-out shows, in its pixels. */
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

/**
 * Draws a cut-out where it is placed, the placement's soft edge included.
 *
 * It is shrunk by Lanczos's filter first where it becomes smaller, then sampled by Catmull-Rom's cubic (Keys 1981,
 * a = -1/2), colours multiplied by opacity so that what is transparent does not bleed.
 */
export async function drawPlaced(
  cutOut: CutOut,
  placement: Placement,
  viewport: Viewport,
): Promise<PlacedLayer> {
  const { window } = viewport;
  const [scaleX, scaleY] = [viewport.width / window.width, viewport.height / window.height];
  const m = placementMatrix(placement, cutOut);
  let [a, b, c, d] = [m.a * scaleX, m.b * scaleY, m.c * scaleX, m.d * scaleY];
  const [e, f] = [(m.e - window.left) * scaleX, (m.f - window.top) * scaleY];
  // 1. Shrink along the image's own axes.
  const source = await shrink(cutOut, Math.hypot(a, b), Math.hypot(c, d));
  [a, b] = [(a * cutOut.width) / source.width, (b * cutOut.width) / source.width];
  [c, d] = [(c * cutOut.height) / source.height, (d * cutOut.height) / source.height];
  // 2. Where it lies in the viewport.
  const corners = [
    [0, 0],
    [source.width, 0],
    [0, source.height],
    [source.width, source.height],
  ].map(([x, y]) => [a * x! + c * y! + e, b * x! + d * y! + f] as const);
  const left = Math.max(Math.floor(Math.min(...corners.map(([x]) => x))) - 1, 0);
  const top = Math.max(Math.floor(Math.min(...corners.map(([, y]) => y))) - 1, 0);
  const right = Math.min(Math.ceil(Math.max(...corners.map(([x]) => x))) + 1, viewport.width);
  const bottom = Math.min(Math.ceil(Math.max(...corners.map(([, y]) => y))) + 1, viewport.height);
  const area = { left, top, width: Math.max(right - left, 0), height: Math.max(bottom - top, 0) };
  if (area.width === 0 || area.height === 0) return { area, data: new Uint8Array(0) };
  // 3. Sample: the inverse of the matrix, from the viewport's pixel centres to the image's.
  const determinant = a * d - b * c;
  const [ia, ib, ic, id] = [d / determinant, -b / determinant, -c / determinant, a / determinant];
  const data = new Uint8Array(area.width * area.height * 4);
  for (let y = 0; y < area.height; y++) {
    for (let x = 0; x < area.width; x++) {
      const dx = left + x + 0.5 - e;
      const dy = top + y + 0.5 - f;
      sampleInto(source, ia * dx + ic * dy - 0.5, ib * dx + id * dy - 0.5, data, 4 * (y * area.width + x));
    }
  }
  softenEdge(data, area, viewport, placement.softEdgePx * Math.sqrt(scaleX * scaleY));
  return { area, data };
}

async function shrink(cutOut: CutOut, scaleX: number, scaleY: number): Promise<CutOut> {
  const width = Math.max(Math.round(cutOut.width * Math.min(scaleX, 1)), 1);
  const height = Math.max(Math.round(cutOut.height * Math.min(scaleY, 1)), 1);
  if (width === cutOut.width && height === cutOut.height) return cutOut;
  const { data } = await sharp(cutOut.data, {
    raw: { width: cutOut.width, height: cutOut.height, channels: 4 },
  })
    .resize({ width, height, fit: 'fill', kernel: 'lanczos3' })
    .raw({ depth: 'uchar' })
    .toBuffer({ resolveWithObject: true });
  return { width, height, data: new Uint8Array(data) };
}

/** One pixel by cubic interpolation; outside of the image everything is transparent. */
function sampleInto(
  { width, height, data }: CutOut,
  u: number,
  v: number,
  into: Uint8Array,
  at: number,
): void {
  if (u <= -2 || v <= -2 || u >= width + 1 || v >= height + 1) return;
  const left = Math.floor(u);
  const top = Math.floor(v);
  const shareX = u - left;
  const shareY = v - top;
  if (shareX === 0 && shareY === 0) {
    if (left < 0 || top < 0 || left >= width || top >= height) return;
    const from = 4 * (top * width + left);
    into.set(data.subarray(from, from + 4), at);
    return;
  }
  let red = 0;
  let green = 0;
  let blue = 0;
  let alpha = 0;
  for (let row = -1; row <= 2; row++) {
    const y = top + row;
    if (y < 0 || y >= height) continue;
    const weightY = cubic(row - shareY);
    if (weightY === 0) continue;
    for (let column = -1; column <= 2; column++) {
      const x = left + column;
      if (x < 0 || x >= width) continue;
      const from = 4 * (y * width + x);
      const opacity = data[from + 3]!;
      if (opacity === 0) continue;
      const weight = weightY * cubic(column - shareX) * opacity;
      alpha += weight;
      red += weight * data[from]!;
      green += weight * data[from + 1]!;
      blue += weight * data[from + 2]!;
    }
  }
  if (alpha < 0.5) return;
  into[at] = clampByte(red / alpha);
  into[at + 1] = clampByte(green / alpha);
  into[at + 2] = clampByte(blue / alpha);
  into[at + 3] = clampByte(alpha);
}

function clampByte(value: number): number {
  return Math.min(Math.max(Math.round(value), 0), 255);
}

/** Keys' cubic convolution kernel with a = -1/2. */
function cubic(x: number): number {
  const at = Math.abs(x);
  if (at >= 2) return 0;
  return at < 1 ? (1.5 * at - 2.5) * at * at + 1 : ((-0.5 * at + 2.5) * at - 4) * at + 2;
}

/** Lets the opacity rise from 0 at the cut-out's outline to all of it at a distance inside. */
function softenEdge(
  data: Uint8Array,
  { left, top, width, height }: Rectangle,
  viewport: Viewport,
  widthPx: number,
): void {
  if (widthPx <= 0) return;
  // A border of outside: a cut-out that ends at its picture's border is softened there too, but not where it is only
  // the viewport that ends.
  const padded = { width: width + 2, height: height + 2 };
  const outside = new Uint8Array(padded.width * padded.height).fill(1);
  if (left === 0) for (let y = 0; y < padded.height; y++) outside[y * padded.width] = 0;
  if (left + width === viewport.width) {
    for (let y = 0; y < padded.height; y++) outside[(y + 1) * padded.width - 1] = 0;
  }
  if (top === 0) outside.fill(0, 0, padded.width);
  if (top + height === viewport.height) outside.fill(0, (padded.height - 1) * padded.width);
  for (let y = 0; y < height; y++) {
    for (let x = 0; x < width; x++) {
      if (data[4 * (y * width + x) + 3]! >= 255 * REGION_THRESHOLD)
        outside[(y + 1) * padded.width + x + 1] = 0;
    }
  }
  const squared = squaredDistanceTo({ inside: outside, ...padded });
  for (let y = 0; y < height; y++) {
    for (let x = 0; x < width; x++) {
      const distance = Math.sqrt(squared[(y + 1) * padded.width + x + 1]!);
      const share = Math.min(distance / (widthPx + 1), 1);
      const at = 4 * (y * width + x) + 3;
      data[at] = Math.round(data[at]! * share);
    }
  }
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

/** Lays a placed cut-out, its shadow first, onto a picture of the viewport's size, in place. */
export function layOnto(
  picture: RgbImage,
  layer: PlacedLayer,
  { opacity, shadow }: Pick<Placement, 'opacity' | 'shadow'>,
  viewport: Viewport,
): void {
  if (shadow !== null) layShadow(picture, layer, shadow, opacity, viewport);
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

/** Widest blur, in pixels, that is done at full resolution; wider ones are done on a coarser grid. */
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
  // 2. Where it falls, cut at the viewport.
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
  // 3. Black over the picture.
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
