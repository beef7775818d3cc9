/** Picture files <-> pixels, through sharp, with limits: a file from anywhere must not take the memory. */
import { createHash } from 'node:crypto';
import sharp, { type Sharp } from 'sharp';
import { StudioError } from '../../contract/errors.ts';
import type { NamedImage } from '../../pipeline/compose.ts';
import { greyToMask, type RgbImage } from '../../pipeline/processors/image.ts';
import type { Tensor } from '../../pipeline/tensor/tensor.ts';

/** Longest side of a picture, in pixels. */
export const MAX_SIDE_PX = 8192;

/** A picture file's bytes and the name to call it by in messages. */
export interface PictureFile {
  readonly name: string;
  readonly bytes: Uint8Array;
}

/**
 * Decodes a picture: turned as its EXIF orientation says, colours to sRGB, transparency onto white.
 *
 * @throws StudioError ASSET_INVALID naming the file
 */
export async function decodeImage(file: PictureFile): Promise<NamedImage> {
  const pixels = await decode(
    file,
    (image) => image.flatten({ background: '#ffffff' }).toColourspace('srgb'),
    3,
  );
  return { pixels, contentHash: hashPixels(pixels) };
}

/** A name for a picture's content: the same for the same pixels, whatever file they came from. */
export function hashPixels({ width, height, data }: RgbImage): string {
  return createHash('sha256').update(`${width}x${height}:`).update(data).digest('hex');
}

/**
 * Decodes a mask: its lightness, 0..1; transparent is outside.
 *
 * @returns dims [height, width]
 * @throws StudioError ASSET_INVALID naming the file
 */
export async function decodeMask(file: PictureFile): Promise<Tensor> {
  const { data, width, height } = await decode(
    file,
    (image) => image.flatten({ background: '#000000' }).toColourspace('b-w'),
    1,
  );
  return greyToMask(data, width, height);
}

async function decode(
  { name, bytes }: PictureFile,
  convert: (image: Sharp) => Sharp,
  channels: number,
): Promise<{ width: number; height: number; data: Uint8Array }> {
  let image: Sharp;
  try {
    image = sharp(bytes, { limitInputPixels: MAX_SIDE_PX * MAX_SIDE_PX, failOn: 'error', pages: 1 });
    // The header alone, without the limit: a picture that is too large is told its size.
    const { width, height } = await sharp(bytes, { limitInputPixels: false, pages: 1 }).metadata();
    if (width > MAX_SIDE_PX || height > MAX_SIDE_PX) {
      throw new StudioError(
        'ASSET_INVALID',
        `${name} is ${width} x ${height} pixels; at most ${MAX_SIDE_PX} per side are taken.`,
      );
    }
    const { data, info } = await convert(image.autoOrient())
      .raw({ depth: 'uchar' })
      .toBuffer({ resolveWithObject: true });
    if (info.channels !== channels) throw new Error(`it has ${info.channels} channels after conversion`);
    return { width: info.width, height: info.height, data: new Uint8Array(data) };
  } catch (cause) {
    if (cause instanceof StudioError) throw cause;
    const detail = cause instanceof Error ? cause.message.trim().split('\n')[0] : String(cause);
    throw new StudioError('ASSET_INVALID', `${name} cannot be read as a picture: ${detail}.`, { cause });
  }
}

/**
 * Resizes a picture with libvips' best: Lanczos's filter of three lobes, sharp and free of aliasing, where it shrinks,
 * and cubic interpolation where it grows. The proportions follow the new size.
 */
export async function resizeImage(
  { width, height, data }: RgbImage,
  size: { readonly width: number; readonly height: number },
): Promise<RgbImage> {
  if (width === size.width && height === size.height) return { width, height, data };
  const { data: resized } = await sharp(data, { raw: { width, height, channels: 3 } })
    .resize({ width: size.width, height: size.height, fit: 'fill', kernel: 'lanczos3' })
    .raw({ depth: 'uchar' })
    .toBuffer({ resolveWithObject: true });
  return { ...size, data: new Uint8Array(resized) };
}

/**
 * Encodes a mask as an 8-bit grey PNG: white inside.
 *
 * @param mask dims [height, width], values 0..1
 */
export async function encodeMaskPng({ data, dims }: Tensor): Promise<Uint8Array> {
  const grey = Uint8ClampedArray.from(data, (value) => value * 255);
  return sharp(new Uint8Array(grey.buffer), { raw: { width: dims[1]!, height: dims[0]!, channels: 1 } })
    .toColourspace('b-w')
    .png({ compressionLevel: 9 })
    .toBuffer();
}

/**
 * Encodes a picture as PNG in sRGB.
 */
export async function encodePng({ width, height, data }: RgbImage): Promise<Uint8Array> {
  return sharp(data, { raw: { width, height, channels: 3 } })
    .png({ compressionLevel: 9 })
    .toBuffer();
}
