/**
 * The canvas has two coordinate systems, and this is the only transform between them.
 *
 * Scene coordinates are the background's pixels: the view, pointers, brush sizes, placements, frames, what tools draw over
 * the picture and what the host is asked. Mask coordinates are the pixels of mask planes, which have at most
 * {@link maskSize} of the contract. Per axis:
 *
 *     mask = scene * mask size / background size
 *
 * Up to 4 megapixels both are the same. The mask workbench takes and gives scene coordinates; the tools and planes
 * behind it know mask coordinates alone.
 */
import type { PixelRect, Point } from './mask-plane.ts';
import type { SmartSelection, ToolInput } from './tools/tool.ts';
import type { Size } from './view-transform.ts';

export interface MaskSpace {
  /** Of the background, in its pixels. */
  readonly background: Size;
  /** Of mask planes, in their pixels. */
  readonly mask: Size;
  /** Mask pixels per background pixel. */
  readonly scaleX: number;
  readonly scaleY: number;
  /** Of lengths without a direction, such as a brush's size: the geometric mean of both. */
  readonly scale: number;
}

export function maskSpace(background: Size, mask: Size): MaskSpace {
  const scaleX = mask.width / background.width;
  const scaleY = mask.height / background.height;
  return { background, mask, scaleX, scaleY, scale: Math.sqrt(scaleX * scaleY) };
}

/** A tool's input, given in scene coordinates, in mask coordinates. */
export function inputToMask({ scaleX, scaleY }: MaskSpace, input: ToolInput): ToolInput {
  if (!('pointer' in input)) return input;
  const { pointer } = input;
  return { ...input, pointer: { ...pointer, x: pointer.x * scaleX, y: pointer.y * scaleY } };
}

export function pointToScene({ scaleX, scaleY }: MaskSpace, { x, y }: Point): Point {
  return { x: x / scaleX, y: y / scaleY };
}

/** A rectangle of mask pixels as the part of the background that it covers; fractions where the sizes differ. */
export function rectToScene({ scaleX, scaleY }: MaskSpace, rect: PixelRect): PixelRect {
  return {
    left: rect.left / scaleX,
    top: rect.top / scaleY,
    right: rect.right / scaleX,
    bottom: rect.bottom / scaleY,
  };
}

/** What smart select asks for, in background pixels. */
export function selectionToScene(space: MaskSpace, { points, box }: SmartSelection): SmartSelection {
  return {
    points: points.map((point) => ({ ...point, ...pointToScene(space, point) })),
    box: box && rectToScene(space, box),
  };
}
