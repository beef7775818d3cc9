/** Strokes the outline of a mask or a hit: constant width on the screen, dark under light, visible on any picture. */
import type Konva from 'konva';

export interface OutlineStyle {
  readonly colour: string;
  /** Widths in CSS pixels: the coloured line, and the dark border under it. */
  readonly linePx: number;
  readonly borderPx: number;
  /** Lengths of a dash and of a gap in CSS pixels; solid by default. */
  readonly dashPx?: readonly [dash: number, gap: number] | undefined;
}

/** @param path in the shape's own coordinates */
export function strokeOutline(
  context: Konva.Context,
  shape: Konva.Shape,
  path: Path2D,
  { colour, linePx, borderPx, dashPx }: OutlineStyle,
): void {
  const { x: scale } = shape.getAbsoluteScale();
  const canvas = context._context;
  canvas.lineCap = 'square';
  canvas.strokeStyle = 'rgb(0 0 0 / 70%)';
  canvas.lineWidth = borderPx / scale;
  canvas.stroke(path);
  canvas.strokeStyle = colour;
  canvas.lineWidth = linePx / scale;
  if (dashPx) canvas.setLineDash(dashPx.map((length) => length / scale));
  canvas.stroke(path);
  if (dashPx) canvas.setLineDash([]);
}
