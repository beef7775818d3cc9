/** The masks of the textbook PnP-MIX (docs/method.md, stage 2 step 3 and step 5), by brute force. */
import type { ConceptMask } from '../../electron/pipeline/mixing/latent-masks.ts';
import type { Tensor } from '../../electron/pipeline/tensor/tensor.ts';

/** Weights at latent resolution, row-major over [h, w]. */
export interface TextbookMasks {
  /** M_i */
  readonly M: Float32Array[];
  /** M_B = 1 - sum of the M_i */
  readonly MB: Float32Array;
  /** M_E_i */
  readonly ME: Float32Array[];
  /** 1 in the transition bands. */
  readonly band: Float32Array;
}

/** A half, but for rounding. */
const HALF = 0.5 - 1e-6;

/** See LatentMaskOptions. */
interface TextbookMaskOptions {
  readonly downscale: number;
  /** Two standard deviations. */
  readonly featherPx: number;
  readonly expandLatent: number;
  readonly regionGrowPx: number;
  readonly bandLatent: number;
}

/** @param latentSize h and w */
export function textbookMasks(
  concepts: readonly ConceptMask[],
  [h, w]: readonly [number, number],
  options: TextbookMaskOptions,
): TextbookMasks {
  const cells = (valueAt: (x: number, y: number) => number) =>
    Float32Array.from({ length: h * w }, (_, cell) => valueAt(cell % w, Math.floor(cell / w)));
  const share = concepts.map(({ mask }) => cells((x, y) => cellShare(mask, x, y, options)));
  // Overlaps: the concept in front takes its share first; at equal order, the one listed first.
  const isInFront = (j: number, i: number) =>
    concepts[j]!.order > concepts[i]!.order || (concepts[j]!.order === concepts[i]!.order && j < i);
  const M = concepts.map((_, i) =>
    Float32Array.from({ length: h * w }, (_unused, cell) => {
      let left = 1;
      for (let j = 0; j < concepts.length; j++) {
        if (isInFront(j, i)) left *= 1 - share[j]![cell]!;
      }
      return share[i]![cell]! * left;
    }),
  );
  const MB = Float32Array.from({ length: h * w }, (_, cell) =>
    share.reduce((left, weight) => left * (1 - weight[cell]!), 1),
  );
  // The rest of the background goes to the grown masks, then to the bands, each from the front layer to the back.
  const fromFront = concepts.map((_, i) => i).sort((i, j) => (isInFront(i, j) ? -1 : 1));
  const take = (i: number, cell: number, weight: number) => {
    const taken = MB[cell]! * weight;
    M[i]![cell]! += taken;
    MB[cell]! -= taken;
  };
  const takeAll = (weightsOf: (i: number) => Float32Array) => {
    for (const i of fromFront) {
      for (const [cell, weight] of weightsOf(i).entries()) take(i, cell, weight);
    }
  };
  const grown = concepts.map(({ mask }) => grow(mask, options.regionGrowPx));
  if (options.regionGrowPx > 0) {
    takeAll((i) => cells((x, y) => cellShare(grown[i]!, x, y, options)));
  }
  const before = MB.slice();
  if (options.bandLatent > 0) {
    const inner = M.map((region) => region.slice());
    takeAll((i) => cells((x, y) => largestAround(inner[i]!, x, y, h, w, options.bandLatent)));
  }
  const band = before.map((weight, cell) => (weight - MB[cell]! >= HALF ? 1 : 0));
  // M_E_i comes from the object's own mask: the cells it covers by half, or those it touches if it covers none by half.
  const ME = grown.map((mask) => {
    const covered = cells((cellX, cellY) =>
      cellAverage(cellX, cellY, options.downscale, (x, y) => pixel(mask, x, y)),
    );
    const half = covered.map((average) => (average >= HALF ? 1 : 0));
    return rectangle(half.includes(1) ? half : covered, h, w, options.expandLatent + options.bandLatent);
  });
  return { M, MB, ME, band };
}

