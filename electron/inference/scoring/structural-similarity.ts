/** Structural similarity (Wang et al. 2004), over any part of a picture. */
import type { RgbImage } from '../../pipeline/processors/image.ts';
import { gaussianBlur } from '../../pipeline/tensor/image-kernels.ts';
import { type Tensor, tensor } from '../../pipeline/tensor/tensor.ts';

/** Deviation of the Gaussian window; the paper's 11 x 11 window ends at 3.3 deviations. */
const WINDOW_SIGMA_PX = 1.5;
/** (0.01 * 255)^2 and (0.03 * 255)^2. */
const [C1, C2] = [6.5025, 58.5225];

/**
 * Mean SSIM of the luma (BT.601), 0..255, over the pixels where `counts` is true; 1 for equal pictures.
 *
 * @throws RangeError when the sizes differ or no pixel counts
 */
export function structuralSimilarity(
  a: RgbImage,
  b: RgbImage,
  counts: (pixel: number) => boolean = () => true,
): number {
  if (a.width !== b.width || a.height !== b.height) {
    throw new RangeError(`Pictures of ${a.width} x ${a.height} and ${b.width} x ${b.height} were compared.`);
  }
  const [x, y] = [luma(a), luma(b)];
  const product = (one: Tensor, other: Tensor) =>
    gaussianBlur(
      tensor(
        one.data.map((value, at) => value * other.data[at]!),
        one.dims,
      ),
      WINDOW_SIGMA_PX,
    ).data;
  const [meanX, meanY] = [gaussianBlur(x, WINDOW_SIGMA_PX).data, gaussianBlur(y, WINDOW_SIGMA_PX).data];
  const [squareX, squareY, cross] = [product(x, x), product(y, y), product(x, y)];
  let [sum, pixels] = [0, 0];
  for (let pixel = 0; pixel < meanX.length; pixel++) {
    if (!counts(pixel)) continue;
    const [mx, my] = [meanX[pixel]!, meanY[pixel]!];
    const variances = squareX[pixel]! - mx * mx + squareY[pixel]! - my * my;
    const covariance = cross[pixel]! - mx * my;
    sum += ((2 * mx * my + C1) * (2 * covariance + C2)) / ((mx * mx + my * my + C1) * (variances + C2));
    pixels++;
  }
  if (pixels === 0) throw new RangeError('SSIM of no pixels was requested.');
  return sum / pixels;
}

function luma({ width, height, data }: RgbImage): Tensor {
  const values = new Float32Array(width * height);
  for (let pixel = 0; pixel < values.length; pixel++) {
    const at = 3 * pixel;
    values[pixel] = 0.299 * data[at]! + 0.587 * data[at + 1]! + 0.114 * data[at + 2]!;
  }
  return tensor(values, [height, width]);
}
