/** Draws a placed picture with its opacity: scaled, rotated, mirrored, softened (contract/placement.ts). */
import { type Placement, placementMatrix } from '../../contract/placement.ts';
import { softenEdge } from '../../pipeline/masks/soft-edge.ts';
import { sharp } from './libvips.ts';
import type { PictureRegion } from './picture-codec.ts';

/** An image with its opacity: 4 bytes a pixel, colours not multiplied by it. */
export interface CutOut {
  readonly width: number;
  readonly height: number;
  readonly data: Uint8Array;
}

/** The part of the background to draw, and its size. */
export interface Viewport {
  /** In background pixels. */
  readonly window: PictureRegion;
  readonly width: number;
  readonly height: number;
}

/** The visible part of a placed cut-out in a viewport. */
export interface PlacedLayer {
  /** The part of the viewport that it covers, in viewport pixels; empty if width or height is 0. */
  readonly area: PictureRegion;
  /** 4 bytes per pixel of the area, without the placement's opacity. */
  readonly data: Uint8Array;
}

/** A layer, and what casts its shadow. */
export interface CastingLayer extends PlacedLayer {
  /** As the layer, but also beyond the viewport, as far as its shadow may fall into the viewport from there. */
  readonly caster: PlacedLayer;
}

/** {@link drawPlaced}, and what casts the cut-out's shadow: a part of it beyond the viewport does so, too. */
export async function drawCasting(
  cutOut: CutOut,
  placement: Placement,
  viewport: Viewport,
): Promise<CastingLayer> {
  const layer = await drawPlaced(cutOut, placement, viewport);
  const { window, width, height } = viewport;
  const { area } = layer;
  const isWhole =
    Math.min(area.left, area.top) > 0 && area.left + area.width < width && area.top + area.height < height;
  if (placement.shadow === null || (isWhole && area.width > 0 && area.height > 0)) {
    return { ...layer, caster: layer };
  }
  const { offsetXPx, offsetYPx, blurPx } = placement.shadow;
  const [scaleX, scaleY] = [width / window.width, height / window.height];
  const margin = (reachPx: number, scale: number) => Math.max(Math.ceil(reachPx * scale), 0) + 1;
  const left = margin(3 * blurPx + offsetXPx, scaleX);
  const right = margin(3 * blurPx - offsetXPx, scaleX);
  const top = margin(3 * blurPx + offsetYPx, scaleY);
  const bottom = margin(3 * blurPx - offsetYPx, scaleY);
  const wider = { width: left + width + right, height: top + height + bottom };
  const caster = await drawPlaced(cutOut, placement, {
    ...wider,
    window: {
      left: window.left - left / scaleX,
      top: window.top - top / scaleY,
      width: wider.width / scaleX,
      height: wider.height / scaleY,
    },
  });
  const inViewport = { ...caster.area, left: caster.area.left - left, top: caster.area.top - top };
  return { ...layer, caster: { area: inViewport, data: caster.data } };
}

/** Draws a placed cut-out with its soft edge, without its shadow. */
export async function drawPlaced(
  cutOut: CutOut,
  placement: Placement,
  viewport: Viewport,
): Promise<PlacedLayer> {
  const layer = await drawSharp(cutOut, placement, viewport);
  const scale = Math.sqrt(
    (viewport.width * viewport.height) / (viewport.window.width * viewport.window.height),
  );
  const { area } = layer;
  softenEdge(layer.data, area, placement.softEdgePx * scale, {
    // Softened also at its picture's border, but not where only the viewport ends.
    left: area.left === 0,
    right: area.left + area.width === viewport.width,
    top: area.top === 0,
    bottom: area.top + area.height === viewport.height,
  });
  return layer;
}

/**
 * Draws a placed cut-out, without its soft edge and shadow.
 *
 * If it becomes smaller it is first shrunk by Lanczos's filter, then sampled by Catmull-Rom's cubic (Keys 1981,
 * a = -1/2), colours multiplied by opacity so that what is transparent does not bleed.
 */
async function drawSharp(cutOut: CutOut, placement: Placement, viewport: Viewport): Promise<PlacedLayer> {
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
    const dy = top + y + 0.5 - f;
    const line = { dx: left + 0.5 - e, dy, ia, ib, ic, id };
    sampleRow(source, line, data.subarray(4 * y * area.width, 4 * (y + 1) * area.width));
  }
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

/** The straight line through an image that a row of the viewport shows. */
interface RowLine {
  /** From the image's corner to the first pixel's centre, in viewport pixels. */
  readonly dx: number;
  readonly dy: number;
  /** The inverse of the placement's matrix: u = ia dx + ic dy, v = ib dx + id dy. */
  readonly ia: number;
  readonly ib: number;
  readonly ic: number;
  readonly id: number;
}

/**
 * A row of pixels by cubic interpolation; everything outside the image is transparent.
 *
 * One function for the whole row: numbers that are passed to a function for every pixel would be allocated, and
 * collecting them took as long as sampling.
 */
