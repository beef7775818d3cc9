/**
 * The outline of a mask that is being drawn, kept as a picture of the layer that shows it. Stroking the whole
 * staircase takes longer than everything else in a frame, so it is redrawn only where the mask changed.
 */
import { isEmptyRect, type PixelRect } from '../editor/mask-plane.ts';
import type { MaskImage } from './mask-image.ts';
import { type OutlineStyle, strokeOutline } from './stroke-outline.ts';

export class KeptOutline {
  readonly #image: MaskImage;
  readonly #canvas = document.createElement('canvas');
  readonly #context = this.#canvas.getContext('2d')!;
  /** Size, transform and style that the picture was made for. */
  #madeFor = '';

  constructor(image: MaskImage) {
    this.#image = image;
  }

  /**
   * Draws the outline.
   *
   * @param layer its transform leads from the mask's pixels to the layer's, without rotation
   * @param scale CSS pixels per pixel of the mask
   */
  draw(layer: CanvasRenderingContext2D, scale: number, style: OutlineStyle): void {
    const transform = layer.getTransform();
    const { width, height } = layer.canvas;
    const changes = this.#image.takeOutlineChanges();
    const madeFor = JSON.stringify([width, height, transform, style]);
    if (madeFor !== this.#madeFor) {
      this.#madeFor = madeFor;
      // Clears it, too.
      this.#canvas.width = width;
      this.#canvas.height = height;
      this.#stroke(transform, scale, this.#image.outline, style);
    } else if (!isEmptyRect(changes)) {
      // How far a line's ink is from it, in the mask's pixels, and one pixel of the layer more for its soft edge.
      const reach = style.borderPx / scale / 2 + 1 / transform.a;
      const inked = grow(changes, reach);
      this.#context.save();
      this.#clear(transform, inked);
      this.#stroke(transform, scale, this.#image.outlineWithin(grow(inked, 2 * reach)), style);
      this.#context.restore();
    }
    layer.save();
    layer.setTransform(1, 0, 0, 1, 0, 0);
    layer.drawImage(this.#canvas, 0, 0);
    layer.restore();
  }

  /** Clears the pixels of the layer that a rectangle of the mask touches, and clips to them. */
  #clear({ a, d, e, f }: DOMMatrix, { left, top, right, bottom }: PixelRect): void {
    // Whole pixels: at a clip through one, old and new ink would add up.
    const [x, y] = [Math.floor(left * a + e), Math.floor(top * d + f)];
    const [width, height] = [Math.ceil(right * a + e) - x, Math.ceil(bottom * d + f) - y];
    this.#context.beginPath();
    this.#context.rect(x, y, width, height);
    this.#context.clip();
    this.#context.clearRect(x, y, width, height);
  }

  #stroke(transform: DOMMatrix, scale: number, path: Path2D, style: OutlineStyle): void {
    this.#context.setTransform(transform);
    strokeOutline(this.#context, scale, path, style);
    this.#context.setTransform(1, 0, 0, 1, 0, 0);
  }
}

function grow({ left, top, right, bottom }: PixelRect, by: number): PixelRect {
  return { left: left - by, top: top - by, right: right + by, bottom: bottom + by };
}
