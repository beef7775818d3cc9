/**
 * Concept images without the subject's surroundings.
 *
 * Guided appearance attention (paper 3.3) lets a region attend to the whole concept image, so the image's own
 * surroundings leak in: a brown floor onto a cat's legs. With the scene's inpainted background around the subject, a
 * query for background finds the scene's own. If the subject is also moved and scaled to the region, the U-Net finds
 * its parts at the expected position and scale (docs/decisions/0080).
 */

import { StudioError } from '../../contract/errors.ts';
import type { ResolvedFrame } from '../../contract/frame.ts';
import type { RenderParameters } from '../../contract/parameters.ts';
import { sharp } from '../../foundation/pictures/libvips.ts';
import { boundingRectangle, type Rectangle } from '../../pipeline/masks/rectangle.ts';
import { REGION_THRESHOLD } from '../../pipeline/masks/region.ts';
import type { RgbImage } from '../../pipeline/processors/image.ts';
import { resampleWindow } from '../../pipeline/tensor/resample-window.ts';
import { type Tensor, tensor } from '../../pipeline/tensor/tensor.ts';
import { resizeImage } from '../images/images.ts';

/** A subject and its region. */
export interface SubjectOptions {
  /** The concept image. */
  readonly image: RgbImage;
  /** Its subject mask, dims [height, width] of the image, values 0..1. */
  readonly subject: Tensor;
  /** Its region in the scene, dims [height, width] of the background, values 0..1. */
  readonly region: Tensor;
  /** The scene's background without its objects. */
  readonly inpainted: RgbImage;
  readonly mode: Exclude<RenderParameters['conceptImageMode'], 'full'>;
}

/**
 * Draws the subject of a concept image onto the inpainted background: at its position in its own picture ('subject'),
 * or with its bounding rectangle stretched to the region's ('aligned'), so that it fills the region as far as shapes
 * allow.
 *
 * @returns a picture of the inpainted background's size
 * @throws StudioError MASK_EMPTY when either mask covers nothing
 */
