/**
 * The kernel that enlarges the model's result to full size, one row at a time.
 *
 * Catmull-Rom bicubic interpolation (Keys 1981, a = -1/2), separable, with pixel centres aligned: output pixel X lies at
 * x = (X + 1/2) * in / out - 1/2. Where the output is smaller than the input the kernel is widened by in / out, as
 * Pillow and libvips do, so that nothing aliases. Beyond the border the nearest element is repeated. Equal sizes
 * return the input unchanged, bit for bit.
 */

/** The input elements and weights for each output position of one axis. */
export interface AxisTaps {
  /** Input positions per output position. */
  readonly count: number;
  /** `count` input indices for each output position, clamped to the border. */
  readonly indices: Int32Array;
  /** Their weights, which sum to 1. */
  readonly weights: Float32Array;
}

/** Keys' cubic convolution kernel with a = -1/2; 0 from |x| = 2 on. */
function cubic(x: number): number {
  const at = Math.abs(x);
  if (at >= 2) return 0;
  return at < 1 ? (1.5 * at - 2.5) * at * at + 1 : ((-0.5 * at + 2.5) * at - 4) * at + 2;
}

/**
 * The taps of one axis.
 *
 * @param inputLength elements of the input, > 0
 * @param outputLength elements of the whole output, > 0
 * @param first first output position to compute
 * @param wanted number of output positions
 */
export function axisTaps(inputLength: number, outputLength: number, first: number, wanted: number): AxisTaps {
  const step = inputLength / outputLength;
  const stretch = Math.max(step, 1);
  const count = 2 * Math.ceil(2 * stretch);
  const indices = new Int32Array(wanted * count);
  const weights = new Float32Array(wanted * count);
  const row = new Float64Array(count);
  for (let position = 0; position < wanted; position++) {
    const centre = (first + position + 0.5) * step - 0.5;
    const start = Math.floor(centre) - count / 2 + 1;
    let total = 0;
    for (let tap = 0; tap < count; tap++) {
      row[tap] = cubic((start + tap - centre) / stretch);
      total += row[tap]!;
    }
    for (let tap = 0; tap < count; tap++) {
      const at = position * count + tap;
      indices[at] = Math.min(Math.max(start + tap, 0), inputLength - 1);
      weights[at] = row[tap]! / total;
    }
  }
  return { count, indices, weights };
}

/** The input position that each output position copies, minus that output position; undefined if any is a mixture. */
function copiedFrom({ count, indices, weights }: AxisTaps): number | undefined {
  let offset: number | undefined;
  for (let at = 0; at < weights.length; at++) {
    if (weights[at] === 0) continue;
    const found = indices[at]! - Math.floor(at / count);
    if (weights[at] !== 1 || (offset !== undefined && offset !== found)) return undefined;
    offset = found;
  }
  return offset;
}

/**
 * Enlarges a plane row by row: only the few input rows that an output row needs are kept at full width.
 */
export class PlaneEnlarger {
  readonly #plane: Float32Array;
  readonly #inputWidth: number;
  readonly #across: AxisTaps;
  readonly #down: AxisTaps;
  readonly #width: number;
  /** At equal sizes rows are copied: see {@link copiedFrom}. */
  readonly #columnOffset: number | undefined;
  readonly #rowOffset: number | undefined;
  /** Input rows at full width, by their index. */
  readonly #wideRows = new Map<number, Float32Array>();

  /**
   * @param plane row-major, `inputWidth` elements a row
   * @param across taps of the columns to compute
   * @param down taps of the rows to compute
   */
  constructor(plane: Float32Array, inputWidth: number, across: AxisTaps, down: AxisTaps) {
    this.#plane = plane;
    this.#inputWidth = inputWidth;
    this.#across = across;
    this.#down = down;
    this.#width = across.weights.length / across.count;
    this.#columnOffset = copiedFrom(across);
    this.#rowOffset = copiedFrom(down);
  }

  /**
   * Writes one output row; call it from the top down.
   *
   * @param position the row among those of `down`
   * @param target receives as many values as `across` has positions
   */
  rowInto(position: number, target: Float32Array): void {
    if (this.#rowOffset !== undefined && this.#columnOffset !== undefined) {
      const first = (position + this.#rowOffset) * this.#inputWidth + this.#columnOffset;
      target.set(this.#plane.subarray(first, first + this.#width));
      return;
    }
    const { count, indices, weights } = this.#down;
    const start = position * count;
    for (const index of this.#wideRows.keys()) {
      if (index < indices[start]!) this.#wideRows.delete(index);
    }
    target.fill(0);
    // Four rows per pass: enlarging needs four in all, and the passes dominate the time.
    for (let tap = start; tap < start + count; tap += 4) {
      const weightAt = (at: number) => (at < start + count ? weights[at]! : 0);
      const rowAt = (at: number) => this.#wideRow(indices[Math.min(at, start + count - 1)]!);
      const [a, b, c, d] = [rowAt(tap), rowAt(tap + 1), rowAt(tap + 2), rowAt(tap + 3)];
      const [ofA, ofB, ofC, ofD] = [weightAt(tap), weightAt(tap + 1), weightAt(tap + 2), weightAt(tap + 3)];
      for (let x = 0; x < target.length; x++) {
        target[x] = target[x]! + ofA * a[x]! + ofB * b[x]! + ofC * c[x]! + ofD * d[x]!;
      }
    }
  }

  #wideRow(index: number): Float32Array {
    const known = this.#wideRows.get(index);
    if (known) return known;
    const { count, indices, weights } = this.#across;
    const wide = new Float32Array(this.#width);
    const first = index * this.#inputWidth;
    for (let x = 0; x < wide.length; x++) {
      let sum = 0;
      for (let tap = x * count; tap < (x + 1) * count; tap++) {
        const weight = weights[tap]!;
        if (weight !== 0) sum += weight * this.#plane[first + indices[tap]!]!;
      }
      wide[x] = sum;
    }
    this.#wideRows.set(index, wide);
    return wide;
  }
}
