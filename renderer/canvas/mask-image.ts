/** A mask as a picture in its concept's colour, redrawn only where it changed. */
import {
  EMPTY_RECT,
  isEmptyRect,
  type MaskPlane,
  type PixelRect,
  planeRect,
  uniteRects,
} from '../editor/mask-plane.ts';

export class MaskImage {
  readonly canvas: HTMLCanvasElement;
  readonly #context: CanvasRenderingContext2D;
  #colour: readonly [number, number, number];
  #pending: PixelRect = EMPTY_RECT;

  constructor(width: number, height: number, colour: string) {
    this.canvas = document.createElement('canvas');
    this.canvas.width = width;
    this.canvas.height = height;
    this.#context = this.canvas.getContext('2d')!;
    this.#colour = rgbOf(colour);
  }

  setColour(colour: string, plane: MaskPlane): void {
    this.#colour = rgbOf(colour);
    this.draw(plane, planeRect(plane));
  }

  /** Notes that a rectangle changed; {@link flush} draws what was noted, once a frame. */
  invalidate(rect: PixelRect): void {
    this.#pending = uniteRects(this.#pending, rect);
  }

  /** Draws what was noted. */
  flush(plane: MaskPlane): void {
    const rect = this.#pending;
    this.#pending = EMPTY_RECT;
    this.draw(plane, rect);
  }

  /** Draws a rectangle of a plane: the colour, as opaque as the mask is full. */
  draw(plane: MaskPlane, rect: PixelRect): void {
    if (isEmptyRect(rect)) return;
    const width = rect.right - rect.left;
    const image = new ImageData(width, rect.bottom - rect.top);
    const [red, green, blue] = this.#colour;
    // Little-endian RGBA, as every platform that Chromium runs on has it: one write per pixel instead of four.
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

/** '#rrggbb' as three bytes. */
function rgbOf(colour: string): readonly [number, number, number] {
  const value = Number.parseInt(colour.slice(1), 16);
  return [(value >> 16) & 255, (value >> 8) & 255, value & 255];
}
