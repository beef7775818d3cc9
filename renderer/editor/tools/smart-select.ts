/**
 * Smart select: clicks mark parts of the object (Alt: parts outside it), a drag draws a box around it. Each one sends
 * the whole selection to the segmenter; Enter applies the result to the mask, Escape discards it. Clicks outside the
 * picture are ignored, boxes are clipped to it.
 */
import { CLICK_SLOP_PX } from '../drag.ts';
import { isEmptyRect, type Point } from '../mask-plane.ts';
import { rectangleOutline } from '../polygon-fill.ts';
import type { Size } from '../view-transform.ts';
import { distance, HIDE_OUTLINE, type PointerSample, type SmartSelection, type Tool } from './tool.ts';

export interface SmartSelectState {
  readonly selection: SmartSelection;
  /** Where the pointer was pressed; undefined while it is up. */
  readonly from: Point | undefined;
}

const EMPTY_SELECTION: SmartSelection = { points: [], box: null };

function isInside({ x, y }: Point, { width, height }: Size): boolean {
  return x >= 0 && y >= 0 && x < width && y < height;
}

/** The part of a dragged box inside the picture; undefined if it is empty. */
function boxWithin(from: Point, to: Point, { width, height }: Size): SmartSelection['box'] | undefined {
  const box = {
    left: Math.max(Math.min(from.x, to.x), 0),
    top: Math.max(Math.min(from.y, to.y), 0),
    right: Math.min(Math.max(from.x, to.x), width),
    bottom: Math.min(Math.max(from.y, to.y), height),
  };
  return isEmptyRect(box) ? undefined : box;
}

/** The selection with a click or drag added; unchanged if that is outside the picture. */
function extended(
  selection: SmartSelection,
  from: Point,
  { x, y, alt }: PointerSample,
  isClick: boolean,
  size: Size,
): SmartSelection {
  if (!isClick) {
    const box = boxWithin(from, { x, y }, size);
    return box ? { ...selection, box } : selection;
  }
  if (!isInside(from, size)) return selection;
  return { ...selection, points: [...selection.points, { x: from.x, y: from.y, positive: !alt }] };
}

function isEmpty({ points, box }: SmartSelection): boolean {
  return points.length === 0 && box === null;
}

export const smartSelect: Tool<SmartSelectState> = {
  initial: { selection: EMPTY_SELECTION, from: undefined },
  isActive: ({ selection }) => !isEmpty(selection),
  step(state, input, { scale, size }) {
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
        const isClick = distance(from, input.pointer) * scale < CLICK_SLOP_PX;
        const next = extended(selection, from, input.pointer, isClick, size);
        if (next === selection) return { state: { ...state, from: undefined }, effects: [HIDE_OUTLINE] };
        return {
          state: { selection: next, from: undefined },
          effects: [HIDE_OUTLINE, { kind: 'select', selection: next }],
        };
      }
      case 'lift':
        return { state: { ...state, from: undefined }, effects: [HIDE_OUTLINE] };
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
