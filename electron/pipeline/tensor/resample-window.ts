/** A window of a plane at another size. */
import type { Tensor } from './tensor.ts';
import { tensor } from './tensor.ts';

/** A rectangle in the plane's elements, with fractional bounds. */
export interface PlaneWindow {
  readonly left: number;
  readonly top: number;
  readonly width: number;
  readonly height: number;
}

/** For one output element: the first input element and the weights from there on, which sum to 1. */
interface Taps {
  readonly from: number;
  readonly weights: readonly number[];
}

/**
 * Resamples by a tent as wide as two input or two output elements, whichever is larger: bilinear where the window grows,
 * an antialiased average where it shrinks. A window of whole elements at its own size is copied exactly.
 *
 * @param plane dims [height, width]
 * @param window inside the plane; beyond its border the nearest element is repeated
 * @returns dims [size.height, size.width]
 */
export function resampleWindow(
  plane: Tensor,
  window: PlaneWindow,
  size: { readonly width: number; readonly height: number },
): Tensor {
  const [planeHeight, planeWidth] = plane.dims as [number, number];
  const across = tapsOf(planeWidth, window.left, window.width, size.width);
  const down = tapsOf(planeHeight, window.top, window.height, size.height);
  const result = new Float32Array(size.width * size.height);
  // Input rows at the output's width, kept while output rows need them.
  const rows = new Map<number, Float32Array>();
  const rowAt = (y: number): Float32Array => {
    const known = rows.get(y);
    if (known !== undefined) return known;
    const row = new Float32Array(size.width);
    for (let x = 0; x < size.width; x++) {
      const { from, weights } = across[x]!;
      let sum = 0;
      for (let tap = 0; tap < weights.length; tap++) {
        sum += weights[tap]! * plane.data[y * planeWidth + from + tap]!;
      }
      row[x] = sum;
    }
    rows.set(y, row);
    return row;
  };
  for (let y = 0; y < size.height; y++) {
    const { from, weights } = down[y]!;
    for (const known of rows.keys()) if (known < from) rows.delete(known);
    const target = result.subarray(y * size.width, (y + 1) * size.width);
    for (let tap = 0; tap < weights.length; tap++) {
      const weight = weights[tap]!;
      const row = rowAt(from + tap);
      for (let x = 0; x < size.width; x++) target[x] = target[x]! + weight * row[x]!;
    }
  }
  return tensor(result, [size.height, size.width]);
}

function tapsOf(inputs: number, start: number, length: number, outputs: number): Taps[] {
  const perOutput = length / outputs;
  const radius = Math.max(perOutput, 1);
  return Array.from({ length: outputs }, (_, output) => {
    const centre = start + (output + 0.5) * perOutput;
    const clampIndex = (value: number) => Math.min(Math.max(value, 0), inputs - 1);
    const from = clampIndex(Math.ceil(centre - radius - 0.5));
    const to = Math.max(clampIndex(Math.floor(centre + radius - 0.5)), from);
    const raw: number[] = [];
    for (let input = from; input <= to; input++) {
      raw.push(Math.max(1 - Math.abs(input + 0.5 - centre) / radius, 0));
    }
    const sum = raw.reduce((total, weight) => total + weight, 0);
    // Completely beyond the border: the nearest element.
    return { from, weights: sum === 0 ? [1] : raw.map((weight) => weight / sum) };
  });
}
