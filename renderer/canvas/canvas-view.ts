/** Pan and zoom of the canvas. Outside React: a pan moves the stage, and only the zoom's label updates. */
import type { Point } from '../editor/mask-plane.ts';
import {
  actualSize,
  fitView,
  panBy,
  type Size,
  type ViewTransform,
  zoomAt,
  zoomPercent,
} from '../editor/view-transform.ts';

export class CanvasView {
  #transform: ViewTransform = { scale: 1, offsetX: 0, offsetY: 0 };
  #viewport: Size = { width: 1, height: 1 };
  #content: Size = { width: 1, height: 1 };
  /** The picture was not moved since it was fitted, so it stays fitted when the window is resized. */
  #isFitted = true;
  readonly #listeners = new Set<() => void>();

  subscribe = (listener: () => void): (() => void) => {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  };

  getTransform = (): ViewTransform => this.#transform;

  getPercent = (): number => zoomPercent(this.#transform, window.devicePixelRatio);

  setViewport(viewport: Size): void {
    this.#viewport = viewport;
    if (this.#isFitted) this.fit();
  }

  /** Size of the content, in image pixels. */
  setContent(content: Size): void {
    if (content.width === this.#content.width && content.height === this.#content.height) return;
    this.#content = content;
    this.fit();
  }

  fit(): void {
    this.#isFitted = true;
    this.#set(fitView(this.#content, this.#viewport));
  }

  actualSize(): void {
    this.#isFitted = false;
    this.#set(actualSize(this.#transform, this.#viewport, window.devicePixelRatio));
  }

  /** @param at on the screen; the centre of the canvas by default */
  zoom(factor: number, at: Point = { x: this.#viewport.width / 2, y: this.#viewport.height / 2 }): void {
    this.#isFitted = false;
    this.#set(zoomAt(this.#transform, at, factor));
  }

  pan(x: number, y: number): void {
    this.#isFitted = false;
    this.#set(panBy(this.#transform, x, y));
  }

  #set(transform: ViewTransform): void {
    this.#transform = transform;
    for (const listener of this.#listeners) listener();
  }
}
