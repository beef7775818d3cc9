/**
 * Mouse, pen and touch on the canvas: tool inputs in image pixels, pan by the middle button, Space or the hand
 * tool, pan and zoom by two fingers, zoom by wheel. The palm of the hand that holds a pen does nothing.
 */

import { CLICK_SLOP_PX } from '../editor/drag.ts';
import type { Point } from '../editor/mask-plane.ts';
import { PalmRejection } from '../editor/palm-rejection.ts';
import { distance, type PointerSample, type ToolInput } from '../editor/tools/tool.ts';
import { toImage, wheelFactor } from '../editor/view-transform.ts';
import type { CanvasView } from './canvas-view.ts';

export interface PointerTarget {
  readonly view: CanvasView;
  /** Whether a drag with any button pans. */
  isPanning(): boolean;
  /** The wheel's action without Ctrl. */
  wheelAction(): 'zoom' | 'brushSize';
  input(input: ToolInput): void;
  /** The pointer is needed for something else; `hasDrawn` says whether it moved farther than a click may. */
  interrupt(hasDrawn: boolean): void;
  /** Position of the pointer in image pixels; undefined when it left. */
  hover(point: Point | undefined): void;
  changeBrushSize(factor: number): void;
}

/** How far a pen leans, from upright, 0, to lying, 1. */
function tiltOf({ tiltX, tiltY }: PointerEvent): number {
  const lean = Math.hypot(Math.tan((tiltX * Math.PI) / 180), Math.tan((tiltY * Math.PI) / 180));
  return Math.atan(lean) / (Math.PI / 2);
}

/** Elements over the picture, such as the comparison's handle, handle their pointers themselves. */
function isOverCanvas({ target }: Event): boolean {
  return target instanceof Element && target.closest('[data-over-canvas]') !== null;
}

