/**
 * Smart select: clicks mark parts of the object (Alt: parts outside it), a drag draws a box around it. A point that is
 * there already is moved by a drag and removed by a click. Each change sends the whole selection to the segmenter;
 * Enter applies the result to the mask, Escape discards it. Clicks outside the picture are ignored, boxes are clipped
 * to it.
 */
import { CLICK_SLOP_PX, HANDLE_WITHIN_PX } from '../drag.ts';
import { isEmptyRect, type Point } from '../mask-plane.ts';
import { rectangleOutline } from '../polygon-fill.ts';
import type { Size } from '../view-transform.ts';
import {
  distance,
  HIDE_OUTLINE,
  type PointerSample,
  type SmartSelection,
  type Tool,
  type ToolEffect,
} from './tool.ts';

export interface SmartSelectState {
  readonly selection: SmartSelection;
  readonly press: Press | undefined;
}

/** A pressed pointer. */
interface Press {
  readonly from: Point;
  /** Index of the pressed point; undefined: none. */
  readonly point: number | undefined;
  /** Whether it has moved farther than a click may: coming back to where it began is no click. */
  readonly hasMoved: boolean;
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

/** Index of the point under the pointer, the nearest one; undefined if there is none. */
function pointAt({ points }: SmartSelection, at: Point, scale: number): number | undefined {
  const near = points
    .map((point, index) => ({ index, away: distance(point, at) * scale }))
    .filter(({ away }) => away <= HANDLE_WITHIN_PX)
    .sort((a, b) => a.away - b.away);
  return near[0]?.index;
}

/** The selection with a point moved; within the picture. */
function withMoved(selection: SmartSelection, index: number, { x, y }: Point, size: Size): SmartSelection {
  const within = {
    x: Math.min(Math.max(x, 0), size.width - 1),
    y: Math.min(Math.max(y, 0), size.height - 1),
  };
  const points = selection.points.map((point, at) => (at === index ? { ...point, ...within } : point));
  return { ...selection, points };
}

/** The selection after a press is released; unchanged if that was outside the picture. */
function released(
  selection: SmartSelection,
  { from, point }: Press,
  to: PointerSample,
  isClick: boolean,
  size: Size,
): SmartSelection {
  if (point !== undefined) {
    if (!isClick) return withMoved(selection, point, to, size);
    return { ...selection, points: selection.points.filter((_, at) => at !== point) };
  }
  if (!isClick) {
    const box = boxWithin(from, to, size);
    return box ? { ...selection, box } : selection;
  }
  if (!isInside(from, size)) return selection;
  return { ...selection, points: [...selection.points, { x: from.x, y: from.y, positive: !to.alt }] };
}

function isEmpty({ points, box }: SmartSelection): boolean {
  return points.length === 0 && box === null;
}

export const smartSelect: Tool<SmartSelectState> = {
  initial: { selection: EMPTY_SELECTION, press: undefined },
  isActive: ({ selection }) => !isEmpty(selection),
  step(state, input, { scale, size }) {
    const { selection, press } = state;
    switch (input.kind) {
      case 'down': {
        const from = { x: input.pointer.x, y: input.pointer.y };
        const point = pointAt(selection, from, scale);
        return { state: { ...state, press: { from, point, hasMoved: false } }, effects: [] };
      }
      case 'move': {
        if (!press) return { state, effects: [] };
        const hasMoved = press.hasMoved || distance(press.from, input.pointer) * scale >= CLICK_SLOP_PX;
        if (!hasMoved) return { state, effects: [] };
        const effect: ToolEffect =
          press.point === undefined
            ? { kind: 'outline', points: rectangleOutline(press.from, input.pointer), closed: true }
            : { kind: 'mark', selection: withMoved(selection, press.point, input.pointer, size) };
        return { state: { ...state, press: { ...press, hasMoved } }, effects: [effect] };
      }
      case 'up': {
        if (!press) return { state, effects: [] };
        const isClick = distance(press.from, input.pointer) * scale < CLICK_SLOP_PX;
        const isNoClick = press.point !== undefined && press.hasMoved;
        const next = released(selection, press, input.pointer, isClick && !isNoClick, size);
        if (next === selection) return { state: { ...state, press: undefined }, effects: [HIDE_OUTLINE] };
        // Its last point was removed: there is nothing to apply or to ask for.
        if (isEmpty(next)) return { state: smartSelect.initial, effects: [HIDE_OUTLINE, { kind: 'revert' }] };
        return {
          state: { selection: next, press: undefined },
          effects: [HIDE_OUTLINE, { kind: 'select', selection: next }],
        };
      }
      case 'lift':
        return {
          state: { ...state, press: undefined },
          effects: [HIDE_OUTLINE, { kind: 'mark', selection }],
        };
      case 'confirm':
        if (isEmpty(selection)) return { state, effects: [] };
        return {
          state: smartSelect.initial,
          effects: [HIDE_OUTLINE, { kind: 'commit', label: 'select', use: input.use ?? 'replace' }],
        };
      case 'cancel':
        if (isEmpty(selection) && !press) return { state, effects: [] };
        return { state: smartSelect.initial, effects: [HIDE_OUTLINE, { kind: 'revert' }] };
      default:
        return { state, effects: [] };
    }
  },
};
