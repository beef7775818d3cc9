/**
 * The Fréchet distance between two sets of feature vectors, each taken for a normal distribution: what FID is to the
 * features of Inception (Heusel et al., arXiv 1706.08500).
 */
import { covariance, EigenvalueDecomposition, Matrix } from 'ml-matrix';

interface Distribution {
  readonly mean: Matrix;
  readonly covariance: Matrix;
}

/**
 * |m1 - m2|² + tr(C1 + C2 - 2 (C1 C2)^½), 0 or more.
 *
 * @param a at least two vectors of one length
 * @param b the same
 * @throws RangeError for fewer vectors or other lengths
 */
export function frechetDistance(a: readonly Float32Array[], b: readonly Float32Array[]): number {
  const [first, second] = [distributionOf(a), distributionOf(b)];
  if (first.mean.columns !== second.mean.columns) {
    throw new RangeError(
      `Features of ${first.mean.columns} and ${second.mean.columns} values were compared.`,
    );
  }
  const root = squareRoot(first.covariance);
  // It has the eigenvalues of C1 C2, and is symmetric but for rounding.
  const product = root.mmul(second.covariance).mmul(root);
  const { realEigenvalues } = new EigenvalueDecomposition(product, { assumeSymmetric: true });
  const common = realEigenvalues.reduce((sum, value) => sum + Math.sqrt(Math.max(0, value)), 0);
  const means = Matrix.sub(first.mean, second.mean).norm() ** 2;
  return Math.max(0, means + first.covariance.trace() + second.covariance.trace() - 2 * common);
}

function distributionOf(vectors: readonly Float32Array[]): Distribution {
  const length = vectors[0]?.length ?? 0;
  if (vectors.length < 2 || vectors.some((vector) => vector.length !== length)) {
    throw new RangeError('A distribution needs at least two vectors, all of one length.');
  }
  const rows = new Matrix(vectors.map((vector) => [...vector]));
  return { mean: Matrix.rowVector(rows.mean('column')), covariance: covariance(rows) };
}

/** Of a symmetric matrix without negative eigenvalues, but for rounding. */
function squareRoot(matrix: Matrix): Matrix {
  const { realEigenvalues, eigenvectorMatrix: vectors } = new EigenvalueDecomposition(matrix, {
    assumeSymmetric: true,
  });
  const roots = Matrix.diag(realEigenvalues.map((value) => Math.sqrt(Math.max(0, value))));
  return vectors.mmul(roots).mmul(vectors.transpose());
}
