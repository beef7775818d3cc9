/**
 * The mask under the tool: the committed mask, the current gesture, and the shown mask.
 *
 *   shown = base with the gesture's coverage laid over it (or taken from it)
 *
 * A gesture ends in {@link MaskSession.commit}, which makes the shown mask the new base, or in {@link
 * MaskSession.revert}. Three planes, allocated once; every step touches only the rectangle that it changes.
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
import type { SelectionUse, ToolEffect } from './tools/tool.ts';
import { transformPlane } from './transform-plane.ts';

/** The effects that change pixels. */
export type PaintEffect = Extract<ToolEffect, { kind: 'stamp' | 'polygon' | 'flood' | 'transform' }>;

export class MaskSession {
  readonly #base: MaskPlane;
  readonly #coverage: MaskPlane;
  readonly #shown: MaskPlane;
  /** The area touched by the current gesture. */
  #touched: PixelRect = EMPTY_RECT;
  #bounds: PixelRect | undefined;
  #regionBounds: PixelRect | undefined;

  /** @param mask used as the base, not copied */
  constructor(mask: MaskPlane) {
    this.#base = mask;
    this.#coverage = maskPlane(mask.width, mask.height);
    this.#shown = copyPlane(mask);
  }

  /** The mask to draw. Changes with every effect. */
  get shown(): MaskPlane {
    return this.#shown;
  }

  /** Bounds of the committed mask. */
  get bounds(): PixelRect {
    this.#bounds ??= boundsOf(this.#base);
    return this.#bounds;
  }

  /** Bounds of the committed mask's region. */
  get regionBounds(): PixelRect {
    this.#regionBounds ??= boundsOf(this.#base, INSIDE_FROM);
    return this.#regionBounds;
  }

  /** Whether a gesture has changed anything yet. */
  get isTouched(): boolean {
    return !isEmptyRect(this.#touched);
  }

  /**
   * Applies one effect.
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
   * Shows another mask as the gesture's result, from a model or an operation.
   *
   * @returns the pixels that may have changed: all
   */
  replace(mask: MaskPlane): PixelRect {
    this.#shown.data.set(mask.data);
    this.#touched = planeRect(mask);
    return this.#touched;
  }

  /**
   * Combines the mask shown by {@link replace} with the base.
   *
   * add: m = max(base, shown); subtract: m = base (255 - shown) / 255.
   *
   * @returns the pixels that may have changed: all
   */
  combine(use: SelectionUse): PixelRect {
    const [base, shown] = [this.#base.data, this.#shown.data];
    if (use === 'add') {
      for (let at = 0; at < shown.length; at++) shown[at] = Math.max(base[at]!, shown[at]!);
    } else if (use === 'subtract') {
      for (let at = 0; at < shown.length; at++) shown[at] = (base[at]! * (255 - shown[at]!)) / 255;
    }
    this.#touched = planeRect(this.#shown);
    return this.#touched;
  }

  /** Makes the shown mask the new base. @returns a copy of it */
  commit(): MaskPlane {
    copyRect(this.#shown, this.#base, this.#touched);
    this.#endGesture();
    return copyPlane(this.#base);
  }

  /** Cancels the gesture. @returns the pixels that may have changed */
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
