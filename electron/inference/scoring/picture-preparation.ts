/**
 * How a picture is prepared for an encoder, as its preprocessor_config.json says: resized, cropped in the middle,
 * rescaled and normalised. As transformers' processors that use Pillow do (`image_processing_backends.py`).
 */
import { join } from 'node:path';
import * as z from 'zod';
import { readJsonFile } from '../../foundation/files/read-json.ts';
import { validate } from '../../foundation/validate.ts';
import type { RgbImage } from '../../pipeline/processors/image.ts';
import { type Tensor, tensor } from '../../pipeline/tensor/tensor.ts';
import { FILTERS, type Filter, resizeAsPillow } from './pillow-resample.ts';

const side = z.int().min(1).max(4096);
const triple = z.tuple([z.number(), z.number(), z.number()]);
const rectangle = z.object({ height: side, width: side });

/** Old files have a number where newer ones have an object. */
const preparationSchema = z.object({
  do_resize: z.boolean().default(true),
  size: z
    .union([
      side.transform((shortest_edge) => ({ shortest_edge })),
      z.object({ shortest_edge: side }),
      rectangle,
    ])
    .optional(),
  resample: z
    .union([z.literal(1), z.literal(2), z.literal(3)])
    .default(3)
    .transform((number): Filter => FILTERS[number]),
  do_center_crop: z.boolean().default(true),
  crop_size: z.union([side.transform((one) => ({ height: one, width: one })), rectangle]).optional(),
  do_rescale: z.boolean().default(true),
  rescale_factor: z
    .number()
    .positive()
    .default(1 / 255),
  do_normalize: z.boolean().default(true),
  image_mean: triple,
  image_std: triple,
});
export type PicturePreparation = z.output<typeof preparationSchema>;

/** @throws StudioError PACK_INCOMPLETE, MODEL_INVALID */
export async function readPreparation(folder: string): Promise<PicturePreparation> {
  const path = join(folder, 'preprocessor_config.json');
  const content = await readJsonFile(path, path, { missing: 'PACK_INCOMPLETE', invalid: 'MODEL_INVALID' });
  return validate(
    preparationSchema,
    content,
    'MODEL_INVALID',
    `${path} does not say how pictures are prepared`,
  );
}

/** Size of a prepared picture; undefined when it depends on the picture. */
export function preparedSize({
  do_resize: resizes,
  size,
  do_center_crop: crops,
  crop_size: crop,
}: PicturePreparation): { readonly width: number; readonly height: number } | undefined {
  if (crops && crop !== undefined) return crop;
  return resizes && size !== undefined && 'height' in size ? size : undefined;
}

/**
 * Prepares a picture.
 *
 * @returns `pixel_values`, dims [3, height, width]
 */
export function preparePicture(image: RgbImage, preparation: PicturePreparation): Tensor {
  const { do_resize: resizes, size, do_center_crop: crops, crop_size: crop, resample } = preparation;
  const resized =
    resizes && size !== undefined ? resizeAsPillow(image, resizedSize(image, size), resample) : image;
  return normalise(crops && crop !== undefined ? cropCentre(resized, crop) : resized, preparation);
}

/**
 * Squeezes the whole picture into the prepared size: for features that are compared patch by patch, where cutting off
 * the sides would leave parts of the picture unmeasured.
 *
 * @returns `pixel_values`, dims [3, height, width]
 */
export function squeezePicture(
  image: RgbImage,
  target: { readonly width: number; readonly height: number },
  preparation: PicturePreparation,
): Tensor {
  return normalise(resizeAsPillow(image, target, preparation.resample), preparation);
}

/** The colour that becomes 0 in every channel, 0..255. */
export function neutralColour({ image_mean: mean }: PicturePreparation): readonly [number, number, number] {
  const [r, g, b] = mean;
  return [Math.round(255 * r), Math.round(255 * g), Math.round(255 * b)];
}

function resizedSize(
  { width, height }: RgbImage,
  size: NonNullable<PicturePreparation['size']>,
): { readonly width: number; readonly height: number } {
  if ('height' in size) return size;
  const longer = Math.trunc((size.shortest_edge * Math.max(width, height)) / Math.min(width, height));
  return width <= height
    ? { width: size.shortest_edge, height: longer }
    : { width: longer, height: size.shortest_edge };
}

/** Black where the picture is smaller. */
function cropCentre(image: RgbImage, size: { readonly width: number; readonly height: number }): RgbImage {
  const { width, height } = size;
  const [left, top] = [Math.floor((image.width - width) / 2), Math.floor((image.height - height) / 2)];
  const data = new Uint8Array(3 * width * height);
  for (let y = Math.max(-top, 0); y < height && y + top < image.height; y++) {
    const firstX = Math.max(-left, 0);
    const count = Math.min(width, image.width - left) - firstX;
    const from = 3 * ((y + top) * image.width + firstX + left);
    data.set(image.data.subarray(from, from + 3 * count), 3 * (y * width + firstX));
  }
  return { width, height, data };
}

function normalise({ width, height, data }: RgbImage, preparation: PicturePreparation): Tensor {
  const { do_rescale: rescales, rescale_factor: factor, do_normalize: normalises } = preparation;
  const values = new Float32Array(data.length);
  for (let channel = 0; channel < 3; channel++) {
    const [mean, deviation] = normalises
      ? [preparation.image_mean[channel]!, preparation.image_std[channel]!]
      : [0, 1];
    for (let pixel = 0; pixel < width * height; pixel++) {
      const value = data[3 * pixel + channel]! * (rescales ? factor : 1);
      values[channel * width * height + pixel] = (value - mean) / deviation;
    }
  }
  return tensor(values, [3, height, width]);
}
