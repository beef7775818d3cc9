/**
 * Draws the frame with the pointer: dragging a handle resizes the frame, dragging inside moves it, dragging outside
 * draws a new one. The result is in whole pixels inside the background.
 */
import type { FrameRectangle } from '../../electron/contract/frame.ts';
import { type CancelInput, CLICK_SLOP_PX, type DragInput, HANDLE_WITHIN_PX } from './drag.ts';
import type { Point } from './mask-plane.ts';
import type { Size } from './view-transform.ts';

/** Smallest side of a drawn frame, in background pixels. */
export const MIN_FRAME_SIDE_PX = 32;

/** The edges that a drag moves; none of them moves the whole frame. */
interface Edges {
  readonly x: 'left' | 'right' | undefined;
  readonly y: 'top' | 'bottom' | undefined;
}

interface Drag {
  readonly kind: 'draw' | 'resize' | 'move';
  readonly edges: Edges;
  readonly from: Point;
  readonly start: FrameRectangle;
  readonly now: FrameRectangle;
  readonly hasMoved: boolean;
}

export interface FrameState {
  readonly drag: Drag | undefined;
}

/** Shift keeps sides equal, or the aspect ratio of the resized frame. */
export type FrameInput = DragInput | CancelInput;

export interface FrameScene {
  readonly background: Size;
  /** The current frame, drawn or automatic. */
  readonly frame: FrameRectangle;
  /** Screen pixels per background pixel. */
  readonly scale: number;
}

export interface FrameStep {
  readonly state: FrameState;
  /** The frame during the gesture; undefined if unchanged. */
  readonly shown: FrameRectangle | undefined;
  /** The gesture's final frame. */
  readonly committed: FrameRectangle | undefined;
}

export const FRAME_IDLE: FrameState = { drag: undefined };

export function stepFrame(state: FrameState, input: FrameInput, scene: FrameScene): FrameStep {
  const idle: FrameStep = { state: FRAME_IDLE, shown: undefined, committed: undefined };
  if (input.kind === 'cancel') return idle;
  if (input.kind === 'down') return { ...idle, state: { drag: takeHold(input.point, scene) } };
  const { drag } = state;
  if (!drag) return idle;
  const distance = Math.hypot(input.point.x - drag.from.x, input.point.y - drag.from.y);
  const hasMoved = drag.hasMoved || distance * scene.scale >= CLICK_SLOP_PX;
  if (!hasMoved) return input.kind === 'up' ? idle : { ...idle, state };
  const now = dragged(drag, input.point, input.shift, scene.background);
  if (input.kind === 'up') return { ...idle, committed: now };
  return { state: { drag: { ...drag, now, hasMoved } }, shown: now, committed: undefined };
}

/** Ends a gesture at its current position. @returns the frame; undefined when nothing was drawn */
export function concludeFrame({ drag }: FrameState): FrameRectangle | undefined {
  return drag?.hasMoved ? drag.now : undefined;
}

/** A frame moved by the keyboard, inside the background. */
export function nudgedFrame(frame: FrameRectangle, by: Point, background: Size): FrameRectangle {
  return {
    ...frame,
    left: clamp(frame.left + by.x, 0, background.width - frame.width),
    top: clamp(frame.top + by.y, 0, background.height - frame.height),
  };
}

/** The edges at a point; undefined for none. */
export function edgesAt(frame: FrameRectangle, point: Point, scale: number): Edges | undefined {
  const { left, top, width, height } = frame;
  const isNear = (a: number, b: number) => Math.abs(a - b) * scale <= HANDLE_WITHIN_PX;
  const isAcross =
    isBetween(point.x, left, left + width) || isNear(point.x, left) || isNear(point.x, left + width);
  const isDown =
    isBetween(point.y, top, top + height) || isNear(point.y, top) || isNear(point.y, top + height);
  if (!isAcross || !isDown) return undefined;
  const x = isNear(point.x, left + width) ? 'right' : isNear(point.x, left) ? 'left' : undefined;
  const y = isNear(point.y, top + height) ? 'bottom' : isNear(point.y, top) ? 'top' : undefined;
  return x || y ? { x, y } : undefined;
}

