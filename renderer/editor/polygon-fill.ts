/**
 * Fills outlines: polygons by the non-zero winding rule, with antialiased edges.
 *
 * Each pixel row is divided into sub-rows; on a sub-row the spans inside the outline are found from its crossings,
 * and a pixel's coverage is the exact share of the span over it, averaged over the sub-rows.
 */
import { EMPTY_RECT, type MaskPlane, type PixelRect, type Point, touchedRect } from './mask-plane.ts';

const SUB_ROWS = 8;

interface Crossing {
  readonly x: number;
  readonly winding: 1 | -1;
}

/**
 * Raises a coverage plane to the inside of a closed outline.
 *
 * @param coverage written to: the maximum of its value and the outline's coverage
 * @param outline corners in image pixels; the last is joined to the first
 * @returns the pixels that may have changed; empty for fewer than three corners
 */
export function fillPolygon(coverage: MaskPlane, outline: readonly Point[]): PixelRect {
  if (outline.length < 3) return EMPTY_RECT;
  const xs = outline.map(({ x }) => x);
  const ys = outline.map(({ y }) => y);
  const rect = touchedRect(least(xs), least(ys), greatest(xs), greatest(ys), coverage);
  const row = new Float32Array(Math.max(rect.right - rect.left, 0));
  for (let y = rect.top; y < rect.bottom; y++) {
    row.fill(0);
    for (let sub = 0; sub < SUB_ROWS; sub++) addSpans(outline, y + (sub + 0.5) / SUB_ROWS, rect, row);
    for (let index = 0; index < row.length; index++) {
      const at = y * coverage.width + rect.left + index;
      const value = (255 * row[index]!) / SUB_ROWS;
      if (value > coverage.data[at]!) coverage.data[at] = value;
    }
  }
  return rect;
}

/** Corners of an ellipse in a box, enough to look smooth. */
export function ellipseOutline(from: Point, to: Point): readonly Point[] {
  const radiusX = Math.abs(to.x - from.x) / 2;
  const radiusY = Math.abs(to.y - from.y) / 2;
  const count = Math.max(16, Math.ceil(4 * Math.sqrt(Math.max(radiusX, radiusY)) * Math.PI));
  return Array.from({ length: count }, (_, index) => {
    const angle = (2 * Math.PI * index) / count;
    return {
      x: (from.x + to.x) / 2 + radiusX * Math.cos(angle),
      y: (from.y + to.y) / 2 + radiusY * Math.sin(angle),
    };
  });
}

/** Corners of a box. */
export function rectangleOutline(from: Point, to: Point): readonly Point[] {
  return [from, { x: to.x, y: from.y }, to, { x: from.x, y: to.y }];
}

function addSpans(outline: readonly Point[], y: number, { left, right }: PixelRect, row: Float32Array): void {
  const crossings: Crossing[] = [];
  for (let index = 0; index < outline.length; index++) {
    const a = outline[index]!;
    const b = outline[index + 1 === outline.length ? 0 : index + 1]!;
    if (a.y <= y === b.y <= y) continue;
    crossings.push({ x: a.x + ((y - a.y) / (b.y - a.y)) * (b.x - a.x), winding: a.y < b.y ? 1 : -1 });
  }
  crossings.sort((a, b) => a.x - b.x);
  let winding = 0;
  let begin = 0;
  for (const crossing of crossings) {
    if (winding === 0) begin = crossing.x;
    winding += crossing.winding;
    if (winding === 0) addSpan(Math.max(begin, left) - left, Math.min(crossing.x, right) - left, row);
  }
}

/** Adds a span to a sub-row: the share of each pixel that it covers. */
function addSpan(begin: number, end: number, row: Float32Array): void {
  if (end <= begin) return;
  const first = Math.floor(begin);
  const last = Math.min(Math.floor(end), row.length - 1);
  for (let index = first; index <= last; index++) {
    row[index]! += Math.min(end, index + 1) - Math.max(begin, index);
  }
}

function least(values: readonly number[]): number {
  return values.reduce((a, b) => Math.min(a, b));
}

function greatest(values: readonly number[]): number {
  return values.reduce((a, b) => Math.max(a, b));
}
