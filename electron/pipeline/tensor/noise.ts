/**
 * Seeded, portable Gaussian noise: same seed, same numbers on every platform (method.md, stage 1 step 5).
 *
 * Every (seed, stream, step) names one independent sequence, so that noise does not depend on the order of images or
 * steps. A sequence is the Mersenne Twister MT19937 of pure-rand, transformed into normal deviates by Marsaglia's
 * polar method in double precision. The polar method needs only log and sqrt: sqrt is exact by IEEE 754, and V8
 * computes log in software (a port of fdlibm), the same on every machine.
 */

import { uniformFloat64 } from 'pure-rand/distribution/uniformFloat64';
import { mersenne } from 'pure-rand/generator/mersenne';
import { elementCount, type Tensor, tensor } from './tensor.ts';

/** Largest seed: seeds are unsigned 32-bit integers, as in the field's user interfaces. */
export const MAX_SEED = 0xffff_ffff;

/**
 * The role of a noise sequence. It never depends on a concept's position, so that reordering the concepts changes
 * nothing (method.md, invariants).
 */
export const NOISE_STREAMS = {
  background: 1,
  inpainted: 2,
  concept: 3,
  textToImage: 4,
  removal: 5,
  transitionBand: 6,
  promptRegions: 7,
} as const;
export type NoiseStream = keyof typeof NOISE_STREAMS;

/** One round of the murmur3 32-bit finaliser: spreads a small change of the input over every bit. */
function mix32(value: number): number {
  let mixed = value >>> 0;
  mixed = Math.imul(mixed ^ (mixed >>> 16), 0x85eb_ca6b);
  mixed = Math.imul(mixed ^ (mixed >>> 13), 0xc2b2_ae35);
  return (mixed ^ (mixed >>> 16)) >>> 0;
}

/**
 * Standard normal noise of the given dims.
 *
 * @param seed whole number in 0..2^32 - 1
 * @param stream role of the noise
 * @param step index within the stream (a timestep's index), whole and >= 0
 * @param dims dimensions of the result
 * @returns values distributed as N(0, 1)
 * @throws RangeError when the seed or the step is out of range
 */
export function gaussianNoise(
  seed: number,
  stream: NoiseStream,
  step: number,
  dims: readonly number[],
): Tensor {
  if (!Number.isInteger(seed) || seed < 0 || seed > MAX_SEED) {
    throw new RangeError(`A seed must be a whole number from 0 to ${MAX_SEED}, not ${seed}.`);
  }
  if (!Number.isInteger(step) || step < 0) {
    throw new RangeError(`A step must be a whole number >= 0, not ${step}.`);
  }
  const generator = mersenne(mix32(mix32(mix32(seed) ^ NOISE_STREAMS[stream]) ^ step) | 0);
  const values = new Float32Array(elementCount(dims));
  for (let index = 0; index < values.length; index += 2) {
    // Marsaglia's polar method: a point in the unit disc gives two independent normal deviates.
    let x: number;
    let y: number;
    let radiusSquared: number;
    do {
      x = 2 * uniformFloat64(generator) - 1;
      y = 2 * uniformFloat64(generator) - 1;
      radiusSquared = x * x + y * y;
    } while (radiusSquared >= 1 || radiusSquared === 0);
    const scale = Math.sqrt((-2 * Math.log(radiusSquared)) / radiusSquared);
    values[index] = x * scale;
    if (index + 1 < values.length) values[index + 1] = y * scale;
  }
  return tensor(values, dims);
}
