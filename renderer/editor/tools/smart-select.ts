/**
 * Smart select: clicks say what belongs to the object (Alt: what does not), a drag draws a box around it. Each of
 * them asks the segmenter again with all that was said so far; Enter takes the answer into the mask, Escape
 * drops it.
 */
import type { Point } from '../mask-plane.ts';
import { rectangleOutline } from '../polygon-fill.ts';
import { CLICK_SLOP_PX, distance, HIDE_OUTLINE, type SmartSelection, type Tool } from './tool.ts';

export interface SmartSelectState {
  readonly selection: SmartSelection;
  /** Where the pointer went down; undefined while it is up. */
  readonly from: Point | undefined;
}

const EMPTY_SELECTION: SmartSelection = { points: [], box: null };

function isEmpty({ points, box }: SmartSelection): boolean {
  return points.length === 0 && box === null;
}

export const smartSelect: Tool<SmartSelectState> = {
  initial: { selection: EMPTY_SELECTION, from: undefined },
  isActive: ({ selection }) => !isEmpty(selection),
  step(state, input, { scale }) {
    const { selection, from } = state;
    switch (input.kind) {
      case 'down':
        return { state: { ...state, from: { x: input.pointer.x, y: input.pointer.y } }, effects: [] };
      case 'move':
        if (!from || distance(from, input.pointer) * scale < CLICK_SLOP_PX) return { state, effects: [] };
        return {
          state,
          effects: [{ kind: 'outline', points: rectangleOutline(from, input.pointer), closed: true }],
        };
      case 'up': {
        if (!from) return { state, effects: [] };
        const { x, y, alt } = input.pointer;
        const next: SmartSelection =
          distance(from, input.pointer) * scale < CLICK_SLOP_PX
            ? { ...selection, points: [...selection.points, { x: from.x, y: from.y, positive: !alt }] }
            : {
                ...selection,
                box: {
                  left: Math.min(from.x, x),
                  top: Math.min(from.y, y),
                  right: Math.max(from.x, x),
                  bottom: Math.max(from.y, y),
                },
              };
        return {
          state: { selection: next, from: undefined },
          effects: [HIDE_OUTLINE, { kind: 'select', selection: next }],
        };
      }
      case 'confirm':
        if (isEmpty(selection)) return { state, effects: [] };
        return { state: smartSelect.initial, effects: [HIDE_OUTLINE, { kind: 'commit', label: 'select' }] };
      case 'cancel':
        if (isEmpty(selection) && !from) return { state, effects: [] };
        return { state: smartSelect.initial, effects: [HIDE_OUTLINE, { kind: 'revert' }] };
      default:
        return { state, effects: [] };
    }
  },
};