/** Mean over the cell's pixels; in paper mode 0 or 1 by a threshold of 0.5; blurred first if there is a feather. */
function cellShare(
  mask: Tensor,
  cellX: number,
  cellY: number,
  { downscale, featherPx }: { readonly downscale: number; readonly featherPx: number },
): number {
  const average = cellAverage(cellX, cellY, downscale, (x, y) =>
    featherPx > 0 ? blurredAt(mask, x, y, featherPx / 2) : pixel(mask, x, y),
  );
  if (featherPx > 0) return average;
  return average >= HALF ? 1 : 0;
}

function cellAverage(
  cellX: number,
  cellY: number,
  downscale: number,
  valueAt: (x: number, y: number) => number,
): number {
  let sum = 0;
  for (let y = cellY * downscale; y < (cellY + 1) * downscale; y++) {
    for (let x = cellX * downscale; x < (cellX + 1) * downscale; x++) sum += valueAt(x, y);
  }
  return sum / downscale ** 2;
}

/** All pixels within a radius of one that is at least half inside; with radius 0 the mask itself. */
function grow(mask: Tensor, radius: number): Tensor {
  if (radius === 0) return mask;
  const [height, width] = mask.dims as unknown as [number, number];
  const reach = Math.ceil(radius);
  const isNear = (at: number) => {
    const [x, y] = [at % width, Math.floor(at / width)];
    // Beyond the radius along one axis nothing is within it.
    for (let otherY = Math.max(y - reach, 0); otherY <= Math.min(y + reach, height - 1); otherY++) {
      for (let otherX = Math.max(x - reach, 0); otherX <= Math.min(x + reach, width - 1); otherX++) {
        const isInCircle = (x - otherX) ** 2 + (y - otherY) ** 2 <= radius ** 2;
        if (isInCircle && mask.data[otherY * width + otherX]! >= 0.5) return true;
      }
    }
    return false;
  };
  const data = Float32Array.from({ length: height * width }, (_, at) => (isNear(at) ? 1 : 0));
  return { data, dims: mask.dims };
}

/** Largest weight among the cells at most `reach` away along both axes. */
function largestAround(
  region: Float32Array,
  x: number,
  y: number,
  h: number,
  w: number,
  reach: number,
): number {
  let largest = 0;
  for (let cell = 0; cell < h * w; cell++) {
    const isNear = Math.abs((cell % w) - x) <= reach && Math.abs(Math.floor(cell / w) - y) <= reach;
    if (isNear) largest = Math.max(largest, region[cell]!);
  }
  return largest;
}

/** Gaussian with standard deviation sigma, cut off at 3 sigma; border pixels are repeated outwards. */
function blurredAt(mask: Tensor, x: number, y: number, sigma: number): number {
  const radius = Math.ceil(3 * sigma);
  let sum = 0;
  let total = 0;
  for (let dy = -radius; dy <= radius; dy++) {
    for (let dx = -radius; dx <= radius; dx++) {
      const weight = Math.exp(-(dx * dx + dy * dy) / (2 * sigma * sigma));
      sum += weight * pixel(mask, x + dx, y + dy);
      total += weight;
    }
  }
  return sum / total;
}

/** The pixel at x, y; outside the picture the nearest one. */
function pixel(mask: Tensor, x: number, y: number): number {
  const [height, width] = mask.dims as unknown as [number, number];
  const nearestX = Math.min(Math.max(x, 0), width - 1);
  const nearestY = Math.min(Math.max(y, 0), height - 1);
  return mask.data[nearestY * width + nearestX]!;
}

/** Bounding rectangle of the values above 0, grown by a margin. */
function rectangle(region: Float32Array, h: number, w: number, margin: number): Float32Array {
  const xs: number[] = [];
  const ys: number[] = [];
  region.forEach((weight, cell) => {
    if (weight === 0) return;
    xs.push(cell % w);
    ys.push(Math.floor(cell / w));
  });
  return Float32Array.from({ length: h * w }, (_, cell) => {
    const [x, y] = [cell % w, Math.floor(cell / w)];
    const within = (at: number, along: readonly number[]) =>
      along.length > 0 && at >= Math.min(...along) - margin && at <= Math.max(...along) + margin;
    return within(x, xs) && within(y, ys) ? 1 : 0;
  });
}
