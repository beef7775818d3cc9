/** Converts between picture files and the method's pictures and masks. */
import { createHash } from 'node:crypto';
import { sharp } from '../../foundation/pictures/libvips.ts';
import type { MaskFindings } from '../../foundation/pictures/mask-conventions.ts';
import type { PictureRegion } from '../../foundation/pictures/picture-codec.ts';
import {
  decodeMask as decodeMaskPixels,
  decodePixels,
  decodeRegion,
  decodeWithOpacity,
  encodePng as encodePixels,
  pictureHeader,
} from '../../foundation/pictures/picture-operations.ts';
import type { NamedImage } from '../../pipeline/compose.ts';
import { greyToMask, maskToGrey, type RgbImage } from '../../pipeline/processors/image.ts';
import type { Tensor } from '../../pipeline/tensor/tensor.ts';

/** A picture file's bytes and its name for messages. */
export interface PictureFile {
  readonly name: string;
  readonly bytes: Uint8Array;
}

/**
 * Decodes a picture: rotated by its EXIF orientation, colours to sRGB, transparency onto white.
 *
 * @throws StudioError ASSET_INVALID naming the file
 */
export async function decodeImage({ name, bytes }: PictureFile): Promise<NamedImage> {
  const pixels = await decodePixels(bytes, name, 'picture');
  return { pixels, contentHash: hashPixels(pixels) };
}

/** Displayed size of a picture. @throws StudioError ASSET_INVALID naming the file */
export async function pictureSize({ name, bytes }: PictureFile): Promise<{ width: number; height: number }> {
  const { width, height } = await pictureHeader(bytes, name);
  return { width, height };
}

/**
 * A part of a picture at any size, decoded as {@link decodeImage} does.
 *
 * @throws StudioError ASSET_INVALID naming the file
 */
export async function decodeFrame(
  { name, bytes }: PictureFile,
  { left, top, width, height }: PictureRegion,
  size: { readonly width: number; readonly height: number } = { width, height },
): Promise<RgbImage> {
  return decodeRegion(bytes, name, { left, top, width, height }, size);
}

/** A picture with its own opacity, 4 bytes a pixel. @throws StudioError ASSET_INVALID naming the file */
export function decodeCutOut({ name, bytes }: PictureFile): ReturnType<typeof decodeWithOpacity> {
  return decodeWithOpacity(bytes, name);
}

/** A hash of a picture's pixels, independent of the file they came from. */
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
  return (await examineMaskFile(file)).mask;
}

/**
 * {@link decodeMask} with findings about the mask's convention.
 *
 * @throws StudioError ASSET_INVALID naming the file
 */
export async function examineMaskFile({
  name,
  bytes,
}: PictureFile): Promise<{ readonly mask: Tensor; readonly findings: MaskFindings }> {
  const { pixels, findings } = await decodeMaskPixels(bytes, name);
  return { mask: greyToMask(pixels.data, pixels.width, pixels.height), findings };
}

/**
 * Resizes a picture with libvips' best filters: Lanczos with three lobes, sharp and free of aliasing, to shrink, and
 * cubic interpolation to enlarge. It may change the aspect ratio.
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
export async function encodeMaskPng(mask: Tensor): Promise<Uint8Array> {
  return encodePixels(maskToGrey(mask), 1, 'without-profile');
}

/**
 * Encodes a picture as PNG in sRGB.
 *
 * @param between called repeatedly while a large picture is encoded; an error thrown by it stops the encoding
 */
export async function encodePng(image: RgbImage, between?: () => void | Promise<void>): Promise<Uint8Array> {
  return encodePixels(image, 3, 'without-profile', between);
}

/** Decodes a picture like {@link decodeImage}, without the hash of its content, which takes time for large pictures. */
export async function decodeAll({ name, bytes }: PictureFile): Promise<RgbImage> {
  return decodePixels(bytes, name, 'picture');
}
