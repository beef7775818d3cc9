/** Fills a hole without a model: Telea's fast marching fill (2004), from OpenCV. */
import { throwIfCancelled } from '../../pipeline/batching.ts';
import { REGION_THRESHOLD } from '../../pipeline/masks/region.ts';
import type { CancelSignal } from '../../pipeline/ports.ts';
import type { Inpainter } from '../../pipeline/preparation-ports.ts';
import type { RgbImage } from '../../pipeline/processors/image.ts';
import type { Tensor } from '../../pipeline/tensor/tensor.ts';
import { withOpenCv } from '../runtime/opencv.ts';

/** Radius of the neighbourhood that gives a filled pixel its colour. */
const RADIUS_PX = 5;

export class TeleaInpainter implements Inpainter {
  readonly name = 'Telea’s fill';

  fill(image: RgbImage, hole: Tensor, signal?: CancelSignal): Promise<RgbImage> {
    const { width, height, data } = image;
    return withOpenCv((cv, keep) => {
      throwIfCancelled(signal);
      const picture = keep(new cv.Mat(height, width, cv.CV_8UC3));
      picture.data.set(data);
      const mask = keep(new cv.Mat(height, width, cv.CV_8UC1));
      mask.data.set(Uint8Array.from(hole.data, (value) => (value >= REGION_THRESHOLD ? 255 : 0)));
      const filled = keep(new cv.Mat());
      cv.inpaint(picture, mask, filled, RADIUS_PX, cv.INPAINT_TELEA);
      return { width, height, data: new Uint8Array(filled.data as Uint8Array) };
    });
  }

  async release(): Promise<void> {
    // OpenCV's memory is released after every fill.
  }
}
