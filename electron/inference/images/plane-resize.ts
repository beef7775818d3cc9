/** Planes in other sizes. */
import { type Tensor, tensor } from '../../pipeline/tensor/tensor.ts';
import { withOpenCv } from '../runtime/opencv.ts';

/**
 * Resizes a plane, interpolating linearly between the elements' centres (PyTorch's `align_corners = False`).
 *
 * @param plane dims [height, width]
 * @returns dims [size.height, size.width]
 */
export function resizePlane(
  plane: Tensor,
  size: { readonly width: number; readonly height: number },
): Promise<Tensor> {
  const [height, width] = plane.dims as [number, number];
  return withOpenCv((cv, keep) => {
    const source = keep(new cv.Mat(height, width, cv.CV_32FC1));
    source.data32F.set(plane.data);
    const resized = keep(new cv.Mat());
    cv.resize(source, resized, new cv.Size(size.width, size.height), 0, 0, cv.INTER_LINEAR);
    return tensor(new Float32Array(resized.data32F as Float32Array), [size.height, size.width]);
  });
}