export async function subjectPicture(options: SubjectOptions): Promise<RgbImage> {
  const { image, subject, region, inpainted, mode } = options;
  const subjectRectangle = rectangleOf(subject, 'The subject mask of a concept image');
  const place =
    mode === 'aligned'
      ? rectangleOf(region, 'The mask of a concept')
      : scaledInto(subjectRectangle, image, inpainted);
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

/** The part of a concept's picture inside the frame, at full size. */
export interface FullSizeSubject {
  readonly picture: RgbImage;
  /** Its top left corner in the frame, in full-size pixels. */
  readonly left: number;
  readonly top: number;
  /** Of the concept's picture at the model's size, dims [h, w], 0..1. */
  readonly opacity: Tensor;
}

/**
 * {@link subjectPicture} or {@link containedPicture} at full size, from the concept image's own pixels.
 *
 * @param seen the concept's region and the inpainted background as the method saw them
 * @throws StudioError MASK_EMPTY when either mask covers nothing
 */
export async function subjectAtFullSize(
  { image, subject }: { readonly image: RgbImage; readonly subject: Tensor | null },
  seen: {
    readonly mask: Tensor;
    readonly inpainted: RgbImage;
    readonly mode: RenderParameters['conceptImageMode'];
  },
  frame: ResolvedFrame,
): Promise<FullSizeSubject> {
  const { inpainted, mode } = seen;
  const isWhole = mode === 'full' || subject === null;
  const part = isWhole
    ? { left: 0, top: 0, width: image.width, height: image.height }
    : rectangleOf(subject, 'The subject mask of a concept image');
  const place =
    !isWhole && mode === 'aligned'
      ? rectangleOf(seen.mask, 'The mask of a concept')
      : scaledInto(part, image, inpainted);
  const mask = subject === null || isWhole ? wholeMask(image) : subject;
  // The same rectangle in the frame's own pixels.
  const [scaleX, scaleY] = [frame.width / frame.modelWidth, frame.height / frame.modelHeight];
  const left = Math.round(place.left * scaleX);
  const top = Math.round(place.top * scaleY);
  const size = {
    width: Math.max(Math.round((place.left + place.width) * scaleX) - left, 1),
    height: Math.max(Math.round((place.top + place.height) * scaleY) - top, 1),
  };
  const raw = { width: image.width, height: image.height, channels: 4 as const };
  const input = await sharp(withAlpha(image, mask), { raw })
    .extract(part)
    .resize({ ...size, fit: 'fill', kernel: 'lanczos3' })
    .raw({ depth: 'uchar' })
    .toBuffer();
  const behind = await sharp(inpainted.data, {
    raw: { width: inpainted.width, height: inpainted.height, channels: 3 },
  })
    .extract(place)
    .resize({ ...size, fit: 'fill' })
    .raw({ depth: 'uchar' })
    .toBuffer();
  const picture = await sharp(behind, { raw: { ...size, channels: 3 } })
    .composite([{ input, raw: { ...size, channels: 4 } }])
    .removeAlpha()
    .raw({ depth: 'uchar' })
    .toBuffer();
  const inPlace = resampleWindow(mask, part, place);
  const opacity = new Float32Array(inpainted.width * inpainted.height);
  for (let y = 0; y < place.height; y++) {
    const row = inPlace.data.subarray(y * place.width, (y + 1) * place.width);
    opacity.set(row, (place.top + y) * inpainted.width + place.left);
  }
  return {
    picture: { ...size, data: new Uint8Array(picture) },
    left,
    top,
    opacity: tensor(opacity, [inpainted.height, inpainted.width]),
  };
}

function wholeMask({ width, height }: RgbImage): Tensor {
  return tensor(new Float32Array(width * height).fill(1), [height, width]);
}

/**
 * A whole concept image on the inpainted background: unchanged if the sizes are equal, else as large as fits,
 * centred, without cropping.
 */
export async function containedPicture(image: RgbImage, inpainted: RgbImage): Promise<RgbImage> {
  if (image.width === inpainted.width && image.height === inpainted.height) return image;
  const place = containedIn(image, inpainted);
  const fitted = await resizeImage(image, place);
  const data = new Uint8Array(inpainted.data);
  for (let y = 0; y < place.height; y++) {
    const row = fitted.data.subarray(3 * y * place.width, 3 * (y + 1) * place.width);
    data.set(row, 3 * ((place.top + y) * inpainted.width + place.left));
  }
  return { ...inpainted, data };
}

/** The largest centred rectangle of a picture's aspect in another one. */
function containedIn(
  image: { readonly width: number; readonly height: number },
  room: { readonly width: number; readonly height: number },
): Rectangle {
  const scale = Math.min(room.width / image.width, room.height / image.height);
  const width = Math.min(Math.max(Math.round(image.width * scale), 1), room.width);
  const height = Math.min(Math.max(Math.round(image.height * scale), 1), room.height);
  return {
    left: Math.floor((room.width - width) / 2),
    top: Math.floor((room.height - height) / 2),
    width,
    height,
  };
}

/** The rectangle of a part of a contained image, in whole pixels. */
function scaledInto(
  part: Rectangle,
  image: { readonly width: number; readonly height: number },
  room: { readonly width: number; readonly height: number },
): Rectangle {
  if (image.width === room.width && image.height === room.height) return part;
  const place = containedIn(image, room);
  const [scaleX, scaleY] = [place.width / image.width, place.height / image.height];
  const left = place.left + Math.round(part.left * scaleX);
  const top = place.top + Math.round(part.top * scaleY);
  const right = place.left + Math.round((part.left + part.width) * scaleX);
  const bottom = place.top + Math.round((part.top + part.height) * scaleY);
  return {
    left: Math.min(left, room.width - 1),
    top: Math.min(top, room.height - 1),
    width: Math.max(right - left, 1),
    height: Math.max(bottom - top, 1),
  };
}

function rectangleOf(mask: Tensor, what: string): Rectangle {
  const inside = tensor(
    mask.data.map((value) => (value >= REGION_THRESHOLD ? 1 : 0)),
    mask.dims,
  );
  const rectangle = boundingRectangle(inside);
  if (rectangle !== undefined) return rectangle;
  throw new StudioError('MASK_EMPTY', `${what} covers nothing: it needs white on the subject.`);
}

function withAlpha({ data }: RgbImage, mask: Tensor): Uint8Array {
  const rgba = new Uint8ClampedArray(4 * mask.data.length);
  for (let at = 0; at < mask.data.length; at++) {
    for (let channel = 0; channel < 3; channel++) rgba[4 * at + channel] = data[3 * at + channel]!;
    rgba[4 * at + 3] = 255 * mask.data[at]!;
  }
  return new Uint8Array(rgba.buffer);
}
