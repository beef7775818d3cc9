/**
 * The transform from picture to screen: screen = image * scale + offset, in CSS pixels from the canvas' top left.
 * At 100 % an image pixel is one device pixel, so that nothing is resampled on a HiDPI screen.
 */
import type { Point } from './mask-plane.ts';

export interface ViewTransform {
  /** CSS pixels per image pixel. */
  readonly scale: number;
  readonly offsetX: number;
  readonly offsetY: number;
}

export interface Size {
  readonly width: number;
  readonly height: number;
}

const LEAST_SCALE = 0.02;
const MOST_SCALE = 64;

export function toImage({ scale, offsetX, offsetY }: ViewTransform, { x, y }: Point): Point {
  return { x: (x - offsetX) / scale, y: (y - offsetY) / scale };
}

export function toScreen({ scale, offsetX, offsetY }: ViewTransform, { x, y }: Point): Point {
  return { x: x * scale + offsetX, y: y * scale + offsetY };
}

/** Scales by a factor about a point of the screen. */
export function zoomAt(view: ViewTransform, at: Point, factor: number): ViewTransform {
  const scale = Math.min(Math.max(view.scale * factor, LEAST_SCALE), MOST_SCALE);
  const fixed = toImage(view, at);
  return { scale, offsetX: at.x - fixed.x * scale, offsetY: at.y - fixed.y * scale };
}

export function panBy(view: ViewTransform, x: number, y: number): ViewTransform {
  return { ...view, offsetX: view.offsetX + x, offsetY: view.offsetY + y };
}

/** Fits the whole picture in the viewport, with a margin in CSS pixels. */
export function fitView(picture: Size, viewport: Size, marginPx = 24): ViewTransform {
  const scale = Math.min(
    Math.max(viewport.width - 2 * marginPx, 1) / picture.width,
    Math.max(viewport.height - 2 * marginPx, 1) / picture.height,
  );
  return centred(picture, viewport, Math.min(Math.max(scale, LEAST_SCALE), MOST_SCALE));
}

/**
 * One image pixel per device pixel, keeping the centre of the viewport.
 *
 * @param devicePixelRatio device pixels per CSS pixel
 */
export function actualSize(view: ViewTransform, viewport: Size, devicePixelRatio: number): ViewTransform {
  const middle = { x: viewport.width / 2, y: viewport.height / 2 };
  return zoomAt(view, middle, 1 / devicePixelRatio / view.scale);
}

/** Zoom in percent of one device pixel per image pixel. */
export function zoomPercent({ scale }: ViewTransform, devicePixelRatio: number): number {
  return Math.round(scale * devicePixelRatio * 100);
}

/** Converts wheel movement to a factor: equal for a notch in any unit that the device reports. */
export function wheelFactor(deltaY: number, deltaMode: number): number {
  const pixels = deltaY * (deltaMode === 1 ? 33 : deltaMode === 2 ? 400 : 1);
  return Math.exp(-Math.min(Math.max(pixels, -400), 400) * 0.0018);
}

function centred(picture: Size, viewport: Size, scale: number): ViewTransform {
  return {
    scale,
    offsetX: (viewport.width - picture.width * scale) / 2,
    offsetY: (viewport.height - picture.height * scale) / 2,
  };
}
