/**
 * The interface of all tools. A tool is a small state machine: a state and an input give the next state and effects.
 * It draws nothing itself: its effects describe what to paint, show or request, and the mask session
 * (mask-session.ts) and the canvas carry them out. So a tool can be tested without a canvas, and a gesture is one
 * entry of the history because it ends in one `commit`.
 */
import type { Dab, StrokeMode } from '../brush-stroke.ts';
import type { PixelRect, Point } from '../mask-plane.ts';
import type { Size } from '../view-transform.ts';

/** User input, in image pixels. */
export type ToolInput =
  | { readonly kind: 'down' | 'move' | 'up'; readonly pointer: PointerSample }
  | { readonly kind: 'double'; readonly pointer: PointerSample }
  /** Enter; `use` says what a selection does to the mask, by default it replaces it. */
  | { readonly kind: 'confirm'; readonly use?: SelectionUse }
  /** The pointer is needed for something else; it has no position. */
  | { readonly kind: 'lift' }
  /** Escape, or the mask under the tool is gone. */
  | { readonly kind: 'cancel' };

/** One position of the mouse, the pen or a finger. */
export interface PointerSample extends Point {
  /** 0..1; a mouse has 0.5. */
  readonly pressure: number;
  readonly isPen: boolean;
  /** Of a pen, from upright, 0, to lying, 1; omitted where the device does not say. */
  readonly tilt?: number;
  readonly shift: boolean;
  readonly alt: boolean;
}

/** A tool's context. */
export interface ToolSettings {
  /** Diameter of brush and eraser in image pixels. */
  readonly brushSizePx: number;
  /** 0 soft, 1 hard. */
  readonly hardness: number;
  /** Whether a pen's pressure changes the size. */
  readonly pressureSize: boolean;
  /** Whether it changes the opacity. */
  readonly pressureOpacity: boolean;
  /** Whether a tilted pen paints wider. */
  readonly tiltSize: boolean;
  /** Screen pixels per image pixel, so that a tool can tell a click from a drag. */
  readonly scale: number;
  /** Bounds of the current mask; empty for an empty mask. */
  readonly maskBounds: PixelRect;
  /** Size of the picture, in its pixels. */
  readonly size: Size;
}

/** A transform of a mask: `p -> origin + (p - origin) * scale + offset`, image pixels. */
export interface MaskTransform {
  readonly offsetX: number;
  readonly offsetY: number;
  readonly scaleX: number;
  readonly scaleY: number;
  readonly originX: number;
  readonly originY: number;
}

export type ToolEffect =
  | {
      readonly kind: 'stamp';
      readonly from: Dab;
      readonly to: Dab;
      readonly hardness: number;
      readonly mode: StrokeMode;
    }
  | { readonly kind: 'polygon'; readonly points: readonly Point[]; readonly mode: StrokeMode }
  | { readonly kind: 'flood'; readonly point: Point; readonly mode: StrokeMode }
  /** Transforms the mask that the gesture started with. */
  | { readonly kind: 'transform'; readonly transform: MaskTransform }
  /** An outline to show; no points hides it. */
  | { readonly kind: 'outline'; readonly points: readonly Point[]; readonly closed: boolean }
  /** Positive and negative points, or a box, for the segmenter. */
  | { readonly kind: 'select'; readonly selection: SmartSelection }
  /** The same while a point is dragged: shown, not asked for. */
  | { readonly kind: 'mark'; readonly selection: SmartSelection }
  /** The gesture is finished, as one entry of the history. */
  | { readonly kind: 'commit'; readonly label: GestureLabel; readonly use?: SelectionUse }
  /** The gesture is cancelled: the mask is restored. */
  | { readonly kind: 'revert' };

/** A request to the segmenter, in image pixels. */
export interface SmartSelection {
  readonly points: readonly { readonly x: number; readonly y: number; readonly positive: boolean }[];
  readonly box: {
    readonly left: number;
    readonly top: number;
    readonly right: number;
    readonly bottom: number;
  } | null;
}

/** Whether a proposed selection becomes the mask, is added to it, or is taken from it. */
export type SelectionUse = 'replace' | 'add' | 'subtract';

/** Names of gestures; the panels translate them. */
export type GestureLabel =
  | 'brush'
  | 'eraser'
  | 'lasso'
  | 'polygon'
  | 'rectangle'
  | 'ellipse'
  | 'fill'
  | 'select'
  | 'move';

export interface ToolStep<State> {
  readonly state: State;
  readonly effects: readonly ToolEffect[];
}

export interface Tool<State> {
  readonly initial: State;
  /** Whether a gesture is in progress that Escape would cancel. */
  isActive(state: State): boolean;
  step(state: State, input: ToolInput, settings: ToolSettings): ToolStep<State>;
}

/** Alt switches from adding to subtracting. */
export function modeOf({ alt }: PointerSample): StrokeMode {
  return alt ? 'erase' : 'paint';
}

export const HIDE_OUTLINE: ToolEffect = { kind: 'outline', points: [], closed: false };

/** Distance of two points in image pixels. */
export function distance(a: Point, b: Point): number {
  return Math.hypot(a.x - b.x, a.y - b.y);
}
