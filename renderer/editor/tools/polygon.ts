/**
 * Polygon: a click sets a corner; a click on the first corner, a double click or Enter closes it. Alt at the closing
 * click subtracts. Escape discards the whole polygon.
 */
import type { StrokeMode } from '../brush-stroke.ts';
import { CLICK_SLOP_PX } from '../drag.ts';
import type { Point } from '../mask-plane.ts';
import { distance, HIDE_OUTLINE, modeOf, type Tool, type ToolStep } from './tool.ts';

export interface PolygonState {
  readonly corners: readonly Point[];
}

/** How near to the first corner a click closes the polygon, in screen pixels. */
const CLOSE_WITHIN_PX = 10;

function close(corners: readonly Point[], mode: StrokeMode): ToolStep<PolygonState> {
  if (corners.length < 3) return { state: { corners: [] }, effects: [HIDE_OUTLINE] };
  return {
    state: { corners: [] },
    effects: [HIDE_OUTLINE, { kind: 'polygon', points: corners, mode }, { kind: 'commit', label: 'polygon' }],
  };
}

export const polygon: Tool<PolygonState> = {
  initial: { corners: [] },
  isActive: ({ corners }) => corners.length > 0,
  step(state, input, { scale }) {
    const { corners } = state;
    switch (input.kind) {
      case 'down': {
        const next = { x: input.pointer.x, y: input.pointer.y };
        const [first] = corners;
        if (first && corners.length >= 3 && distance(first, next) * scale <= CLOSE_WITHIN_PX) {
          return close(corners, modeOf(input.pointer));
        }
        const last = corners.at(-1);
        // The second click of a double click is not another corner.
        if (last && distance(last, next) * scale < CLICK_SLOP_PX) return { state, effects: [] };
        const more = [...corners, next];
        return { state: { corners: more }, effects: [{ kind: 'outline', points: more, closed: false }] };
      }
      case 'move': {
        if (corners.length === 0) return { state, effects: [] };
        const points = [...corners, { x: input.pointer.x, y: input.pointer.y }];
        return { state, effects: [{ kind: 'outline', points, closed: points.length > 2 }] };
      }
      case 'double':
        return close(corners, modeOf(input.pointer));
      case 'confirm':
        return close(corners, 'paint');
      case 'cancel':
        return { state: polygon.initial, effects: corners.length > 0 ? [HIDE_OUTLINE] : [] };
      default:
        return { state, effects: [] };
    }
  },
};
