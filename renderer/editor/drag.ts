/** Shared by tools, placed pictures and the frame: dragging with the pointer. */
import type { Point } from './mask-plane.ts';

/** How near the pointer must be to grab a handle, in screen pixels. */
export const HANDLE_WITHIN_PX = 12;

/** How far the pointer may move during a click, in screen pixels. */
export const CLICK_SLOP_PX = 4;

/** Pointer input of a drag in the scene. */
export interface DragInput {
  readonly kind: 'down' | 'move' | 'up';
  /** In background pixels. */
  readonly point: Point;
  /** Constrains the drag, such as to an axis or an aspect ratio. */
  readonly shift: boolean;
}

/** Ends a drag without a result. */
export interface CancelInput {
  readonly kind: 'cancel';
}
