/**
 * Pure kernels on single-channel planes (masks): typed array and dims in, typed array and dims out.
 */
import { assertDims, type Tensor, TensorDimsError, tensor } from './tensor.ts';

function planeDims(plane: Tensor): [height: number, width: number] {
  if (plane.dims.length !== 2) throw new TensorDimsError(`A plane has 2 dims, not [${plane.dims}].`);
  return plane.dims as unknown as [number, number];
}

/**
 * Reduces a plane by area averaging: every output element is the mean of a `factor` x `factor` block.
 *
 * @param plane dims [height, width], both multiples of `factor`
 * @throws TensorDimsError when they are not
 */
export function areaAverage(plane: Tensor, factor: number): Tensor {
  const [height, width] = planeDims(plane);
  if (height % factor !== 0 || width % factor !== 0) {
    throw new TensorDimsError(`A plane of dims [${plane.dims}] does not divide into blocks of ${factor}.`);
  }
  const reducedWidth = width / factor;
  const reduced = new Float32Array((height / factor) * reducedWidth);
  for (let y = 0, from = 0; y < height; y++) {
    const row = Math.floor(y / factor) * reducedWidth;
    for (let at = row; at < row + reducedWidth; at++) {
      for (const end = from + factor; from < end; from++) reduced[at] = reduced[at]! + plane.data[from]!;
    }
  }
  const area = factor * factor;
  return tensor(
    reduced.map((sum) => sum / area),
    [height / factor, reducedWidth],
  );
}

/**
 * Applies a one-dimensional filter along both axes; beyond the border the nearest element is repeated.
 *
 * @param radius elements on each side that the filter sees
 * @param filterLine writes `filtered.length` values; that at `at` is of the window line[at] .. line[at + 2 radius]
 */
function filterSeparably(
  plane: Tensor,
  radius: number,
  filterLine: (line: Float32Array, filtered: Float32Array) => void,
): Tensor {
  const [height, width] = planeDims(plane);
  const result = new Float32Array(plane.data);
  const filterLines = (lines: number, lineStride: number, length: number, stride: number) => {
    const line = new Float32Array(length + 2 * radius);
    const filtered = new Float32Array(length);
    for (let index = 0; index < lines; index++) {
      const first = index * lineStride;
      for (let at = 0; at < length; at++) line[radius + at] = result[first + at * stride]!;
      line.fill(line[radius]!, 0, radius);
      line.fill(line[radius + length - 1]!, radius + length);
      filterLine(line, filtered);
      for (let at = 0; at < length; at++) result[first + at * stride] = filtered[at]!;
    }
  };
  filterLines(height, width, width, 1);
  filterLines(width, 1, height, width);
  return tensor(result, plane.dims);
}

/** Elements on each side that {@link gaussianBlur} sees. */
export function blurReach(sigmaPx: number): number {
  return Math.ceil(3 * sigmaPx);
}

/**
 * Gaussian blur, cut off at three standard deviations; beyond the border the nearest element is repeated.
 *
 * @param sigmaPx standard deviation in elements, >= 0; 0 returns the plane itself
 */
export function gaussianBlur(plane: Tensor, sigmaPx: number): Tensor {
  if (sigmaPx === 0) return plane;
  const radius = blurReach(sigmaPx);
  const weights = Float64Array.from({ length: 2 * radius + 1 }, (_, index) =>
    Math.exp(-0.5 * ((index - radius) / sigmaPx) ** 2),
  );
  const total = weights.reduce((sum, weight) => sum + weight, 0);
  return filterSeparably(plane, radius, (line, filtered) => {
    for (let at = 0; at < filtered.length; at++) {
      let sum = 0;
      for (let index = 0; index < weights.length; index++) sum += weights[index]! * line[at + index]!;
      filtered[at] = sum / total;
    }
  });
}

/**
 * Grey dilation by a square: every element becomes the largest within `radiusPx` along both axes.
 *
 * @param radiusPx whole number >= 0; 0 returns the plane itself
 */
export function dilate(plane: Tensor, radiusPx: number): Tensor {
  if (radiusPx === 0) return plane;
  return filterSeparably(plane, radiusPx, (line, filtered) => {
    for (let at = 0; at < filtered.length; at++) {
      let largest = 0;
      for (let from = at; from <= at + 2 * radiusPx; from++) largest = Math.max(largest, line[from]!);
      filtered[at] = largest;
    }
  });
}

/** The part of a plane inside an area, in whole elements. */
export function cutPlane(
  plane: Tensor,
  { left, top, width, height }: { left: number; top: number; width: number; height: number },
): Tensor {
  const [, inputWidth] = planeDims(plane);
  const data = new Float32Array(width * height);
  for (let y = 0; y < height; y++) {
    const from = (top + y) * inputWidth + left;
    data.set(plane.data.subarray(from, from + width), y * width);
  }
  return tensor(data, [height, width]);
}

/** Element-wise largest value of planes of equal dims. */
export function maximumPlane(planes: readonly Tensor[], dims: readonly number[]): Tensor {
  const largest = new Float32Array(dims.reduce((count, dim) => count * dim, 1));
  for (const plane of planes) {
    assertDims(plane, dims, 'Union of masks');
    for (let index = 0; index < largest.length; index++) {
      largest[index] = Math.max(largest[index]!, plane.data[index]!);
    }
  }
  return tensor(largest, dims);
}
