/** Rectangle and ellipse: dragged from corner to corner; Shift keeps the sides equal, Alt subtracts. */
import { CLICK_SLOP_PX } from '../drag.ts';
import type { Point } from '../mask-plane.ts';
import { ellipseOutline, rectangleOutline } from '../polygon-fill.ts';
import { distance, HIDE_OUTLINE, modeOf, type PointerSample, type Tool, type ToolStep } from './tool.ts';

export interface ShapeState {
  /** Start of the drag; undefined while idle. */
  readonly from: Point | undefined;
}

/** The opposite corner of a drag; with Shift both sides have the shorter one's length. */
export function oppositeCorner(from: Point, { x, y, shift }: PointerSample): Point {
  if (!shift) return { x, y };
  const side = Math.min(Math.abs(x - from.x), Math.abs(y - from.y));
  return { x: from.x + Math.sign(x - from.x) * side, y: from.y + Math.sign(y - from.y) * side };
}

function shapeTool(
  label: 'rectangle' | 'ellipse',
  outlineOf: (from: Point, to: Point) => readonly Point[],
): Tool<ShapeState> {
  const idle: ToolStep<ShapeState> = { state: { from: undefined }, effects: [HIDE_OUTLINE] };
  return {
    initial: idle.state,
    isActive: ({ from }) => from !== undefined,
    step(state, input, { scale }) {
      const { from } = state;
      if (input.kind === 'down') {
        return { state: { from: { x: input.pointer.x, y: input.pointer.y } }, effects: [] };
      }
      if (!from) return { state, effects: [] };
      switch (input.kind) {
        case 'move':
          return {
            state,
            effects: [
              {
                kind: 'outline',
                points: outlineOf(from, oppositeCorner(from, input.pointer)),
                closed: true,
              },
            ],
          };
        case 'up': {
          if (distance(from, input.pointer) * scale < CLICK_SLOP_PX) return idle;
          const points = outlineOf(from, oppositeCorner(from, input.pointer));
          return {
            state: idle.state,
            effects: [
              HIDE_OUTLINE,
              { kind: 'polygon', points, mode: modeOf(input.pointer) },
              { kind: 'commit', label },
            ],
          };
        }
        case 'cancel':
          return idle;
        default:
          return { state, effects: [] };
      }
    },
  };
}

export const rectangle = shapeTool('rectangle', rectangleOutline);
export const ellipse = shapeTool('ellipse', ellipseOutline);
