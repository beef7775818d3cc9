/**
 * The part of the background in front of a concept (docs/method.md, In front): where its mask is 1, the background is
 * unchanged, bit for bit.
 */
import type { FrameSize } from '../../contract/frame.ts';
import type { Viewport } from '../../foundation/pictures/placed-picture.ts';
import type { RgbImage } from '../../pipeline/processors/image.ts';
import { type Tensor, tensor } from '../../pipeline/tensor/tensor.ts';
import { enlarged, type FrameOpacity } from './opacity-plane.ts';

/** The part of a mask that is not behind another one: M (1 - F). Both have the same dims, 0..1. */
export function withoutFront(mask: Tensor, front: Tensor): Tensor {
  return tensor(
    mask.data.map((value, at) => value * (1 - front.data[at]!)),
    mask.dims,
  );
}

/** A front mask at the pixels of a viewport that shows the background at its own size. */
export function frontRows(front: Tensor, background: FrameSize, { window }: Viewport): FrameOpacity {
  const [height, width] = front.dims as [number, number];
  const rows = enlarged(front, { width, height }, background);
  const { bounds } = rows;
  return {
    bounds: bounds && { ...bounds, left: bounds.left - window.left, top: bounds.top - window.top },
    rowInto: (y, area, target) =>
      rows.rowInto(window.top + y, { ...area, left: window.left + area.left }, target),
  };
}

/** A front mask that already has the viewport's size, dims [height, width]. */
export function frontPlane(front: Tensor): FrameOpacity {
  const [height, width] = front.dims as [number, number];
  return enlarged(front, { width, height }, { width, height });
}

/**
 * Draws on a picture, then restores what is in front: before + (1 - F)(after - before).
 *
 * @param picture changed in place
 * @param front in the picture's pixels
 */
export function drawBehind(picture: RgbImage, { bounds, rowInto }: FrameOpacity, draw: () => void): void {
  const left = Math.max(bounds?.left ?? 0, 0);
  const top = Math.max(bounds?.top ?? 0, 0);
  const width = Math.min((bounds?.left ?? 0) + (bounds?.width ?? 0), picture.width) - left;
  const height = Math.min((bounds?.top ?? 0) + (bounds?.height ?? 0), picture.height) - top;
  if (width <= 0 || height <= 0) {
    draw();
    return;
  }
  // 1. The pixels before drawing, where something is in front.
  const before = new Uint8Array(3 * width * height);
  const rowAt = (y: number) => 3 * ((top + y) * picture.width + left);
  for (let y = 0; y < height; y++) {
    before.set(picture.data.subarray(rowAt(y), rowAt(y) + 3 * width), 3 * y * width);
  }
  draw();
  // 2. Restored by the front mask's weight.
  const share = new Float32Array(width);
  for (let y = 0; y < height; y++) {
    rowInto(top + y, { left, top, width, height }, share);
    for (let x = 0; x < width; x++) {
      const hidden = share[x]!;
      if (hidden === 0) continue;
      for (let channel = 3 * x; channel < 3 * x + 3; channel++) {
        const at = rowAt(y) + channel;
        const was = before[3 * y * width + channel]!;
        picture.data[at] = hidden === 1 ? was : Math.round(hidden * was + (1 - hidden) * picture.data[at]!);
      }
    }
  }
}
