/**
 * Poisson blending (Perez et al. 2003): a cut-out keeps its gradients and takes its level from the picture around it.
 * OpenCV's seamlessClone is not part of the WebAssembly build that this project uses, so the equation is solved here, by
 * conjugate gradients.
 */
import type { RgbImage } from '../../pipeline/processors/image.ts';

/** Largest change of a step, in levels of 255, at which the solution counts as found. */
const TOLERANCE = 0.05;
const MAX_ITERATIONS = 2000;

/**
 * Blends `source` into `target` where `inside` is 1.
 *
 * Solves for every pixel p inside: sum over its neighbours q of (f_p - f_q) = sum of (g_p - g_q) over the neighbours
 * that are inside too; f is the target's outside, and differences across the border count as 0. Pixels at the
 * picture's own edge have fewer neighbours.
 *
 * @param source of the target's size
 * @param inside one number per pixel, 0 or 1
 */
export function blendPoisson(target: RgbImage, source: RgbImage, inside: Uint8Array): RgbImage {
  const { width, height } = target;
  const pixels: number[] = [];
  const order = new Int32Array(inside.length).fill(-1);
  for (let pixel = 0; pixel < inside.length; pixel++) {
    if (inside[pixel] !== 1) continue;
    order[pixel] = pixels.length;
    pixels.push(pixel);
  }
  if (pixels.length === 0) return target;
  const neighbours = pixels.map((pixel) => {
    const [x, y] = [pixel % width, Math.floor(pixel / width)];
    return [
      ...(x > 0 ? [pixel - 1] : []),
      ...(x < width - 1 ? [pixel + 1] : []),
      ...(y > 0 ? [pixel - width] : []),
      ...(y < height - 1 ? [pixel + width] : []),
    ];
  });
  const touchesOutside = neighbours.some((near) => near.some((pixel) => order[pixel] === -1));
  // Nothing around it to take a level from.
  if (!touchesOutside) return source;
  const data = new Uint8Array(target.data);
  for (let channel = 0; channel < 3; channel++) {
    const solution = solveChannel(target, source, channel, pixels, neighbours, order);
    for (const [at, pixel] of pixels.entries()) {
      data[3 * pixel + channel] = Math.min(Math.max(Math.round(solution[at]!), 0), 255);
    }
  }
  return { width, height, data };
}

function solveChannel(
  target: RgbImage,
  source: RgbImage,
  channel: number,
  pixels: readonly number[],
  neighbours: readonly (readonly number[])[],
  order: Int32Array,
): Float64Array {
  const right = Float64Array.from(pixels, (pixel, at) => {
    let sum = 0;
    for (const near of neighbours[at]!) {
      sum +=
        order[near] === -1
          ? target.data[3 * near + channel]!
          : source.data[3 * pixel + channel]! - source.data[3 * near + channel]!;
    }
    return sum;
  });
  const apply = (x: Float64Array) =>
    x.map((value, at) => {
      let sum = neighbours[at]!.length * value;
      for (const near of neighbours[at]!) if (order[near] !== -1) sum -= x[order[near]!]!;
      return sum;
    });
  // Started from the source: only its level is wrong.
  const solution = Float64Array.from(pixels, (pixel) => source.data[3 * pixel + channel]!);
  const applied = apply(solution);
  const residual = right.map((value, at) => value - applied[at]!);
  let direction = Float64Array.from(residual);
  let energy = dot(residual, residual);
  for (let iteration = 0; iteration < MAX_ITERATIONS && energy > 0; iteration++) {
    const product = apply(direction);
    const step = energy / dot(direction, product);
    let largest = 0;
    for (let at = 0; at < solution.length; at++) {
      const change = step * direction[at]!;
      largest = Math.max(largest, Math.abs(change));
      solution[at] = solution[at]! + change;
      residual[at] = residual[at]! - step * product[at]!;
    }
    const next = dot(residual, residual);
    if (largest < TOLERANCE && next < 1e-3 * solution.length) break;
    direction = direction.map((value, at) => residual[at]! + (next / energy) * value);
    energy = next;
  }
  return solution;
}

function dot(a: Float64Array, b: Float64Array): number {
  let sum = 0;
  for (let at = 0; at < a.length; at++) sum += a[at]! * b[at]!;
  return sum;
}
