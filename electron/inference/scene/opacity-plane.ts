/** The opacity of a result at each pixel of a full-size frame, from a plane of at most a million elements. */
import type { FrameSize, ResolvedFrame } from '../../contract/frame.ts';
import { type ObjectFade, objectOpacity, opacityReachPx } from '../../pipeline/compose.ts';
import { boundingRectangle, expandRectangle, type Rectangle } from '../../pipeline/masks/rectangle.ts';
import { maximumPlane } from '../../pipeline/tensor/image-kernels.ts';
import { resampleWindow } from '../../pipeline/tensor/resample-window.ts';
import { type Tensor, tensor } from '../../pipeline/tensor/tensor.ts';

/** Most elements of the plane, which is enlarged linearly. */
const MAX_ELEMENTS = 1_000_000;

/** Widest fade, in elements of the plane, for which it is finer than the model's input. */
const MAX_FINE_FADE = 32;

export interface FrameOpacity {
  /** The smallest rectangle of the frame that contains all values above 0; undefined if there are none. */
  readonly bounds: Rectangle | undefined;
  /** Writes the values of one row of the frame within an area, 0..1. */
  readonly rowInto: (y: number, area: Rectangle, target: Float32Array) => void;
}

/** The whole result shows. */
export function wholeFrame({ width, height }: FrameSize): FrameOpacity {
  return {
    bounds: { left: 0, top: 0, width, height },
    rowInto: (_y, _area, target) => {
      target.fill(1);
    },
  };
}

/** Size of a frame's plane: as fine as the frame if that is little work, never coarser than the model's input. */
export function opacitySize(frame: ResolvedFrame, { fadePx, bandPx }: ObjectFade): FrameSize {
  const byWork = Math.sqrt(MAX_ELEMENTS / (frame.width * frame.height));
  const reachPx = Math.max(fadePx, bandPx);
  const byFade = reachPx === 0 ? 1 : (MAX_FINE_FADE / reachPx) * (frame.modelWidth / frame.width);
  const scale = Math.min(byWork, byFade, 1);
  const side = (full: number, model: number) =>
    Math.min(Math.max(Math.round(full * scale), Math.min(model, full)), full);
  return {
    width: side(frame.width, frame.modelWidth),
    height: side(frame.height, frame.modelHeight),
  };
}

/**
 * The opacity of objects in a frame: 1 inside their masks, falling to 0 over the fade.
 *
 * @param masks dims [height, width] of {@link opacitySize}, 0..1
 * @param fade in pixels at the model's size
 */
export function objectsInFrame(
  masks: readonly Tensor[],
  frame: ResolvedFrame,
  size: FrameSize,
  fade: ObjectFade,
): FrameOpacity {
  const perModelPx = Math.sqrt((size.width * size.height) / (frame.modelWidth * frame.modelHeight));
  const isFrames = size.width === frame.width && size.height === frame.height;
  const inPlane = {
    // Linear interpolation reaches one element farther.
    fadePx: Math.max(fade.fadePx * perModelPx - (isFrames ? 0 : 1), 0),
    bandPx: fade.bandPx * perModelPx,
  };
  const window = windowAround(masks, size, inPlane);
  if (window === undefined) return { bounds: undefined, rowInto: (_y, _area, target) => void target.fill(0) };
  const cut = masks.map((mask) => resampleWindow(mask, window, window));
  const opacity = objectOpacity(cut, [window.height, window.width], inPlane);
  const plane = new Float32Array(size.width * size.height);
  for (let y = 0; y < window.height; y++) {
    const row = opacity.data.subarray(y * window.width, (y + 1) * window.width);
    plane.set(row, (window.top + y) * size.width + window.left);
  }
  return enlarged(tensor(plane, [size.height, size.width]), size, frame);
}

/** The part of the plane with opacity, with a margin for filters. */
function windowAround(
  masks: readonly Tensor[],
  { width, height }: FrameSize,
  fade: ObjectFade,
): Rectangle | undefined {
  const bounds = boundingRectangle(maximumPlane(masks, [height, width]));
  return bounds && expandRectangle(bounds, opacityReachPx(fade), [height, width]);
}

/**
 * A plane resized by linear interpolation; its values unchanged at its own size.
 *
 * @param plane dims [size.height, size.width], 0..1
 * @param frame the area it covers, in the requested pixels
 */
export function enlarged(plane: Tensor, size: FrameSize, frame: FrameSize): FrameOpacity {
  const bounds = boundingRectangle(plane);
  const across = axis(size.width, frame.width);
  const down = axis(size.height, frame.height);
  return {
    bounds: bounds && boundsIn(bounds, size, frame),
    rowInto: (y, area, target) => {
      const upper = down.lower[y]! * size.width;
      const lower = down.upper[y]! * size.width;
      const shareY = down.share[y]!;
      for (let x = 0; x < area.width; x++) {
        const column = area.left + x;
        const left = across.lower[column]!;
        const right = across.upper[column]!;
        const shareX = across.share[column]!;
        const above = plane.data[upper + left]! * (1 - shareX) + plane.data[upper + right]! * shareX;
        const below = plane.data[lower + left]! * (1 - shareX) + plane.data[lower + right]! * shareX;
        target[x] = above * (1 - shareY) + below * shareY;
      }
    },
  };
}

/** For each output position, its two neighbouring inputs, and the weight of the second. */
function axis(inputs: number, outputs: number) {
  const lower = new Int32Array(outputs);
  const upper = new Int32Array(outputs);
  const share = new Float32Array(outputs);
  for (let position = 0; position < outputs; position++) {
    const at = ((position + 0.5) * inputs) / outputs - 0.5;
    const first = Math.floor(at);
    lower[position] = Math.min(Math.max(first, 0), inputs - 1);
    upper[position] = Math.min(Math.max(first + 1, 0), inputs - 1);
    share[position] = at - first;
  }
  return { lower, upper, share };
}

/** A rectangle of the plane in pixels of the frame, with the margin of interpolation. */
function boundsIn({ left, top, width, height }: Rectangle, size: FrameSize, frame: FrameSize): Rectangle {
  const isFrames = size.width === frame.width && size.height === frame.height;
  const reach = isFrames ? 0 : 1;
  const [scaleX, scaleY] = [frame.width / size.width, frame.height / size.height];
  const first = (value: number, scale: number) => Math.max(Math.floor((value - reach) * scale), 0);
  const last = (value: number, scale: number, limit: number) =>
    Math.min(Math.ceil((value + reach) * scale), limit);
  const [x, y] = [first(left, scaleX), first(top, scaleY)];
  return {
    left: x,
    top: y,
    width: last(left + width, scaleX, frame.width) - x,
    height: last(top + height, scaleY, frame.height) - y,
  };
}
