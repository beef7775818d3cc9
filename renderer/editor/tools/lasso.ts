/** Lasso: a freehand outline, filled when the pointer is lifted. Alt subtracts. */
import type { Point } from '../mask-plane.ts';
import { distance, HIDE_OUTLINE, modeOf, type Tool } from './tool.ts';

export interface LassoState {
  /** Empty while idle. */
  readonly points: readonly Point[];
}

/** Points nearer than this on the screen are ignored. */
const LEAST_STEP_PX = 1;

export const lasso: Tool<LassoState> = {
  initial: { points: [] },
  isActive: ({ points }) => points.length > 0,
  step(state, input, { scale }) {
    const { points } = state;
    switch (input.kind) {
      case 'down': {
        const first = { x: input.pointer.x, y: input.pointer.y };
        return { state: { points: [first] }, effects: [] };
      }
      case 'move': {
        if (points.length === 0) return { state, effects: [] };
        const next = { x: input.pointer.x, y: input.pointer.y };
        if (distance(points.at(-1)!, next) * scale < LEAST_STEP_PX) return { state, effects: [] };
        const longer = [...points, next];
        return { state: { points: longer }, effects: [{ kind: 'outline', points: longer, closed: true }] };
      }
      case 'up':
        if (points.length < 3) return { state: lasso.initial, effects: [HIDE_OUTLINE] };
        return {
          state: lasso.initial,
          effects: [
            HIDE_OUTLINE,
            { kind: 'polygon', points, mode: modeOf(input.pointer) },
            { kind: 'commit', label: 'lasso' },
          ],
        };
      case 'cancel':
        return { state: lasso.initial, effects: points.length > 0 ? [HIDE_OUTLINE] : [] };
      default:
        return { state, effects: [] };
    }
  },
};
