/**
 * Resizing as Pillow does it, bit for bit: encoders were trained and published with pictures that Pillow resized, and
 * other libraries' bicubic filters move the embedding by more than what is measured. Source: `src/libImaging/Resample.c`
 * of Pillow up to 12. Pillow 13 resizes some pictures in the other order, which moves single pixels by one level.
 */
import type { RgbImage } from '../../pipeline/processors/image.ts';

/** Pillow's numbers of its filters, as preprocessor_config.json has them. */
export const FILTERS = { 1: 'lanczos', 2: 'bilinear', 3: 'bicubic' } as const;
export type Filter = (typeof FILTERS)[keyof typeof FILTERS];

const kernels: Readonly<Record<Filter, { readonly support: number; readonly at: (x: number) => number }>> = {
  bilinear: { support: 1, at: (x) => Math.max(1 - Math.abs(x), 0) },
  bicubic: { support: 2, at: (x) => bicubic(Math.abs(x)) },
  lanczos: { support: 3, at: (x) => (Math.abs(x) < 3 ? sinc(x) * sinc(x / 3) : 0) },
};

/** Keys' cubic with a = -0.5. */
function bicubic(x: number): number {
  const a = -0.5;
  if (x < 1) return ((a + 2) * x - (a + 3)) * x * x + 1;
  return x < 2 ? (((x - 5) * x + 8) * x - 4) * a : 0;
}

function sinc(x: number): number {
  return x === 0 ? 1 : Math.sin(x * Math.PI) / (x * Math.PI);
}

/** Coefficients are whole numbers of 2^-22: 32 bits less 8 of the pixel and 2 of overshoot. */
const SCALE = 2 ** 22;

/** What one output position is made of. */
interface Tap {
  readonly first: number;
  readonly weights: readonly number[];
}

/** Widens the kernel when shrinking, so that no pixel is skipped. */
function taps(inSize: number, outSize: number, filter: Filter): Tap[] {
  const kernel = kernels[filter];
  const scale = inSize / outSize;
  const stretch = Math.max(scale, 1);
  const support = kernel.support * stretch;
  return Array.from({ length: outSize }, (_, position) => {
    const centre = (position + 0.5) * scale;
    const first = Math.max(Math.trunc(centre - support + 0.5), 0);
    const end = Math.min(Math.trunc(centre + support + 0.5), inSize);
    const raw = Array.from({ length: end - first }, (__, x) =>
      kernel.at((x + first - centre + 0.5) * (1 / stretch)),
    );
    const sum = raw.reduce((total, weight) => total + weight, 0);
    const weights = raw.map((weight) => {
      const scaled = (sum === 0 ? weight : weight / sum) * SCALE;
      return Math.trunc(scaled + (scaled < 0 ? -0.5 : 0.5));
    });
    return { first, weights };
  });
}

/** Resizes; the aspect ratio may change. First the rows, then the columns, rounded to 8 bits in between as in Pillow. */
export function resizeAsPillow(
  image: RgbImage,
  size: { readonly width: number; readonly height: number },
  filter: Filter,
): RgbImage {
  const rows = size.width === image.width ? image : alongRows(image, taps(image.width, size.width, filter));
  return size.height === rows.height ? rows : alongColumns(rows, taps(rows.height, size.height, filter));
}

function alongRows({ width, height, data }: RgbImage, columns: readonly Tap[]): RgbImage {
  const result = new Uint8Array(3 * columns.length * height);
  for (let y = 0; y < height; y++) {
    for (const [x, tap] of columns.entries()) {
      sample(data, 3 * (y * width + tap.first), 3, tap.weights, result, 3 * (y * columns.length + x));
    }
  }
  return { width: columns.length, height, data: result };
}

function alongColumns({ width, data }: RgbImage, rows: readonly Tap[]): RgbImage {
  const result = new Uint8Array(3 * width * rows.length);
  for (const [y, tap] of rows.entries()) {
    for (let x = 0; x < width; x++) {
      sample(data, 3 * (tap.first * width + x), 3 * width, tap.weights, result, 3 * (y * width + x));
    }
  }
  return { width, height: rows.length, data: result };
}

/** One pixel: three weighted sums, rounded and clipped. */
function sample(
  from: Uint8Array,
  start: number,
  step: number,
  weights: readonly number[],
  to: Uint8Array,
  at: number,
): void {
  for (let channel = 0; channel < 3; channel++) {
    let sum = SCALE / 2;
    for (let tap = 0; tap < weights.length; tap++) sum += from[start + tap * step + channel]! * weights[tap]!;
    to[at + channel] = Math.min(Math.max(Math.floor(sum / SCALE), 0), 255);
  }
}
