/** Rotates a mask by any angle about the middle of its own box: bilinear, so that an edge stays as soft as it was. */
import { boundsOf, isEmptyRect, type MaskPlane, maskPlane, touchedRect } from './mask-plane.ts';

/**
 * @param degrees clockwise, as seen on the screen
 * @returns a new plane of the same size, values 0..255 rounded to nearest; what leaves the picture is cut off
 */
export function rotatePlane(plane: MaskPlane, degrees: number): MaskPlane {
  const rotated = maskPlane(plane.width, plane.height);
  const bounds = boundsOf(plane);
  if (isEmptyRect(bounds)) return rotated;
  const [middleX, middleY] = [(bounds.left + bounds.right) / 2, (bounds.top + bounds.bottom) / 2];
  const radius = Math.hypot(bounds.right - bounds.left, bounds.bottom - bounds.top) / 2 + 1;
  const rect = touchedRect(middleX - radius, middleY - radius, middleX + radius, middleY + radius, plane);
  const angle = (degrees * Math.PI) / 180;
  const [cos, sin] = [Math.cos(angle), Math.sin(angle)];
  for (let y = rect.top; y < rect.bottom; y++) {
    for (let x = rect.left; x < rect.right; x++) {
      // Where the pixel's centre was before.
      const [right, down] = [x + 0.5 - middleX, y + 0.5 - middleY];
      rotated.data[y * plane.width + x] = bilinear(
        plane,
        middleX + right * cos + down * sin - 0.5,
        middleY - right * sin + down * cos - 0.5,
      );
    }
  }
  return rotated;
}

/** The value between pixel centres; 0 outside of the plane. */
function bilinear({ width, height, data }: MaskPlane, x: number, y: number): number {
  const [left, top] = [Math.floor(x), Math.floor(y)];
  const [right, down] = [x - left, y - top];
  const at = (column: number, row: number) =>
    column < 0 || row < 0 || column >= width || row >= height ? 0 : data[row * width + column]!;
  return (
    (1 - down) * ((1 - right) * at(left, top) + right * at(left + 1, top)) +
    down * ((1 - right) * at(left, top + 1) + right * at(left + 1, top + 1))
  );
}