function takeHold(point: Point, { background, frame, scale }: FrameScene): Drag {
  const shared = { from: point, start: frame, now: frame, hasMoved: false };
  const edges = edgesAt(frame, point, scale);
  if (edges) return { ...shared, kind: 'resize', edges };
  const isWhole = frame.width === background.width && frame.height === background.height;
  const isInside =
    isBetween(point.x, frame.left, frame.left + frame.width) &&
    isBetween(point.y, frame.top, frame.top + frame.height);
  const none: Edges = { x: undefined, y: undefined };
  // A frame of the whole background cannot move: a drag draws a smaller one.
  return { ...shared, kind: isInside && !isWhole ? 'move' : 'draw', edges: none };
}

function dragged(
  { kind, edges, from, start }: Drag,
  to: Point,
  shift: boolean,
  background: Size,
): FrameRectangle {
  const by = { x: Math.round(to.x - from.x), y: Math.round(to.y - from.y) };
  if (kind === 'move') return nudgedFrame(start, by, background);
  if (kind === 'draw') {
    let { x, y } = to;
    if (shift) {
      const side = Math.min(Math.abs(x - from.x), Math.abs(y - from.y));
      x = from.x + Math.sign(x - from.x) * side;
      y = from.y + Math.sign(y - from.y) * side;
    }
    const across = span(from.x, x, background.width);
    const down = span(from.y, y, background.height);
    return { left: across.from, top: down.from, width: across.length, height: down.length };
  }
  const right = start.left + start.width;
  const bottom = start.top + start.height;
  const box = {
    left: edges.x === 'left' ? clamp(start.left + by.x, 0, right - minSide(background.width)) : start.left,
    top: edges.y === 'top' ? clamp(start.top + by.y, 0, bottom - minSide(background.height)) : start.top,
    right:
      edges.x === 'right'
        ? clamp(right + by.x, start.left + minSide(background.width), background.width)
        : right,
    bottom:
      edges.y === 'bottom'
        ? clamp(bottom + by.y, start.top + minSide(background.height), background.height)
        : bottom,
  };
  if (shift && edges.x && edges.y) keepProportions(box, edges, start, background);
  return { left: box.left, top: box.top, width: box.right - box.left, height: box.bottom - box.top };
}

/** Makes the box as large as both of its sides allow at its previous aspect ratio. */
function keepProportions(
  box: { left: number; top: number; right: number; bottom: number },
  edges: Edges,
  { width, height }: FrameRectangle,
  background: Size,
): void {
  const factor = Math.max(
    Math.min((box.right - box.left) / width, (box.bottom - box.top) / height),
    minSide(background.width) / width,
    minSide(background.height) / height,
  );
  const [newWidth, newHeight] = [Math.round(width * factor), Math.round(height * factor)];
  if (edges.x === 'left') box.left = Math.max(box.right - newWidth, 0);
  else box.right = Math.min(box.left + newWidth, background.width);
  if (edges.y === 'top') box.top = Math.max(box.bottom - newHeight, 0);
  else box.bottom = Math.min(box.top + newHeight, background.height);
}

/** An interval between two points in whole pixels, inside the background and long enough. */
function span(a: number, b: number, mostPx: number): { from: number; length: number } {
  const from = clamp(Math.round(Math.min(a, b)), 0, mostPx);
  const to = clamp(Math.round(Math.max(a, b)), 0, mostPx);
  const length = Math.max(to - from, minSide(mostPx));
  return { from: clamp(from, 0, mostPx - length), length };
}

function minSide(sidePx: number): number {
  return Math.min(MIN_FRAME_SIDE_PX, sidePx);
}

function isBetween(value: number, from: number, to: number): boolean {
  return value >= from && value <= to;
}

function clamp(value: number, min: number, max: number): number {
  return Math.min(Math.max(value, min), max);
}
