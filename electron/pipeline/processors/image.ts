/** 8-bit pictures <-> tensors. */
import { assertDims, type Tensor, tensor } from '../tensor/tensor.ts';

/** An sRGB picture: 3 bytes per pixel, rows from the top, no padding. */
export interface RgbImage {
  readonly width: number;
  readonly height: number;
  readonly data: Uint8Array;
}

/**
 * Pixels to the autoencoder's input.
 *
 * @returns dims [3, height, width], values -1..1 (0..255 mapped linearly)
 */
export function imageToTensor({ width, height, data }: RgbImage): Tensor {
  const plane = width * height;
  const values = new Float32Array(3 * plane);
  for (let pixel = 0; pixel < plane; pixel++) {
    for (let channel = 0; channel < 3; channel++) {
      values[channel * plane + pixel] = data[pixel * 3 + channel]! / 127.5 - 1;
    }
  }
  return tensor(values, [3, height, width]);
}

/**
 * The autoencoder's output to pixels; values outside -1..1 are clipped.
 *
 * @param image dims [3, height, width]
 */
export function tensorToImage(image: Tensor): RgbImage {
  const [, height, width] = image.dims as unknown as [number, number, number];
  assertDims(image, [3, height, width], 'An image');
  const plane = width * height;
  // Uint8ClampedArray rounds to nearest and clips to 0..255.
  const data = new Uint8ClampedArray(3 * plane);
  for (let pixel = 0; pixel < plane; pixel++) {
    for (let channel = 0; channel < 3; channel++) {
      data[pixel * 3 + channel] = (image.data[channel * plane + pixel]! + 1) * 127.5;
    }
  }
  return { width, height, data: new Uint8Array(data.buffer) };
}

/**
 * An 8-bit grey picture to a mask.
 *
 * @param grey one byte per pixel
 * @returns dims [height, width], values 0..1
 */
export function greyToMask(grey: Uint8Array, width: number, height: number): Tensor {
  const values = new Float32Array(grey.length);
  for (let at = 0; at < grey.length; at++) values[at] = grey[at]! / 255;
  return tensor(values, [height, width]);
}

/**
 * A mask to an 8-bit grey picture, white inside.
 *
 * @param mask dims [height, width], values 0..1
 */
export function maskToGrey({ data, dims }: Tensor): {
  readonly width: number;
  readonly height: number;
  readonly data: Uint8Array;
} {
  const grey = Uint8ClampedArray.from(data, (value) => value * 255);
  return { width: dims[1]!, height: dims[0]!, data: new Uint8Array(grey.buffer) };
}

/**
 * `top` over `bottom` with a weight per pixel.
 *
 * @param opacity dims [height, width], 0..1; where it is 0 the bottom's bytes are kept exactly
 */
export function compositeOver(bottom: RgbImage, top: RgbImage, opacity: Tensor): RgbImage {
  assertDims(opacity, [bottom.height, bottom.width], 'Opacity of a composite');
  const data = new Uint8Array(bottom.data);
  for (let pixel = 0; pixel < opacity.data.length; pixel++) {
    const weight = opacity.data[pixel]!;
    if (weight === 0) continue;
    for (let at = pixel * 3; at < pixel * 3 + 3; at++) {
      data[at] = Math.round(weight * top.data[at]! + (1 - weight) * bottom.data[at]!);
    }
  }
  return { width: bottom.width, height: bottom.height, data };
}
