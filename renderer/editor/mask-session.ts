/**
 * The mask under the tool: what is committed, the gesture under way, and what is shown.
 *
 *   shown = base with the gesture's coverage laid over it (or taken from it)
 *
 * A gesture ends in {@link MaskSession.commit}, which makes what is shown the new base, or in
 * {@link MaskSession.revert}. Three planes, allocated once; every step touches only the rectangle that it changed.
 */
import { applyStroke, type StrokeMode, stampCapsule } from './brush-stroke.ts';
import { floodFill } from './flood-fill.ts';
import {
  boundsOf,
  clearRect,
  copyPlane,
  copyRect,
  EMPTY_RECT,
  INSIDE_FROM,
  isEmptyRect,
  type MaskPlane,
  maskPlane,
  type PixelRect,
  planeRect,
  uniteRects,
} from './mask-plane.ts';
import { fillPolygon } from './polygon-fill.ts';
import type { ToolEffect } from './tools/tool.ts';
import { transformPlane } from './transform-plane.ts';

/** The effects that change pixels. */
export type PaintEffect = Extract<ToolEffect, { kind: 'stamp' | 'polygon' | 'flood' | 'transform' }>;

export class MaskSession {
  readonly #base: MaskPlane;
  readonly #coverage: MaskPlane;
  readonly #shown: MaskPlane;
  /** What the gesture under way has touched. */
  #touched: PixelRect = EMPTY_RECT;
  #bounds: PixelRect | undefined;
  #regionBounds: PixelRect | undefined;

  /** @param mask kept as the base, not copied */
  constructor(mask: MaskPlane) {
    this.#base = mask;
    this.#coverage = maskPlane(mask.width, mask.height);
    this.#shown = copyPlane(mask);
  }

  /** What is to be drawn. Changes with every effect. */
  get shown(): MaskPlane {
    return this.#shown;
  }

  /** Around the committed mask. */
  get bounds(): PixelRect {
    this.#bounds ??= boundsOf(this.#base);
    return this.#bounds;
  }

  /** Around what of the committed mask is inside, as the method counts it. */
  get regionBounds(): PixelRect {
    this.#regionBounds ??= boundsOf(this.#base, INSIDE_FROM);
    return this.#regionBounds;
  }

  /** Whether a gesture has changed anything yet. */
  get isTouched(): boolean {
    return !isEmptyRect(this.#touched);
  }

  /**
   * Carries out one effect.
   *
   * @returns the pixels of {@link shown} that may have changed
   */
  paint(effect: PaintEffect): PixelRect {
    switch (effect.kind) {
      case 'stamp':
        return this.#lay(stampCapsule(this.#coverage, effect.from, effect.to, effect.hardness), effect.mode);
      case 'polygon':
        return this.#lay(fillPolygon(this.#coverage, effect.points), effect.mode);
      case 'flood':
        return this.#lay(floodFill(this.#base, this.#coverage, effect.point), effect.mode);
      case 'transform': {
        const before = this.#touched;
        clearRect(this.#shown, uniteRects(this.bounds, before));
        const moved = transformPlane(this.#base, this.bounds, effect.transform, this.#shown);
        this.#touched = uniteRects(this.bounds, moved);
        return uniteRects(this.#touched, before);
      }
    }
  }

  /**
   * Shows another mask in the place of the gesture's result: the answer of a model, of an operation.
   *
   * @returns the pixels that may have changed: all
   */
  replace(mask: MaskPlane): PixelRect {
    this.#shown.data.set(mask.data);
    this.#touched = planeRect(mask);
    return this.#touched;
  }

  /** Makes what is shown the new base. @returns a copy of it, to keep */
  commit(): MaskPlane {
    copyRect(this.#shown, this.#base, this.#touched);
    this.#endGesture();
    return copyPlane(this.#base);
  }

  /** Drops the gesture. @returns the pixels that may have changed */
  revert(): PixelRect {
    const touched = this.#touched;
    copyRect(this.#base, this.#shown, touched);
    this.#endGesture();
    return touched;
  }

  #endGesture(): void {
    clearRect(this.#coverage, this.#touched);
    this.#touched = EMPTY_RECT;
    this.#bounds = undefined;
    this.#regionBounds = undefined;
  }

  #lay(changed: PixelRect, mode: StrokeMode): PixelRect {
    applyStroke(this.#base, this.#coverage, this.#shown, mode, changed);
    this.#touched = uniteRects(this.#touched, changed);
    return changed;
  }
}
