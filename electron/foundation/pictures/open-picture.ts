/** Opens a file's bytes with libvips: format and size are limited, and refusals are sentences. */
import type { Metadata } from 'sharp';
import { StudioError } from '../../contract/errors.ts';
import {
  MAX_PICTURE_PIXELS,
  MAX_PICTURE_SIDE_PX,
  PICTURE_LIMITS,
  type PictureFormatName,
} from '../../contract/picture-formats.ts';
import { type Sharp, sharp } from './libvips.ts';
import { requirePictureFormat } from './picture-format.ts';
import { READ_LIMIT_S } from './read-limit.ts';
import { damaged, refusal, takesTooLong } from './refusals.ts';

export interface OpenedPicture {
  readonly format: PictureFormatName;
  readonly header: Metadata;
  /** The first frame or page, not turned; damage fails when its pixels are asked for. */
  readonly image: Sharp;
  /** Opens another encoding of the same picture, with the same limits. */
  readonly reopen: (bytes: Uint8Array) => Sharp;
}

/**
 * Reads a picture, as `step` says.
 *
 * @param name of the file, for messages
 * @param limitS {@link READ_LIMIT_S}
 * @throws StudioError ASSET_INVALID
 */
export async function readPicture<Result>(
  bytes: Uint8Array,
  name: string,
  step: (opened: OpenedPicture) => Promise<Result>,
  limitS = READ_LIMIT_S,
): Promise<Result> {
  const format = requirePictureFormat(bytes, name);
  try {
    // The header alone, without the limit: the refusal of a picture that is too large names its size.
    const header = await sharp(bytes, { limitInputPixels: false, pages: 1 }).metadata();
    if (format === 'avif' && header.compression !== 'av1') {
      throw refusal(name, 'it is a HEIC picture', 'Save it as JPEG or PNG and add that');
    }
    checkSides(name, header);
    const reopen = (encoded: Uint8Array) => open(encoded, limitS);
    return await step({ format, header, image: reopen(bytes), reopen });
  } catch (cause) {
    if (cause instanceof StudioError) throw cause;
    throw isTimeout(cause) ? takesTooLong(name) : damaged(name, cause);
  }
}

function open(bytes: Uint8Array, limitS: number): Sharp {
  return sharp(bytes, {
    limitInputPixels: MAX_PICTURE_PIXELS,
    failOn: 'error',
    pages: 1,
  }).timeout({ seconds: limitS });
}

/** libvips has no codes; this is how sharp's own time limit begins. */
function isTimeout(cause: unknown): boolean {
  return cause instanceof Error && cause.message.startsWith('timeout: ');
}

function checkSides(name: string, { width, height }: Metadata): void {
  const isTaken =
    width <= MAX_PICTURE_SIDE_PX && height <= MAX_PICTURE_SIDE_PX && width * height <= MAX_PICTURE_PIXELS;
  if (isTaken) return;
  throw new StudioError(
    'ASSET_INVALID',
    `${name} is ${width} x ${height} pixels; ${PICTURE_LIMITS} are taken. Make it smaller and add that.`,
  );
}
