/**
 * Noise that is kept for the next run: all concepts of a scene draw the same, and a re-tune draws that of the render
 * before it.
 */
import { gaussianNoise } from './noise.ts';
import type { Tensor } from './tensor.ts';

/** 50 steps of SDXL at 1024 x 1024 take 39 MB, the starter's 16 take 1 MB. */
const LIMIT_BYTES = 48 * 2 ** 20;

/**
 * {@link gaussianNoise} with a memory. Nobody may change the values.
 *
 * @param limitBytes beyond it the least recently used noise goes
 */
export function keepNoise(limitBytes: number): typeof gaussianNoise {
  /** Least recently used first. */
  const kept = new Map<string, Tensor>();
  let keptBytes = 0;
  return (...asked) => {
    const key = JSON.stringify(asked);
    const known = kept.get(key);
    const noise = known ?? gaussianNoise(...asked);
    kept.delete(key);
    kept.set(key, noise);
    if (known === undefined) keptBytes += noise.data.byteLength;
    for (const [oldest, { data }] of kept) {
      if (keptBytes <= limitBytes) break;
      kept.delete(oldest);
      keptBytes -= data.byteLength;
    }
    return noise;
  };
}

/** What this process keeps. */
export const keptNoise = keepNoise(LIMIT_BYTES);
