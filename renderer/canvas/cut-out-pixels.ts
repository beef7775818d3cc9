/**
 * The cut-out of a concept's picture on the canvas: the picture's subject, its edge faded inward, and the blurred
 * outline for its shadow. Runs in the picture worker. The render makes its own at full size.
 */
import type { PixelRect } from '../editor/mask-plane.ts';
import { softenEdge } from '../editor/soft-edge.ts';
import type { Size } from '../editor/view-transform.ts';

/** Longest side of a cut-out on the canvas, in pixels. */
const MAX_SIDE_PX = 2048;
/** Side of the grid for hit tests on a picture. */
export const COVER_SIDE = 64;
/** Opacity, of 255, from which a pixel is part of the subject. */
const COVERED_FROM = 64;
/** Radius of a blur in standard deviations. */
const BLUR_REACH = 3;

export interface CutOutOptions {
  /** Width over which the edge fades, in picture pixels. */
  readonly softEdgePx: number;
  /** Standard deviation of the shadow's blur in picture pixels; null without a shadow. */
  readonly shadowBlurPx: number | null;
}

export interface CutOut {
  /** Size of the picture file, in its pixels. */
  readonly width: number;
  readonly height: number;
  readonly picture: ImageBitmap;
  /** The outline in black; it extends beyond the picture by a margin in picture pixels. */
  readonly shadow: { readonly outline: ImageBitmap; readonly marginPx: number } | null;
  /** COVER_SIDE x COVER_SIDE, 1 on the subject. */
  readonly cover: Uint8Array<ArrayBuffer>;
  /** Bounds of the subject, in picture pixels; empty if nothing is left of the picture. */
  readonly bounds: PixelRect;
}

/**
 * @param subject white on the subject; null: everything opaque
 */
export async function cutOut(
  picture: ImageBitmap,
  subject: ImageBitmap | null,
  { softEdgePx, shadowBlurPx }: CutOutOptions,
): Promise<CutOut> {
  const { width, height } = picture;
  const scale = Math.min(MAX_SIDE_PX / Math.max(width, height), 1);
  const size = {
    width: Math.max(Math.round(width * scale), 1),
    height: Math.max(Math.round(height * scale), 1),
  };

  // 1. The picture's subject: both opacities multiplied.
  const result = canvasOf(size);
  result.drawImage(picture, 0, 0, size.width, size.height);
  if (subject) {
    result.globalCompositeOperation = 'destination-in';
    result.drawImage(shapeOf(subject, size), 0, 0);
    result.globalCompositeOperation = 'source-over';
  }
  const pixels = result.getImageData(0, 0, size.width, size.height);
  // 2. Its edge, faded inward.
  if (softEdgePx > 0) {
    softenEdge(pixels.data, size, softEdgePx * scale);
    result.putImageData(pixels, 0, 0);
  }

  // 3. Its outline in black, blurred.
  const marginPx = shadowBlurPx === null ? 0 : BLUR_REACH * shadowBlurPx;
  const bounds = boundsOfOpacity(pixels);
  let outline: ImageBitmap | null = null;
  if (shadowBlurPx !== null) {
    const margin = Math.ceil(marginPx * scale);
    const dark = blurredOf(result.canvas, size, shadowBlurPx * scale, margin);
    dark.globalCompositeOperation = 'source-in';
    dark.fillStyle = '#000000';
    dark.fillRect(0, 0, dark.canvas.width, dark.canvas.height);
    outline = dark.canvas.transferToImageBitmap();
  }
  return {
    width,
    height,
    picture: result.canvas.transferToImageBitmap(),
    shadow: outline && { outline, marginPx: Math.ceil(marginPx * scale) / scale },
    cover: coverOf(pixels),
    bounds: {
      left: bounds.left / scale,
      top: bounds.top / scale,
      right: Math.min(bounds.right / scale, width),
      bottom: Math.min(bounds.bottom / scale, height),
    },
  };
}

function canvasOf({ width, height }: Size): OffscreenCanvasRenderingContext2D {
  return new OffscreenCanvas(width, height).getContext('2d', { willReadFrequently: true })!;
}

/** Converts a grey picture to opacity. */
function shapeOf(subject: ImageBitmap, size: Size): OffscreenCanvas {
  const shape = canvasOf(size);
  shape.drawImage(subject, 0, 0, size.width, size.height);
  const pixels = shape.getImageData(0, 0, size.width, size.height);
  for (let at = 0; at < pixels.data.length; at += 4) pixels.data[at + 3] = pixels.data[at]!;
  shape.putImageData(pixels, 0, 0);
  return shape.canvas;
}

function blurredOf(
  canvas: OffscreenCanvas,
  { width, height }: Size,
  sigmaPx: number,
  marginPx: number,
): OffscreenCanvasRenderingContext2D {
  const context = canvasOf({ width: width + 2 * marginPx, height: height + 2 * marginPx });
  context.filter = sigmaPx > 0 ? `blur(${sigmaPx}px)` : 'none';
  context.drawImage(canvas, marginPx, marginPx);
  context.filter = 'none';
  return context;
}

function boundsOfOpacity({ width, height, data }: ImageData): PixelRect {
  let [left, top, right, bottom] = [width, height, 0, 0];
  for (let y = 0; y < height; y++) {
    for (let x = 0; x < width; x++) {
      if (data[4 * (y * width + x) + 3] === 0) continue;
      left = Math.min(left, x);
      right = Math.max(right, x + 1);
      top = Math.min(top, y);
      bottom = y + 1;
    }
  }
  return right === 0 ? { left: 0, top: 0, right: 0, bottom: 0 } : { left, top, right, bottom };
}

function coverOf({ width, height, data }: ImageData): Uint8Array<ArrayBuffer> {
  const cover = new Uint8Array(COVER_SIDE * COVER_SIDE);
  for (let at = 0; at < cover.length; at++) {
    const x = Math.floor((((at % COVER_SIDE) + 0.5) * width) / COVER_SIDE);
    const y = Math.floor(((Math.floor(at / COVER_SIDE) + 0.5) * height) / COVER_SIDE);
    cover[at] = data[4 * (y * width + x) + 3]! >= COVERED_FROM ? 1 : 0;
  }
  return cover;
}
