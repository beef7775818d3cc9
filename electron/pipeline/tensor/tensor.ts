/**
 * Dims-checked tensors: a typed array and its dimensions, row-major. Nothing broadcasts silently: every kernel checks
 * its dimensions and names both sides when they differ.
 */

/** A dense float32 tensor, row-major. Immutable by convention: kernels that write have `Into` in their name. */
export interface Tensor {
  readonly data: Float32Array;
  readonly dims: readonly number[];
}

/** Thrown when the dimensions of two tensors, or of a tensor and its data, do not fit. */
export class TensorDimsError extends Error {
  readonly code = 'TENSOR_DIMS';
  override readonly name = 'TensorDimsError';
}

/** Number of elements in a tensor of these dimensions. */
export function elementCount(dims: readonly number[]): number {
  return dims.reduce((count, dim) => count * dim, 1);
}

/**
 * Wraps data as a tensor.
 *
 * @param data row-major values; kept, not copied
 * @param dims non-negative whole numbers whose product is `data.length`
 * @throws TensorDimsError when they do not fit
 */
export function tensor(data: Float32Array, dims: readonly number[]): Tensor {
  if (dims.some((dim) => !Number.isInteger(dim) || dim < 0) || elementCount(dims) !== data.length) {
    throw new TensorDimsError(`A tensor of dims [${dims}] cannot hold ${data.length} values.`);
  }
  return { data, dims };
}

/** A tensor of zeros. */
export function zeros(dims: readonly number[]): Tensor {
  return tensor(new Float32Array(elementCount(dims)), dims);
}

/**
 * Checks that two tensors have the same dimensions.
 *
 * @throws TensorDimsError naming both
 */
export function assertSameDims(a: Tensor, b: Tensor, what: string): void {
  if (a.dims.length !== b.dims.length || a.dims.some((dim, axis) => dim !== b.dims[axis])) {
    throw new TensorDimsError(`${what}: dims [${a.dims}] and [${b.dims}] differ.`);
  }
}

/**
 * Checks a tensor against expected dimensions.
 *
 * @throws TensorDimsError naming both
 */
export function assertDims(value: Tensor, dims: readonly number[], what: string): void {
  if (value.dims.length !== dims.length || value.dims.some((dim, axis) => dim !== dims[axis])) {
    throw new TensorDimsError(`${what}: dims [${value.dims}] where [${dims}] is needed.`);
  }
}

/**
 * Stacks rows of equal dims into one batch.
 *
 * @param rows n tensors of dims d
 * @returns dims [n, ...d]
 * @throws TensorDimsError when rows differ, or there is none
 */
export function stackRows(rows: readonly Tensor[]): Tensor {
  const first = rows[0];
  if (first === undefined) throw new TensorDimsError('A batch needs at least one row.');
  const batch = new Float32Array(rows.length * first.data.length);
  rows.forEach((row, index) => {
    assertSameDims(row, first, `Row ${index} of a batch`);
    batch.set(row.data, index * first.data.length);
  });
  return tensor(batch, [rows.length, ...first.dims]);
}

/**
 * Splits a batch into its rows, without copying.
 *
 * @param batch dims [n, ...d]
 * @returns n views of dims d
 */
export function unstackRows(batch: Tensor): Tensor[] {
  const [count, ...dims] = batch.dims;
  if (count === undefined) throw new TensorDimsError('A scalar has no rows.');
  const size = elementCount(dims);
  return Array.from({ length: count }, (_, row) =>
    tensor(batch.data.subarray(row * size, (row + 1) * size), dims),
  );
}

/**
 * Index of the first value that is NaN or infinite, or -1.
 */
export function firstNonFinite(value: Tensor): number {
  // A loop: this checks every prediction, and a callback per element is several times slower.
  for (let index = 0; index < value.data.length; index++) {
    if (!Number.isFinite(value.data[index])) return index;
  }
  return -1;
}

/** Largest absolute difference between two tensors of the same dims. */
export function maxAbsDifference(a: Tensor, b: Tensor): number {
  assertSameDims(a, b, 'Comparing tensors');
  let largest = 0;
  for (let index = 0; index < a.data.length; index++) {
    largest = Math.max(largest, Math.abs(a.data[index]! - b.data[index]!));
  }
  return largest;
}
