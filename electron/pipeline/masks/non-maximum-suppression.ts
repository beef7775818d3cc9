/** Keeps the best of overlapping boxes. */
import type { Detection, ImageBox } from '../preparation-ports.ts';

/** Intersection over union of two boxes, 0..1; 0 for boxes without area. */
export function boxOverlap(a: ImageBox, b: ImageBox): number {
  const width = Math.min(a.right, b.right) - Math.max(a.left, b.left);
  const height = Math.min(a.bottom, b.bottom) - Math.max(a.top, b.top);
  if (width <= 0 || height <= 0) return 0;
  const area = ({ left, top, right, bottom }: ImageBox) => (right - left) * (bottom - top);
  return (width * height) / (area(a) + area(b) - width * height);
}

/**
 * Greedy non-maximum suppression: from the best box down, a box is kept if it overlaps no kept box by more than the
 * threshold. Like torchvision.ops.nms; equal scores keep their order.
 *
 * @param overlapThreshold intersection over union, 0..1
 * @returns best first
 */
export function suppressOverlaps<Found extends Detection>(
  detections: readonly Found[],
  overlapThreshold: number,
): Found[] {
  const kept: Found[] = [];
  for (const detection of detections.toSorted((a, b) => b.score - a.score)) {
    if (kept.every((other) => boxOverlap(detection.box, other.box) <= overlapThreshold)) kept.push(detection);
  }
  return kept;
}

/** The part of a box inside the picture; undefined if it is outside. */
export function clipBox(box: ImageBox, width: number, height: number): ImageBox | undefined {
  const clipped = {
    left: Math.min(Math.max(box.left, 0), width),
    top: Math.min(Math.max(box.top, 0), height),
    right: Math.min(Math.max(box.right, 0), width),
    bottom: Math.min(Math.max(box.bottom, 0), height),
  };
  return clipped.left < clipped.right && clipped.top < clipped.bottom ? clipped : undefined;
}
