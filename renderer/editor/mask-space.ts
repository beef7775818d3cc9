/**
 * The only transform between the canvas's two coordinate systems.
 *
 * Scene coordinates are the background's pixels: used by the view, pointers, brush sizes, placements, frames, tool
 * overlays and calls to the host. Mask coordinates are the pixels of mask planes, which have at most
 * {@link maskSize} of the contract. Per axis:
 *
 *     mask = scene * mask size / background size
 *
 * Up to 4 megapixels both are equal. The mask workbench has scene coordinates on the outside; its tools and planes
 * only use mask coordinates.
 */
import type { PixelRect, Point } from './mask-plane.ts';
import type { SmartSelection, ToolInput } from './tools/tool.ts';
import type { Size } from './view-transform.ts';

export interface MaskSpace {
  /** Size of the background, in its pixels. */
  readonly background: Size;
  /** Size of mask planes, in their pixels. */
  readonly mask: Size;
  /** Mask pixels per background pixel. */
  readonly scaleX: number;
  readonly scaleY: number;
  /** Scale of lengths without a direction, such as a brush's size: the geometric mean of both. */
  readonly scale: number;
}

export function maskSpace(background: Size, mask: Size): MaskSpace {
  const scaleX = mask.width / background.width;
  const scaleY = mask.height / background.height;
  return { background, mask, scaleX, scaleY, scale: Math.sqrt(scaleX * scaleY) };
}

/** Converts a tool's input from scene to mask coordinates. */
export function inputToMask({ scaleX, scaleY }: MaskSpace, input: ToolInput): ToolInput {
  if (!('pointer' in input)) return input;
  const { pointer } = input;
  return { ...input, pointer: { ...pointer, x: pointer.x * scaleX, y: pointer.y * scaleY } };
}

export function pointToScene({ scaleX, scaleY }: MaskSpace, { x, y }: Point): Point {
  return { x: x / scaleX, y: y / scaleY };
}

/** Converts a rectangle of mask pixels to background pixels; may be fractional. */
export function rectToScene({ scaleX, scaleY }: MaskSpace, rect: PixelRect): PixelRect {
  return {
    left: rect.left / scaleX,
    top: rect.top / scaleY,
    right: rect.right / scaleX,
    bottom: rect.bottom / scaleY,
  };
}

/** Converts a smart selection to background pixels. */
export function selectionToScene(space: MaskSpace, { points, box }: SmartSelection): SmartSelection {
  return {
    points: points.map((point) => ({ ...point, ...pointToScene(space, point) })),
    box: box && rectToScene(space, box),
  };
}
