/** Picture files as projects take them: checked, upright, sRGB; through sharp, with limits. */
import sharp, { type Sharp } from 'sharp';
import { StudioError } from '../../contract/errors.ts';

/** Longest side of a picture, in pixels. */
export const MAX_SIDE_PX = 8192;

/** Longest side of a thumbnail, in pixels. */
const THUMBNAIL_SIDE_PX = 256;

/** A picture file and what is known of it. */
export interface Picture {
  readonly bytes: Uint8Array;
  readonly width: number;
  readonly height: number;
  readonly mediaType: string;
}

export interface PictureFit {
  readonly width: number;
  readonly height: number;
  readonly mode: 'cover' | 'contain';
}

/** Types that projects keep as they are, by sharp's names. */
const keptTypes: Readonly<Record<string, string>> = {
  png: 'image/png',
  jpeg: 'image/jpeg',
  webp: 'image/webp',
};

/**
 * Makes a picture file one that a project takes. Its bytes stay as they are where they will do; otherwise it is a PNG.
 *
 * @param name for messages
 * @param kind a mask becomes 8-bit grey, transparent counts as outside
 * @throws StudioError ASSET_INVALID
 */
export async function normalisePicture(
  bytes: Uint8Array,
  name: string,
  kind: 'picture' | 'mask',
  fit: PictureFit | null,
): Promise<Picture> {
  return reading(name, async () => {
    const source = open(bytes);
    const found = await source.metadata();
    checkSides(name, found);
    const mediaType = keptTypes[found.format ?? ''];
    const isUpright = (found.orientation ?? 1) === 1;
    const isGrey = found.channels === 1 && found.depth === 'uchar';
    const keepsBytes =
      mediaType !== undefined &&
      (found.pages ?? 1) === 1 &&
      isUpright &&
      (kind === 'picture'
        ? found.space === 'srgb' && found.icc === undefined
        : isGrey && found.format === 'png');
    const hasSize = fit === null || (found.width === fit.width && found.height === fit.height);
    // Decoding is what shows a damaged file.
    if (keepsBytes && hasSize) {
      await source.stats();
      return { bytes, width: found.width, height: found.height, mediaType };
    }
    const upright = source.autoOrient();
    const flat = kind === 'mask' ? upright.flatten({ background: '#000000' }) : upright;
    const fitted = fit === null ? flat : flat.resize(resizeOptions(fit, kind));
    const coloured = kind === 'mask' ? fitted.toColourspace('b-w') : fitted.toColourspace('srgb');
    const { data, info } = await coloured.png().toBuffer({ resolveWithObject: true });
    return { bytes: data, width: info.width, height: info.height, mediaType: 'image/png' };
  });
}

/** Size and type of a picture file. @throws StudioError ASSET_INVALID */
export async function pictureInfo(bytes: Uint8Array, name: string): Promise<Omit<Picture, 'bytes'>> {
  return reading(name, async () => {
    const { format, autoOrient } = await open(bytes).metadata();
    const mediaType = keptTypes[format ?? ''] ?? `image/${format}`;
    return { width: autoOrient.width, height: autoOrient.height, mediaType };
  });
}

/** A small copy for lists. @throws StudioError ASSET_INVALID */
export async function makeThumbnail(bytes: Uint8Array): Promise<Uint8Array> {
  return reading('The picture', () =>
    open(bytes)
      .resize({
        width: THUMBNAIL_SIDE_PX,
        height: THUMBNAIL_SIDE_PX,
        fit: 'inside',
        withoutEnlargement: true,
      })
      .webp({ quality: 85 })
      .toBuffer(),
  );
}

function open(bytes: Uint8Array): Sharp {
  return sharp(bytes, { limitInputPixels: MAX_SIDE_PX * MAX_SIDE_PX, failOn: 'error', pages: 1 });
}

function resizeOptions({ width, height, mode }: PictureFit, kind: 'picture' | 'mask') {
  return {
    width,
    height,
    fit: mode,
    background: kind === 'mask' ? '#000000' : '#ffffff',
  } as const;
}

function checkSides(
  name: string,
  { width, height }: { readonly width: number; readonly height: number },
): void {
  if (width <= MAX_SIDE_PX && height <= MAX_SIDE_PX) return;
  throw new StudioError(
    'ASSET_INVALID',
    `${name} is ${width} x ${height} pixels; at most ${MAX_SIDE_PX} per side are taken.`,
  );
}

async function reading<Result>(name: string, step: () => Promise<Result>): Promise<Result> {
  try {
    return await step();
  } catch (cause) {
    if (cause instanceof StudioError) throw cause;
    const detail = cause instanceof Error ? cause.message.trim().split('\n')[0] : String(cause);
    throw new StudioError('ASSET_INVALID', `${name} cannot be read as a picture: ${detail}.`, { cause });
  }
}
