/**
 * Previews of latents during denoising without the decoder: an affine map turns each latent element's channels into
 * one RGB pixel. It is fitted by least squares to the scene's own pictures, whose latents and pixels are both known.
 */

import type { Autoencoder, CancelSignal } from '../../pipeline/ports.ts';
import { imageToTensor, type RgbImage, tensorToImage } from '../../pipeline/processors/image.ts';
import { areaAverage, gaussianBlur } from '../../pipeline/tensor/image-kernels.ts';
import { gaussianNoise } from '../../pipeline/tensor/noise.ts';
import { type Tensor, tensor } from '../../pipeline/tensor/tensor.ts';
import { hearCancel } from '../runtime/cancelling.ts';

/** A picture and its latents. */
export interface LatentSample {
  readonly image: RgbImage;
  /** dims [channels, h, w]. */
  readonly latents: Tensor;
}

/** Latents of dims [channels, h, w] -> a picture of w x h pixels. */
export type LatentPreview = (latents: Tensor) => RgbImage;

/** Keeps the fit defined when pictures vary in fewer dimensions than there are channels. */
const RIDGE = 1e-3;

/**
 * Fits the map: minimises the sum of |W [latents; 1] - rgb|^2 over all elements.
 *
 * @param samples at least one; pictures whose sides are `downscale` times their latents'
 * @throws PipelineError CANCELLED
 */
export async function fitLatentPreview(
  samples: readonly LatentSample[],
  downscale: number,
  signal?: CancelSignal,
): Promise<LatentPreview> {
  const channels = samples[0]!.latents.dims[0]!;
  const unknowns = channels + 1;
  const normal = Array.from({ length: unknowns }, () => new Float64Array(unknowns + 3));
  for (const { image, latents } of samples) {
    await hearCancel(signal);
    const [, height, width] = latents.dims as [number, number, number];
    const plane = height * width;
    const colours = reduceColours(image, downscale);
    const row = new Float64Array(unknowns + 3);
    for (let at = 0; at < plane; at++) {
      for (let c = 0; c < channels; c++) row[c] = latents.data[c * plane + at]!;
      row[channels] = 1;
      for (let c = 0; c < 3; c++) row[unknowns + c] = colours[c]!.data[at]!;
      for (let i = 0; i < unknowns; i++) {
        for (let j = 0; j < unknowns + 3; j++) normal[i]![j] = normal[i]![j]! + row[i]! * row[j]!;
      }
    }
    for (let i = 0; i < unknowns; i++) normal[i]![i] = normal[i]![i]! + RIDGE * plane;
  }
  solve(normal);
  const factors = normal.map((row) => row.subarray(unknowns));
  return (latents) => {
    const [, height, width] = latents.dims as [number, number, number];
    const plane = height * width;
    const rgb = new Float32Array(3 * plane);
    for (let colour = 0; colour < 3; colour++) {
      for (let at = 0; at < plane; at++) {
        let value = factors[channels]![colour]!;
        for (let c = 0; c < channels; c++) value += factors[c]![colour]! * latents.data[c * plane + at]!;
        rgb[colour * plane + at] = value;
      }
    }
    return tensorToImage(tensor(rgb, [3, height, width]));
  };
}

/** Latent elements per side of the synthetic pictures below, and the smoothness of their latents. */
const CALIBRATION_SIZE = 16;
const CALIBRATION_BLURS = [0, 1, 3] as const;

/**
 * Fits the map without pictures: to the decoder's output for smooth random latents.
 *
 * @param latentChannels channels of the latents
 */
export async function calibrateLatentPreview(
  autoencoder: Autoencoder,
  latentChannels: number,
  signal?: CancelSignal,
): Promise<LatentPreview> {
  const plane = CALIBRATION_SIZE ** 2;
  const samples: LatentSample[] = [];
  for (const [index, sigma] of CALIBRATION_BLURS.entries()) {
    await hearCancel(signal);
    const dims = [latentChannels, CALIBRATION_SIZE, CALIBRATION_SIZE];
    const noise = gaussianNoise(index, 'textToImage', 1, dims);
    const latents = tensor(new Float32Array(noise.data.length), dims);
    for (let channel = 0; channel < latentChannels; channel++) {
      const values = noise.data.subarray(channel * plane, (channel + 1) * plane);
      const smooth = gaussianBlur(tensor(values, [CALIBRATION_SIZE, CALIBRATION_SIZE]), sigma).data;
      const deviation = Math.sqrt(smooth.reduce((sum, value) => sum + value * value, 0) / plane);
      for (let at = 0; at < plane; at++) latents.data[channel * plane + at] = smooth[at]! / deviation;
    }
    samples.push({ image: tensorToImage(await autoencoder.decode(latents)), latents });
  }
  return fitLatentPreview(samples, autoencoder.downscale);
}

/** Area averages of a picture's three planes, values -1..1. */
function reduceColours(image: RgbImage, downscale: number): Tensor[] {
  const { data } = imageToTensor(image);
  const plane = image.width * image.height;
  return [0, 1, 2].map((colour) =>
    areaAverage(
      tensor(data.subarray(colour * plane, (colour + 1) * plane), [image.height, image.width]),
      downscale,
    ),
  );
}

/** Gauss-Jordan elimination with pivoting; the solution replaces the right-hand sides. */
function solve(rows: Float64Array[]): void {
  for (let pivot = 0; pivot < rows.length; pivot++) {
    let best = pivot;
    for (let row = pivot + 1; row < rows.length; row++) {
      if (Math.abs(rows[row]![pivot]!) > Math.abs(rows[best]![pivot]!)) best = row;
    }
    [rows[pivot], rows[best]] = [rows[best]!, rows[pivot]!];
    const divisor = rows[pivot]![pivot]!;
    rows[pivot] = rows[pivot]!.map((value) => value / divisor);
    for (let row = 0; row < rows.length; row++) {
      if (row === pivot) continue;
      const factor = rows[row]![pivot]!;
      rows[row] = rows[row]!.map((value, at) => value - factor * rows[pivot]![at]!);
    }
  }
}
