/**
 * Concept pictures without what surrounds the thing.
 *
 * Guided appearance attention (paper 3.3) lets a region attend to the whole concept image, and so the image's own
 * surroundings come along: a brown floor onto a cat's legs. With the scene's inpainted background around the thing, a
 * query that looks for background finds the scene's own. Brought to the region's place and size besides, the thing's
 * parts are found where and at the scale at which the U-Net looks for them (docs/decisions/0080).
 */
import sharp from 'sharp';
import { StudioError } from '../../contract/errors.ts';
import type { RenderParameters } from '../../contract/parameters.ts';
import { boundingRectangle, type Rectangle } from '../../pipeline/masks/rectangle.ts';
import { REGION_THRESHOLD } from '../../pipeline/masks/region.ts';
import type { RgbImage } from '../../pipeline/processors/image.ts';
import { type Tensor, tensor } from '../../pipeline/tensor/tensor.ts';

/** A thing and where it is to go. */
export interface SubjectOptions {
  /** The concept image. */
  readonly image: RgbImage;
  /** The thing in it, dims [height, width] of the image, values 0..1. */
  readonly subject: Tensor;
  /** Its region in the scene, dims [height, width] of the background, values 0..1. */
  readonly region: Tensor;
  /** The scene's background without its objects. */
  readonly inpainted: RgbImage;
  readonly mode: Exclude<RenderParameters['conceptImageMode'], 'full'>;
}

/**
 * Puts the thing of a concept image onto the inpainted background: where it is in its own picture ('subject'), or with
 * its bounding rectangle stretched to the region's ('aligned'), so that it fills the region as far as shapes allow.
 *
 * @returns a picture of the inpainted background's size
 * @throws StudioError MASK_EMPTY when either mask covers nothing
 */
export async function subjectPicture(options: SubjectOptions): Promise<RgbImage> {
  const { image, subject, region, inpainted, mode } = options;
  const subjectRectangle = rectangleOf(subject, 'The mask of the thing in a concept image');
  const place = mode === 'aligned' ? rectangleOf(region, 'The mask of a concept') : subjectRectangle;
  const { width, height } = image;
  const input = await sharp(withAlpha(image, subject), { raw: { width, height, channels: 4 } })
    .extract(subjectRectangle)
    .resize({ width: place.width, height: place.height, fit: 'fill', kernel: 'lanczos3' })
    .raw({ depth: 'uchar' })
    .toBuffer();
  const pasted = await sharp(inpainted.data, {
    raw: { width: inpainted.width, height: inpainted.height, channels: 3 },
  })
    .composite([
      {
        input,
        raw: { width: place.width, height: place.height, channels: 4 },
        left: place.left,
        top: place.top,
      },
    ])
    .removeAlpha()
    .raw({ depth: 'uchar' })
    .toBuffer();
  return { ...inpainted, data: new Uint8Array(pasted) };
}

function rectangleOf(mask: Tensor, what: string): Rectangle {
  const inside = tensor(
    mask.data.map((value) => (value >= REGION_THRESHOLD ? 1 : 0)),
    mask.dims,
  );
  const rectangle = boundingRectangle(inside);
  if (rectangle !== undefined) return rectangle;
  throw new StudioError('MASK_EMPTY', `${what} covers nothing: it needs white where the thing is.`);
}

function withAlpha({ data }: RgbImage, mask: Tensor): Uint8Array {
  const rgba = new Uint8ClampedArray(4 * mask.data.length);
  for (let at = 0; at < mask.data.length; at++) {
    for (let channel = 0; channel < 3; channel++) rgba[4 * at + channel] = data[3 * at + channel]!;
    rgba[4 * at + 3] = 255 * mask.data[at]!;
  }
  return new Uint8Array(rgba.buffer);
}
