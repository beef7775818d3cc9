/**
 * The Fréchet distance between two sets of feature vectors, each taken for a normal distribution: what FID is to the
 * features of Inception (Heusel et al., arXiv 1706.08500).
 */

type Matrix = readonly Float64Array[];

interface Distribution {
  readonly mean: Float64Array;
  readonly covariance: Matrix;
}

/** Rotations stop below this sum of squares beside the diagonal, relative to the matrix's own. */
const DIAGONAL_ENOUGH = 1e-18;
/** Jacobi's method needs fewer than ten for matrices of this size. */
const MOST_SWEEPS = 50;

/**
 * |m1 - m2|² + tr(C1 + C2 - 2 (C1 C2)^½), 0 or more.
 *
 * @param a at least two vectors of one length
 * @param b the same
 * @throws RangeError for fewer vectors or other lengths
 */
export function frechetDistance(a: readonly Float32Array[], b: readonly Float32Array[]): number {
  const [first, second] = [distributionOf(a), distributionOf(b)];
  if (first.mean.length !== second.mean.length) {
    throw new RangeError(`Features of ${first.mean.length} and ${second.mean.length} values were compared.`);
  }
  const means = first.mean.reduce((sum, value, at) => sum + (value - second.mean[at]!) ** 2, 0);
  const root = squareRoot(first.covariance);
  // It has the eigenvalues of C1 C2, and is symmetric.
  const { values } = eigenOf(multiply(multiply(root, second.covariance), root));
  const common = values.reduce((sum, value) => sum + Math.sqrt(Math.max(0, value)), 0);
  return Math.max(0, means + trace(first.covariance) + trace(second.covariance) - 2 * common);
}

function distributionOf(vectors: readonly Float32Array[]): Distribution {
  const length = vectors[0]?.length ?? 0;
  if (vectors.length < 2 || vectors.some((vector) => vector.length !== length)) {
    throw new RangeError('A distribution needs at least two vectors, all of one length.');
  }
  const mean = new Float64Array(length);
  for (const vector of vectors) for (let at = 0; at < length; at++) mean[at]! += vector[at]! / vectors.length;
  const covariance = zeros(length);
  for (const vector of vectors) {
    for (let i = 0; i < length; i++) {
      const difference = (vector[i]! - mean[i]!) / (vectors.length - 1);
      for (let j = 0; j < length; j++) covariance[i]![j]! += difference * (vector[j]! - mean[j]!);
    }
  }
  return { mean, covariance };
}

/** Of a symmetric matrix without negative eigenvalues, but for rounding. */
function squareRoot(matrix: Matrix): Matrix {
  const { values, vectors } = eigenOf(matrix);
  const roots = values.map((value) => Math.sqrt(Math.max(0, value)));
  return zeros(matrix.length).map((row, i) =>
    row.map((_, j) => roots.reduce((sum, root, k) => sum + root * vectors[i]![k]! * vectors[j]![k]!, 0)),
  );
}

/** Eigenvalues and eigenvectors (columns) of a symmetric matrix, by Jacobi's cyclic rotations. */
function eigenOf(symmetric: Matrix): { values: Float64Array; vectors: Matrix } {
  const size = symmetric.length;
  const matrix = symmetric.map((row) => Float64Array.from(row));
  const vectors = zeros(size);
  for (let i = 0; i < size; i++) vectors[i]![i] = 1;
  const total = squaresOf(matrix, () => true);
  for (let sweep = 0; sweep < MOST_SWEEPS; sweep++) {
    if (squaresOf(matrix, (i, j) => i !== j) <= DIAGONAL_ENOUGH * total) break;
    for (let p = 0; p < size; p++) for (let q = p + 1; q < size; q++) rotate(matrix, vectors, p, q);
  }
  return { values: Float64Array.from(matrix, (row, at) => row[at]!), vectors };
}

/** Makes element [p, q] zero. */
function rotate(matrix: Float64Array[], vectors: readonly Float64Array[], p: number, q: number): void {
  const beside = matrix[p]![q]!;
  if (beside === 0) return;
  const theta = (matrix[q]![q]! - matrix[p]![p]!) / (2 * beside);
  const tangent = (theta < 0 ? -1 : 1) / (Math.abs(theta) + Math.hypot(theta, 1));
  const cosine = 1 / Math.hypot(tangent, 1);
  const sine = tangent * cosine;
  const turn = (row: Float64Array) => {
    const [atP, atQ] = [row[p]!, row[q]!];
    row[p] = cosine * atP - sine * atQ;
    row[q] = sine * atP + cosine * atQ;
  };
  for (const row of matrix) turn(row);
  const [rowP, rowQ] = [Float64Array.from(matrix[p]!), Float64Array.from(matrix[q]!)];
  for (let at = 0; at < matrix.length; at++) {
    matrix[p]![at] = cosine * rowP[at]! - sine * rowQ[at]!;
    matrix[q]![at] = sine * rowP[at]! + cosine * rowQ[at]!;
  }
  for (const row of vectors) turn(row);
}

function multiply(a: Matrix, b: Matrix): Matrix {
  return a.map((row) =>
    Float64Array.from({ length: b[0]!.length }, (_, j) => row.reduce((sum, x, k) => sum + x * b[k]![j]!, 0)),
  );
}

function squaresOf(matrix: Matrix, counts: (i: number, j: number) => boolean): number {
  return matrix.reduce(
    (sum, row, i) => row.reduce((all, value, j) => (counts(i, j) ? all + value ** 2 : all), sum),
    0,
  );
}

function trace(matrix: Matrix): number {
  return matrix.reduce((sum, row, at) => sum + row[at]!, 0);
}

function zeros(size: number): Float64Array[] {
  return Array.from({ length: size }, () => new Float64Array(size));
}
