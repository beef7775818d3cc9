/**
 * The line around a mask: every side of a pixel that is inside whose neighbour is not, row by row, so that a stroke
 * looks at the rows again that it changed and at no others. Inside is what the method takes for inside: from half on.
 */
import { INSIDE_FROM, type MaskPlane } from './mask-plane.ts';

/** A line between two grid points, in image pixels. */
export interface ContourLine {
  readonly fromX: number;
  readonly fromY: number;
  readonly toX: number;
  readonly toY: number;
}

export class MaskContour {
  readonly #height: number;
  /** By the line between two rows, 0 above the first one: ends of its runs, two by two. */
  readonly #horizontal: number[][];
  /** By row: where it changes from outside to inside or back. */
  readonly #vertical: number[][];

  constructor({ height }: Pick<MaskPlane, 'height'>) {
    this.#height = height;
    this.#horizontal = Array.from({ length: height + 1 }, () => []);
    this.#vertical = Array.from({ length: height }, () => []);
  }

  /** Looks at rows `top <= y < bottom` of the plane again. */
  update(plane: MaskPlane, top: number, bottom: number): void {
    const first = Math.max(top, 0);
    const end = Math.min(bottom, this.#height);
    if (first >= end) return;
    for (let y = first; y < end; y++) this.#vertical[y] = changesIn(plane, y);
    // The line below the last row is between it and one that did not change.
    for (let y = first; y <= end; y++) this.#horizontal[y] = runsBetween(plane, y - 1, y);
  }

  /** All lines, the horizontal ones as long as they go. */
  *lines(): Generator<ContourLine> {
    for (const [y, runs] of this.#horizontal.entries()) {
      for (let at = 0; at < runs.length; at += 2) {
        yield { fromX: runs[at]!, fromY: y, toX: runs[at + 1]!, toY: y };
      }
    }
    for (const [y, places] of this.#vertical.entries()) {
      for (const x of places) yield { fromX: x, fromY: y, toX: x, toY: y + 1 };
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

/** Where of two rows one pixel is inside and the other is not; a row beyond the picture is outside. */
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
