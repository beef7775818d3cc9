/** Picture files <-> pixels for export, through sharp, with limits. */
import sharp, { type Sharp } from 'sharp';
import { StudioError } from '../../contract/errors.ts';

/** Longest side of a picture, in pixels. */
const MAX_SIDE_PX = 8192;

/** 8-bit pixels, row by row; as many values each as there are channels. */
export interface Pixels {
  readonly width: number;
  readonly height: number;
  readonly data: Uint8Array;
}

/**
 * Decodes a picture to sRGB, three channels; transparency onto white.
 *
 * @throws StudioError ASSET_INVALID
 */
export function decodeRgb(bytes: Uint8Array, name: string): Promise<Pixels> {
  return decode(bytes, name, (image) => image.flatten({ background: '#ffffff' }).toColourspace('srgb'), 3);
}

/**
 * Decodes a mask to its lightness, one channel; transparent is outside.
 *
 * @throws StudioError ASSET_INVALID
 */
export function decodeGrey(bytes: Uint8Array, name: string): Promise<Pixels> {
  return decode(bytes, name, (image) => image.flatten({ background: '#000000' }).toColourspace('b-w'), 1);
}

async function decode(
  bytes: Uint8Array,
  name: string,
  convert: (image: Sharp) => Sharp,
  channels: number,
): Promise<Pixels> {
  try {
    const image = sharp(bytes, { limitInputPixels: MAX_SIDE_PX * MAX_SIDE_PX, failOn: 'error', pages: 1 });
    const { data, info } = await convert(image.autoOrient())
      .raw({ depth: 'uchar' })
      .toBuffer({ resolveWithObject: true });
    if (info.channels !== channels) throw new Error(`it has ${info.channels} channels after conversion`);
    return { width: info.width, height: info.height, data };
  } catch (cause) {
    const detail = cause instanceof Error ? cause.message.trim().split('\n')[0] : String(cause);
    throw new StudioError('ASSET_INVALID', `${name} cannot be read as a picture: ${detail}.`, { cause });
  }
}

/** Encodes pixels as PNG, marked as sRGB by an ICC profile; no pixel is changed by that. */
export async function encodePng({ width, height, data }: Pixels, channels: 1 | 3 | 4): Promise<Buffer> {
  const image = sharp(data, { raw: { width, height, channels } });
  // A grey picture stays one: masks are numbers, not colours.
  if (channels === 1) return image.toColourspace('b-w').png({ compressionLevel: 9 }).toBuffer();
  return image.withIccProfile('srgb').png({ compressionLevel: 9 }).toBuffer();
}
