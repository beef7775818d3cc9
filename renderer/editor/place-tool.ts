/**
 * Moves, scales and rotates placed pictures with the pointer: a state machine separate from the mask tools. A step
 * returns a picture's preview placement; a gesture ends in one `commit`, which is one entry of the history.
 */
import { type CancelInput, CLICK_SLOP_PX, type DragInput, HANDLE_WITHIN_PX } from './drag.ts';
import type { Point } from './mask-plane.ts';
import {
  boundsOfPlaced,
  CORNERS,
  type Corner,
  cornerOf,
  isInPlaced,
  moveBy,
  type PlacedGeometry,
  rotate,
  rotateByDrag,
  scaleByCorner,
  toPicture,
} from './placement.ts';
import { type Box, type SnapGuide, snapBox } from './snapping.ts';
import type { Size } from './view-transform.ts';

/** A placed picture for the tool. */
export interface PlacedItem {
  readonly id: string;
  readonly geometry: PlacedGeometry;
  /** Size of the picture in its pixels. */
  readonly image: Size;
  readonly isLocked: boolean;
  /** Whether a pixel of the picture belongs to the subject; all do without a cut-out. */
  readonly covers: (x: number, y: number) => boolean;
}

export interface PlaceScene {
  readonly background: Size;
  /** In layer order, front last. */
  readonly items: readonly PlacedItem[];
  readonly activeId: string | null;
  /** Screen pixels per background pixel. */
  readonly scale: number;
  readonly snaps: boolean;
}

/** What the pointer has grabbed. */
export type Grip =
  | { readonly kind: 'body' | 'rotate' }
  | { readonly kind: 'corner'; readonly corner: Corner };

interface Drag {
  readonly id: string;
  readonly grip: Grip;
  readonly from: Point;
  readonly start: PlacedGeometry;
  readonly now: PlacedGeometry;
  readonly hasMoved: boolean;
}

export interface PlaceState {
  readonly drag: Drag | undefined;
}

/** Shift rotates in steps of 15 degrees and moves along one axis; Alt scales about the centre. */
export type PlaceInput = (DragInput & { readonly alt: boolean }) | CancelInput;

export type PlaceGesture = 'move' | 'scale' | 'rotate';

export type PlaceEffect =
  | { readonly kind: 'select'; readonly id: string }
  | {
      readonly kind: 'show';
      readonly id: string;
      readonly geometry: PlacedGeometry;
      readonly guides: readonly SnapGuide[];
    }
  | {
      readonly kind: 'commit';
      readonly id: string;
      readonly geometry: PlacedGeometry;
      readonly gesture: PlaceGesture;
    }
  | { readonly kind: 'revert'; readonly id: string };

export interface PlaceStep {
  readonly state: PlaceState;
  readonly effects: readonly PlaceEffect[];
}

export const PLACE_IDLE: PlaceState = { drag: undefined };

/** Distance of the rotation handle above the picture, in CSS pixels. */
const ROTATE_HANDLE_PX = 28;
/** Snapping distance, in CSS pixels. */
const SNAP_WITHIN_PX = 6;

/** The centre of the top edge, and the handle above it, in the scene. */
export function rotateHandleOf(
  geometry: PlacedGeometry,
  image: Size,
  scale: number,
): { readonly edge: Point; readonly handle: Point } {
  const half = (image.height * geometry.scale) / 2;
  const up = (distance: number) => {
    const away = rotate({ x: 0, y: -distance }, geometry.rotationDeg);
    return { x: geometry.x + away.x, y: geometry.y + away.y };
  };
  return { edge: up(half), handle: up(half + ROTATE_HANDLE_PX / scale) };
}

/** The part of the active picture at a point. */
export function gripAt({ geometry, image }: PlacedItem, point: Point, scale: number): Grip | undefined {
  const isNear = ({ x, y }: Point) => Math.hypot(x - point.x, y - point.y) * scale <= HANDLE_WITHIN_PX;
  if (isNear(rotateHandleOf(geometry, image, scale).handle)) return { kind: 'rotate' };
  const corner = CORNERS.find((each) => isNear(cornerOf(geometry, image, each)));
  if (corner) return { kind: 'corner', corner };
  return isInPlaced(geometry, image, point) ? { kind: 'body' } : undefined;
}

/** The frontmost picture whose subject is at a point. */
export function placedAt({ items }: Pick<PlaceScene, 'items'>, point: Point): PlacedItem | undefined {
  return items.findLast(({ geometry, image, covers }) => {
    const { x, y } = pixelAt(geometry, image, point);
    return x >= 0 && y >= 0 && x < image.width && y < image.height && covers(x, y);
  });
}