/** Listens on an element until the signal aborts. */
export function listenToPointers(element: HTMLElement, target: PointerTarget, signal: AbortSignal): void {
  const touches = new Map<number, Point>();
  const palms = new PalmRejection();
  /** The action of the pressed pointer. */
  let drag:
    | {
        readonly kind: 'tool' | 'pan';
        readonly pointerId: number;
        readonly from: Point;
        last: Point;
        /** Whether it moved farther than a click may. */
        hasMoved: boolean;
      }
    | undefined;
  let pinch: { distance: number; middle: Point } | undefined;

  const onScreen = (event: MouseEvent): Point => {
    const { left, top } = element.getBoundingClientRect();
    return { x: event.clientX - left, y: event.clientY - top };
  };
  const sample = (event: PointerEvent | MouseEvent): PointerSample => {
    const point = toImage(target.view.getTransform(), onScreen(event));
    const isPointer = event instanceof PointerEvent;
    return {
      ...point,
      pressure: isPointer ? event.pressure : 0.5,
      isPen: isPointer && event.pointerType === 'pen',
      tilt: isPointer ? tiltOf(event) : 0,
      shift: event.shiftKey,
      alt: event.altKey,
    };
  };
  const startPinch = () => {
    const [a, b] = [...touches.values()] as [Point, Point];
    return {
      distance: Math.max(Math.hypot(a.x - b.x, a.y - b.y), 1),
      middle: { x: (a.x + b.x) / 2, y: (a.y + b.y) / 2 },
    };
  };

  element.addEventListener(
    'pointerdown',
    (event) => {
      if (isOverCanvas(event)) return;
      const isPalm = palms.pressed(event, touches.keys());
      for (const palm of isPalm) touches.delete(palm);
      // What the palm has begun was not meant.
      if (drag && isPalm.includes(drag.pointerId)) {
        if (drag.kind === 'tool') target.interrupt(false);
        drag = undefined;
      }
      if (touches.size < 2) pinch = undefined;
      if (isPalm.includes(event.pointerId)) {
        event.preventDefault();
        return;
      }
      if (event.pointerType === 'touch') touches.set(event.pointerId, onScreen(event));
      if (touches.size === 2) {
        // A second finger pans and zooms; a first one that has not moved was part of the pinch.
        if (drag?.kind === 'tool') target.interrupt(drag.hasMoved);
        drag = undefined;
        pinch = startPinch();
        return;
      }
      if (drag || touches.size > 2) return;
      if (event.button !== 0 && event.button !== 1) return;
      element.setPointerCapture(event.pointerId);
      element.focus({ preventScroll: true });
      event.preventDefault();
      const kind = event.button === 1 || target.isPanning() ? 'pan' : 'tool';
      const from = onScreen(event);
      drag = { kind, pointerId: event.pointerId, from, last: from, hasMoved: false };
      if (kind === 'tool') target.input({ kind: 'down', pointer: sample(event) });
    },
    { signal },
  );

  element.addEventListener(
    'pointermove',
    (event) => {
      palms.saw(event);
      if (palms.isPalm(event.pointerId)) return;
      // It was lifted where no event told of it, such as over a menu of the system.
      if (drag?.pointerId === event.pointerId && event.buttons === 0) end(event, true);
      if (touches.has(event.pointerId)) touches.set(event.pointerId, onScreen(event));
      if (pinch && touches.size === 2) {
        const next = startPinch();
        target.view.zoom(next.distance / pinch.distance, pinch.middle);
        target.view.pan(next.middle.x - pinch.middle.x, next.middle.y - pinch.middle.y);
        pinch = next;
        return;
      }
      target.hover(toImage(target.view.getTransform(), onScreen(event)));
      if (drag?.kind === 'pan' && drag.pointerId === event.pointerId) {
        const now = onScreen(event);
        target.view.pan(now.x - drag.last.x, now.y - drag.last.y);
        drag.last = now;
        return;
      }
      if (drag && drag.pointerId !== event.pointerId) return;
      if (drag && distance(drag.from, onScreen(event)) >= CLICK_SLOP_PX) drag.hasMoved = true;
      // The device may report several positions per animation frame: each is a point of the stroke.
      const events = event.getCoalescedEvents();
      for (const each of events.length > 0 ? events : [event]) {
        target.input({ kind: 'move', pointer: sample(each) });
      }
    },
    { signal },
  );

  function end(event: PointerEvent, isLost: boolean): void {
    palms.lifted(event);
    touches.delete(event.pointerId);
    if (touches.size < 2) pinch = undefined;
    if (drag?.pointerId !== event.pointerId) return;
    if (drag.kind === 'tool') {
      // The system took the pointer away: keep what was drawn so far.
      if (isLost) target.interrupt(true);
      else target.input({ kind: 'up', pointer: sample(event) });
    }
    drag = undefined;
  }
  element.addEventListener('pointerup', (event) => end(event, false), { signal });
  element.addEventListener('pointercancel', (event) => end(event, true), { signal });
  // The menu of another button would take the pointer out of the drag.
  element.addEventListener('contextmenu', (event) => drag && event.preventDefault(), { signal });
  element.addEventListener('pointerleave', () => target.hover(undefined), { signal });
  element.addEventListener(
    'dblclick',
    (event) => {
      // Its clicks were for something else: they do not close a polygon that waits.
      if (isOverCanvas(event) || target.isPanning()) return;
      target.input({ kind: 'double', pointer: sample(event) });
    },
    { signal },
  );
  element.addEventListener(
    'wheel',
    (event) => {
      event.preventDefault();
      // A trackpad's pinch arrives as a wheel event with Ctrl and small steps; both zoom.
      const isZoom = (target.wheelAction() === 'zoom') !== (event.ctrlKey || event.metaKey);
      const factor = wheelFactor(event.deltaY, event.deltaMode);
      if (isZoom) target.view.zoom(factor, onScreen(event));
      else target.changeBrushSize(factor);
    },
    { signal, passive: false },
  );
}