function sampleRow({ width, height, data }: CutOut, line: RowLine, into: Uint8Array): void {
  const { dy, ia, ib, ic, id } = line;
  for (let at = 0, dx = line.dx; at < into.length; at += 4, dx++) {
    const u = ia * dx + ic * dy - 0.5;
    const v = ib * dx + id * dy - 0.5;
    if (u <= -2 || v <= -2 || u >= width + 1 || v >= height + 1) continue;
    const left = Math.floor(u);
    const top = Math.floor(v);
    const shareX = u - left;
    const shareY = v - top;
    if (shareX === 0 && shareY === 0) {
      if (left < 0 || top < 0 || left >= width || top >= height) continue;
      const from = 4 * (top * width + left);
      into[at] = data[from]!;
      into[at + 1] = data[from + 1]!;
      into[at + 2] = data[from + 2]!;
      into[at + 3] = data[from + 3]!;
      continue;
    }
    const isInside = left >= 1 && top >= 1 && left + 2 < width && top + 2 < height;
    const corner = 4 * ((top - 1) * width + left - 1);
    const together = isInside ? opacities(data, corner, 4 * width) : SOME;
    if (together === NONE) continue;
    // Keys' kernel (a = -1/2) at the four neighbours of each axis, in powers of the share.
    const shareX2 = shareX * shareX;
    const shareX3 = shareX2 * shareX;
    const x0 = -0.5 * shareX3 + shareX2 - 0.5 * shareX;
    const x1 = 1.5 * shareX3 - 2.5 * shareX2 + 1;
    const x2 = -1.5 * shareX3 + 2 * shareX2 + 0.5 * shareX;
    const x3 = 0.5 * shareX3 - 0.5 * shareX2;
    const shareY2 = shareY * shareY;
    const shareY3 = shareY2 * shareY;
    const y0 = -0.5 * shareY3 + shareY2 - 0.5 * shareY;
    const y1 = 1.5 * shareY3 - 2.5 * shareY2 + 1;
    const y2 = -1.5 * shareY3 + 2 * shareY2 + 0.5 * shareY;
    const y3 = 0.5 * shareY3 - 0.5 * shareY2;
    if (together === ALL) {
      // Most pixels of most pictures are opaque: no weight depends on the opacity, and all of them sum to 1.
      for (let channel = 0; channel < 3; channel++) {
        let sum = 0;
        for (let row = 0, from = corner + channel; row < 4; row++, from += 4 * width) {
          const weightY = row === 0 ? y0 : row === 1 ? y1 : row === 2 ? y2 : y3;
          sum +=
            weightY *
            (x0 * data[from]! + x1 * data[from + 4]! + x2 * data[from + 8]! + x3 * data[from + 12]!);
        }
        into[at + channel] = clampByte(sum);
      }
      into[at + 3] = 255;
      continue;
    }
    let red = 0;
    let green = 0;
    let blue = 0;
    let alpha = 0;
    for (let row = 0; row < 4; row++) {
      const y = top + row - 1;
      if (y < 0 || y >= height) continue;
      const weightY = row === 0 ? y0 : row === 1 ? y1 : row === 2 ? y2 : y3;
      if (weightY === 0) continue;
      for (let column = 0; column < 4; column++) {
        const x = left + column - 1;
        if (x < 0 || x >= width) continue;
        const from = 4 * (y * width + x);
        const opacity = data[from + 3]!;
        if (opacity === 0) continue;
        const weightX = column === 0 ? x0 : column === 1 ? x1 : column === 2 ? x2 : x3;
        const weight = weightY * weightX * opacity;
        alpha += weight;
        red += weight * data[from]!;
        green += weight * data[from + 1]!;
        blue += weight * data[from + 2]!;
      }
    }
    if (alpha < 0.5) continue;
    into[at] = clampByte(red / alpha);
    into[at + 1] = clampByte(green / alpha);
    into[at + 2] = clampByte(blue / alpha);
    into[at + 3] = clampByte(alpha);
  }
}

const NONE = 0;
const SOME = 1;
const ALL = 2;

/** Whether none, some or all of 4 x 4 pixels are opaque; `corner` and `stride` in bytes. */
function opacities(data: Uint8Array, corner: number, stride: number): typeof NONE | typeof SOME | typeof ALL {
  let every = 255;
  let any = 0;
  for (let row = 0, at = corner + 3; row < 4; row++, at += stride) {
    every &= data[at]! & data[at + 4]! & data[at + 8]! & data[at + 12]!;
    any |= data[at]! | data[at + 4]! | data[at + 8]! | data[at + 12]!;
  }
  if (any === 0) return NONE;
  return every === 255 ? ALL : SOME;
}

function clampByte(value: number): number {
  return Math.min(Math.max(Math.round(value), 0), 255);
}
