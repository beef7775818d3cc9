/** Opens a file's bytes with libvips: limits format and size, and refuses with a sentence for the user. */
import type { Metadata } from 'sharp';
import { StudioError } from '../../contract/errors.ts';
import {
  MAX_PICTURE_PIXELS,
  MAX_PICTURE_SIDE_PX,
  PICTURE_LIMITS,
  type PictureFormatName,
} from '../../contract/picture-formats.ts';
import { isOutOfMemory } from '../out-of-memory.ts';
import { type Sharp, sharp } from './libvips.ts';
import { requirePictureFormat } from './picture-format.ts';
import { READ_LIMIT_S } from './read-limit.ts';
import { damaged, refusal, takesTooLong, tooLittleMemory } from './refusals.ts';

export interface OpenedPicture {
  readonly format: PictureFormatName;
  readonly header: Metadata;
  /** The first frame or page, not rotated; a damaged one fails when its pixels are read. */
  readonly image: Sharp;
  /** Opens another encoding of the same picture, with the same limits. */
  readonly reopen: (bytes: Uint8Array) => Sharp;
}

/**
 * Runs `step` to read a picture.
 *
 * @param name of the file, for messages
 * @param limitS {@link READ_LIMIT_S}
 * @throws StudioError ASSET_INVALID; OUT_OF_MEMORY
 */
export async function readPicture<Result>(
  bytes: Uint8Array,
  name: string,
  step: (opened: OpenedPicture) => Promise<Result>,
  limitS = READ_LIMIT_S,
): Promise<Result> {
  const format = requirePictureFormat(bytes, name);
  try {
    // The header alone, without the limit: the error for too large a picture states its size.
    const header = await sharp(bytes, { limitInputPixels: false, pages: 1 }).metadata();
    if (format === 'avif' && header.compression !== 'av1') {
      throw refusal(name, 'it is a HEIC picture', 'Save it as JPEG or PNG and add that');
    }
    checkSides(name, header);
    const reopen = (encoded: Uint8Array) => open(encoded, limitS);
    return await step({ format, header, image: reopen(bytes), reopen });
  } catch (cause) {
    if (cause instanceof StudioError) throw cause;
    throw unreadable(name, cause);
  }
}

function unreadable(name: string, cause: unknown): StudioError {
  if (isTimeout(cause)) return takesTooLong(name);
  return isOutOfMemory(cause) ? tooLittleMemory(name, cause) : damaged(name, cause);
}

function open(bytes: Uint8Array, limitS: number): Sharp {
  return sharp(bytes, {
    limitInputPixels: MAX_PICTURE_PIXELS,
    failOn: 'error',
    pages: 1,
  }).timeout({ seconds: limitS });
}

/** libvips has no error codes; sharp's message for its time limit begins like this. */
function isTimeout(cause: unknown): boolean {
  return cause instanceof Error && cause.message.startsWith('timeout: ');
}

function checkSides(name: string, { width, height }: Metadata): void {
  const isTaken =
    width <= MAX_PICTURE_SIDE_PX && height <= MAX_PICTURE_SIDE_PX && width * height <= MAX_PICTURE_PIXELS;
  if (isTaken) return;
  throw new StudioError(
    'ASSET_INVALID',
    `${name} is ${width} x ${height} pixels; a picture may have ${PICTURE_LIMITS}. Make it smaller and add that.`,
  );
}