export function stepPlace(state: PlaceState, input: PlaceInput, scene: PlaceScene): PlaceStep {
  const { drag } = state;
  if (input.kind === 'cancel') {
    return { state: PLACE_IDLE, effects: drag ? [{ kind: 'revert', id: drag.id }] : [] };
  }
  if (input.kind === 'down') return takeHold(input.point, scene);
  if (!drag) return { state, effects: [] };
  const hasMoved = drag.hasMoved || distanceOf(drag.from, input.point) * scene.scale >= CLICK_SLOP_PX;
  if (!hasMoved) return input.kind === 'up' ? { state: PLACE_IDLE, effects: [] } : { state, effects: [] };
  const { geometry, guides } = dragged(drag, input, scene);
  if (input.kind === 'move') {
    return {
      state: { drag: { ...drag, now: geometry, hasMoved } },
      effects: [{ kind: 'show', id: drag.id, geometry, guides }],
    };
  }
  return {
    state: PLACE_IDLE,
    effects: [{ kind: 'commit', id: drag.id, geometry, gesture: gestureOf(drag.grip) }],
  };
}

/** Ends a gesture at its current position: the pointer is needed for something else. */
export function concludePlace({ drag }: PlaceState): PlaceStep {
  if (!drag?.hasMoved) return { state: PLACE_IDLE, effects: [] };
  const { id, now, grip } = drag;
  return {
    state: PLACE_IDLE,
    effects: [{ kind: 'commit', id, geometry: now, gesture: gestureOf(grip) }],
  };
}

function takeHold(point: Point, scene: PlaceScene): PlaceStep {
  const active = scene.items.find(({ id }) => id === scene.activeId);
  const grip = active && gripAt(active, point, scene.scale);
  // A handle of the active picture first, then the frontmost picture, then the active picture's frame.
  const isHandle = grip !== undefined && grip.kind !== 'body';
  const item = isHandle ? active : (placedAt(scene, point) ?? (grip && active));
  if (!item) return { state: PLACE_IDLE, effects: [] };
  const taken: Grip = isHandle ? grip : { kind: 'body' };
  const { id, geometry, isLocked } = item;
  const effects: PlaceEffect[] = id === scene.activeId ? [] : [{ kind: 'select', id }];
  if (isLocked) return { state: PLACE_IDLE, effects };
  return {
    state: { drag: { id, grip: taken, from: point, start: geometry, now: geometry, hasMoved: false } },
    effects,
  };
}

function dragged(
  { id, grip, from, start }: Drag,
  { point, shift, alt }: Extract<PlaceInput, { point: Point }>,
  scene: PlaceScene,
): { geometry: PlacedGeometry; guides: readonly SnapGuide[] } {
  const { image } = scene.items.find((item) => item.id === id)!;
  if (grip.kind === 'rotate') return { geometry: rotateByDrag(start, from, point, shift), guides: [] };
  if (grip.kind === 'corner') {
    return {
      geometry: scaleByCorner(start, image, grip.corner, point, alt ? 'centre' : 'opposite'),
      guides: [],
    };
  }
  let by = { x: point.x - from.x, y: point.y - from.y };
  if (shift) by = Math.abs(by.x) >= Math.abs(by.y) ? { x: by.x, y: 0 } : { x: 0, y: by.y };
  // Whole pixels, to stay sharp.
  const geometry = moveBy(start, Math.round(by.x), Math.round(by.y));
  if (!scene.snaps) return { geometry, guides: [] };
  const snap = snapBox(
    boundsOfPlaced(geometry, image),
    [
      { left: 0, top: 0, right: scene.background.width, bottom: scene.background.height },
      ...scene.items
        .filter((item) => item.id !== id)
        .map((item): Box => boundsOfPlaced(item.geometry, item.image)),
    ],
    SNAP_WITHIN_PX / scene.scale,
  );
  const isFree = { x: !shift || by.x !== 0, y: !shift || by.y !== 0 };
  return {
    geometry: moveBy(geometry, isFree.x ? snap.x : 0, isFree.y ? snap.y : 0),
    guides: snap.guides.filter(({ axis }) => isFree[axis]),
  };
}

function pixelAt(geometry: PlacedGeometry, image: Size, point: Point): Point {
  const { x, y } = toPicture(geometry, image, point);
  return { x: Math.floor(x), y: Math.floor(y) };
}

function gestureOf({ kind }: Grip): PlaceGesture {
  return kind === 'corner' ? 'scale' : kind === 'rotate' ? 'rotate' : 'move';
}

function distanceOf(a: Point, b: Point): number {
  return Math.hypot(a.x - b.x, a.y - b.y);
}
