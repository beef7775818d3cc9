/**
 * The outline of a mask: every side between a pixel inside and a neighbour outside, stored by row, so that a stroke
 * only recomputes the rows it changed. Inside is defined as in the method: from half on.
 */
import { INSIDE_FROM, type MaskPlane, type PixelRect } from './mask-plane.ts';

const EVERYWHERE: PixelRect = { left: -Infinity, top: -Infinity, right: Infinity, bottom: Infinity };

/** A line between two grid points, in image pixels. */
export interface ContourLine {
  readonly fromX: number;
  readonly fromY: number;
  readonly toX: number;
  readonly toY: number;
}

export class MaskContour {
  readonly #height: number;
  /** By the line between two rows, 0 above the first one: start and end of its runs. */
  readonly #horizontal: number[][];
  /** By row: the positions where it crosses the outline. */
  readonly #vertical: number[][];

  constructor({ height }: Pick<MaskPlane, 'height'>) {
    this.#height = height;
    this.#horizontal = Array.from({ length: height + 1 }, () => []);
    this.#vertical = Array.from({ length: height }, () => []);
  }

  /** Recomputes the rows `top <= y < bottom` of the plane. */
  update(plane: MaskPlane, top: number, bottom: number): void {
    const first = Math.max(top, 0);
    const end = Math.min(bottom, this.#height);
    if (first >= end) return;
    for (let y = first; y < end; y++) this.#vertical[y] = changesIn(plane, y);
    // Include the line between the last row and the unchanged one below.
    for (let y = first; y <= end; y++) this.#horizontal[y] = runsBetween(plane, y - 1, y);
  }

  /** The lines, all or those that touch a rectangle, its edges included; horizontal ones are merged. */
  *lines({ left, top, right, bottom }: PixelRect = EVERYWHERE): Generator<ContourLine> {
    for (let y = Math.max(Math.ceil(top), 0); y <= Math.min(bottom, this.#height); y++) {
      const runs = this.#horizontal[y]!;
      for (let at = 0; at < runs.length; at += 2) {
        const [fromX, toX] = [runs[at]!, runs[at + 1]!];
        if (fromX <= right && toX >= left) yield { fromX, fromY: y, toX, toY: y };
      }
    }
    for (let y = Math.max(Math.ceil(top) - 1, 0); y <= Math.min(bottom, this.#height - 1); y++) {
      for (const x of this.#vertical[y]!) {
        if (x >= left && x <= right) yield { fromX: x, fromY: y, toX: x, toY: y + 1 };
      }
    }
  }
}

function changesIn({ data, width }: MaskPlane, y: number): number[] {
  const places: number[] = [];
  let was = false;
  for (let x = 0; x < width; x++) {
    const is = data[y * width + x]! >= INSIDE_FROM;
    if (is !== was) places.push(x);
    was = is;
  }
  if (was) places.push(width);
  return places;
}

/** The runs where exactly one of two adjacent pixels is inside; a row beyond the picture is outside. */
function runsBetween({ data, width, height }: MaskPlane, above: number, below: number): number[] {
  const runs: number[] = [];
  const hasAbove = above >= 0;
  const hasBelow = below < height;
  let from = -1;
  for (let x = 0; x < width; x++) {
    const up = hasAbove && data[above * width + x]! >= INSIDE_FROM;
    const down = hasBelow && data[below * width + x]! >= INSIDE_FROM;
    if (up !== down) {
      if (from < 0) from = x;
    } else if (from >= 0) {
      runs.push(from, x);
      from = -1;
    }
  }
  if (from >= 0) runs.push(from, width);
  return runs;
}
