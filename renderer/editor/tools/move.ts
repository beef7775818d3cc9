/**
 * Move and scale: dragging inside the mask's box moves it, dragging a corner scales it about the opposite one (Shift
 * keeps the aspect ratio); the panels send arrow keys as drags of one pixel.
 */
import { HANDLE_WITHIN_PX } from '../drag.ts';
import type { PixelRect, Point } from '../mask-plane.ts';
import { isEmptyRect } from '../mask-plane.ts';
import { rectangleOutline } from '../polygon-fill.ts';
import { distance, HIDE_OUTLINE, type MaskTransform, type PointerSample, type Tool } from './tool.ts';

export interface MoveState {
  readonly drag:
    | undefined
    | {
        readonly from: Point;
        readonly bounds: PixelRect;
        /** The dragged corner; undefined moves the whole mask. */
        readonly corner: { readonly x: 'left' | 'right'; readonly y: 'top' | 'bottom' } | undefined;
        readonly moved: boolean;
      };
}

/** The smallest factor: a mask cannot be scaled to zero or mirrored. */
const LEAST_SCALE = 0.02;

/** The corner of a box at the pointer. */
export function cornerAt(bounds: PixelRect, point: Point, scale: number) {
  for (const x of ['left', 'right'] as const) {
    for (const y of ['top', 'bottom'] as const) {
      if (distance({ x: bounds[x], y: bounds[y] }, point) * scale <= HANDLE_WITHIN_PX) return { x, y };
    }
  }
  return undefined;
}

/** The transform of a drag. */
function transformOf(
  { from, bounds, corner }: NonNullable<MoveState['drag']>,
  to: PointerSample,
): MaskTransform {
  if (!corner) {
    return {
      // Whole pixels: a mask that is only moved stays sharp.
      offsetX: Math.round(to.x - from.x),
      offsetY: Math.round(to.y - from.y),
      scaleX: 1,
      scaleY: 1,
      originX: 0,
      originY: 0,
    };
  }
  const originX = corner.x === 'left' ? bounds.right : bounds.left;
  const originY = corner.y === 'top' ? bounds.bottom : bounds.top;
  let scaleX = Math.max((to.x - originX) / (bounds[corner.x] - originX), LEAST_SCALE);
  let scaleY = Math.max((to.y - originY) / (bounds[corner.y] - originY), LEAST_SCALE);
  if (to.shift) scaleX = scaleY = Math.max(scaleX, scaleY);
  return { offsetX: 0, offsetY: 0, scaleX, scaleY, originX, originY };
}

/** A box after a transform. */
export function transformedBox(bounds: PixelRect, move: MaskTransform): readonly Point[] {
  const corner = (x: number, y: number): Point => ({
    x: move.originX + (x - move.originX) * move.scaleX + move.offsetX,
    y: move.originY + (y - move.originY) * move.scaleY + move.offsetY,
  });
  return rectangleOutline(corner(bounds.left, bounds.top), corner(bounds.right, bounds.bottom));
}

export const move: Tool<MoveState> = {
  initial: { drag: undefined },
  isActive: ({ drag }) => drag !== undefined,
  step(state, input, { maskBounds, scale }) {
    const { drag } = state;
    switch (input.kind) {
      case 'down': {
        // A second button or finger does not end a drag, which would lose what it has moved.
        if (drag || isEmptyRect(maskBounds)) return { state, effects: [] };
        const from = { x: input.pointer.x, y: input.pointer.y };
        return {
          state: {
            drag: { from, bounds: maskBounds, corner: cornerAt(maskBounds, from, scale), moved: false },
          },
          effects: [],
        };
      }
      case 'move': {
        if (!drag) return { state, effects: [] };
        const transform = transformOf(drag, input.pointer);
        return {
          state: { drag: { ...drag, moved: true } },
          effects: [
            { kind: 'transform', transform },
            { kind: 'outline', points: transformedBox(drag.bounds, transform), closed: true },
          ],
        };
      }
      case 'up':
        if (!drag?.moved) return { state: move.initial, effects: [HIDE_OUTLINE] };
        return {
          state: move.initial,
          effects: [
            HIDE_OUTLINE,
            { kind: 'transform', transform: transformOf(drag, input.pointer) },
            { kind: 'commit', label: 'move' },
          ],
        };
      case 'cancel':
        return { state: move.initial, effects: drag ? [HIDE_OUTLINE, { kind: 'revert' }] : [] };
      default:
        return { state, effects: [] };
    }
  },
};
