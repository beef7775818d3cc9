/**
 * A mask as a picture in its concept's colour, or in a shade that stands out, and its outline; both are redrawn only
 * where the mask changed.
 */
import { type ContourLine, MaskContour } from '../editor/mask-contour.ts';
import {
  EMPTY_RECT,
  isEmptyRect,
  type MaskPlane,
  type PixelRect,
  planeRect,
  uniteRects,
} from '../editor/mask-plane.ts';
import type { Rgb } from '../editor/overlay-colour.ts';

export class MaskImage {
  readonly canvas: HTMLCanvasElement;
  readonly #context: CanvasRenderingContext2D;
  #colour: Rgb;
  #pending: PixelRect = EMPTY_RECT;
  readonly #contour: MaskContour;
  #outline: Path2D | undefined;
  #outlineChanges: PixelRect = EMPTY_RECT;

  constructor(width: number, height: number, colour: Rgb) {
    this.canvas = document.createElement('canvas');
    this.canvas.width = width;
    this.canvas.height = height;
    this.#context = this.canvas.getContext('2d')!;
    this.#colour = colour;
    this.#contour = new MaskContour({ height });
  }

  /** A CSS colour. */
  get colour(): string {
    return `rgb(${this.#colour.join(' ')})`;
  }

  /** The mask's outline, in image pixels. */
  get outline(): Path2D {
    this.#outline ??= pathOf(this.#contour.lines());
    return this.#outline;
  }

  /** The part of the outline that touches a rectangle of the image. */
  outlineWithin(rect: PixelRect): Path2D {
    return pathOf(this.#contour.lines(rect));
  }

  /** @returns the rectangle of the image within which the outline may have changed since the last call */
  takeOutlineChanges(): PixelRect {
    const changes = this.#outlineChanges;
    this.#outlineChanges = EMPTY_RECT;
    return changes;
  }

  setColour(colour: Rgb, plane: MaskPlane): void {
    if (colour.every((value, index) => value === this.#colour[index])) return;
    this.#colour = colour;
    this.draw(plane, planeRect(plane));
  }

  /** Marks a rectangle as changed; {@link flush} draws the marked area once per animation frame. */
  invalidate(rect: PixelRect): void {
    this.#pending = uniteRects(this.#pending, rect);
  }

  /** Draws the marked area. */
  flush(plane: MaskPlane): void {
    const rect = this.#pending;
    this.#pending = EMPTY_RECT;
    this.draw(plane, rect);
  }

  /** Draws a rectangle of a plane: the colour, with the mask as its opacity. */
  draw(plane: MaskPlane, rect: PixelRect): void {
    if (isEmptyRect(rect)) return;
    this.#contour.update(plane, rect.top, rect.bottom);
    this.#outline = undefined;
    this.#outlineChanges = uniteRects(this.#outlineChanges, rect);
    const width = rect.right - rect.left;
    const image = new ImageData(width, rect.bottom - rect.top);
    const [red, green, blue] = this.#colour;
    // Little-endian RGBA, as on every platform of Chromium: one write per pixel instead of four.
    const colour = red | (green << 8) | (blue << 16);
    const pixels = new Uint32Array(image.data.buffer);
    let at = 0;
    for (let y = rect.top; y < rect.bottom; y++) {
      const end = y * plane.width + rect.right;
      for (let from = y * plane.width + rect.left; from < end; from++) {
        pixels[at++] = colour | (plane.data[from]! << 24);
      }
    }
    this.#context.putImageData(image, rect.left, rect.top);
  }
}

/** A path of separate lines. */
export function pathOf(lines: Iterable<ContourLine>): Path2D {
  const path = new Path2D();
  for (const { fromX, fromY, toX, toY } of lines) {
    path.moveTo(fromX, fromY);
    path.lineTo(toX, toY);
  }
  return path;
}
