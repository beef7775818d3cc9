/** Moves and scales a mask during a drag: bilinear, only in the old and new areas of the mask. */
import { type MaskPlane, type PixelRect, touchedRect } from './mask-plane.ts';
import type { MaskTransform } from './tools/tool.ts';

/**
 * Draws a transformed mask into another plane. A move by whole pixels copies the values exactly.
 *
 * @param bounds of the mask: outside `from` is 0
 * @param into zero in the new area of the mask; of the size of `from`
 * @returns the pixels written
 */
export function transformPlane(
  from: MaskPlane,
  bounds: PixelRect,
  { offsetX, offsetY, scaleX, scaleY, originX, originY }: MaskTransform,
  into: MaskPlane,
): PixelRect {
  const toX = (x: number) => originX + (x - originX) * scaleX + offsetX;
  const toY = (y: number) => originY + (y - originY) * scaleY + offsetY;
  const rect = touchedRect(
    toX(bounds.left) - 1,
    toY(bounds.top) - 1,
    toX(bounds.right) + 1,
    toY(bounds.bottom) + 1,
    into,
  );
  for (let y = rect.top; y < rect.bottom; y++) {
    // Pixel centres are at whole coordinates plus one half.
    const sourceY = (y + 0.5 - offsetY - originY) / scaleY + originY - 0.5;
    const top = Math.floor(sourceY);
    const down = sourceY - top;
    for (let x = rect.left; x < rect.right; x++) {
      const sourceX = (x + 0.5 - offsetX - originX) / scaleX + originX - 0.5;
      const left = Math.floor(sourceX);
      const right = sourceX - left;
      into.data[y * into.width + x] =
        (1 - down) * ((1 - right) * at(from, left, top) + right * at(from, left + 1, top)) +
        down * ((1 - right) * at(from, left, top + 1) + right * at(from, left + 1, top + 1));
    }
  }
  return rect;
}

function at({ width, height, data }: MaskPlane, x: number, y: number): number {
  return x < 0 || y < 0 || x >= width || y >= height ? 0 : data[y * width + x]!;
}
