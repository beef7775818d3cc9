/** Strokes the outline of a mask or a hit: constant width on the screen, dark under light, visible on any picture. */
export interface OutlineStyle {
  readonly colour: string;
  /** Widths in CSS pixels: the coloured line, and the dark border under it. */
  readonly linePx: number;
  readonly borderPx: number;
  /** Lengths of a dash and of a gap in CSS pixels; solid by default. */
  readonly dashPx?: readonly [dash: number, gap: number] | undefined;
}

/**
 * @param scale CSS pixels per unit of the path
 * @param path in the canvas's present coordinates
 */
export function strokeOutline(
  canvas: CanvasRenderingContext2D,
  scale: number,
  path: Path2D,
  { colour, linePx, borderPx, dashPx }: OutlineStyle,
): void {
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
