/**
 * Operations on picture files. Hosts run them in a separate process ({@link file://./picture-process.ts}); the engine
 * and the command line are separate processes already and call them directly.
 */
import { readFile, writeFile } from 'node:fs/promises';
import type { Metadata } from 'sharp';
import { PICTURE_FORMATS, type PictureNote } from '../../contract/picture-formats.ts';
import type { Placement } from '../../contract/placement.ts';
import { reading, writing } from '../files/file-errors.ts';
import { type Sharp, sharp } from './libvips.ts';
import { convertForeignMask } from './loaded-mask.ts';
import { examineMask, type MaskFindings, maskNotes } from './mask-conventions.ts';
import { readPicture } from './open-picture.ts';
import type {
  ExportEncoding,
  ExportEncodingOptions,
  ImportKind,
  NormalisedPicture,
  PictureCodec,
  PictureFit,
  PictureHeader,
  PictureKind,
  PictureRegion,
  PictureSize,
  Pixels,
  PlacedShape,
} from './picture-codec.ts';
import { shapeOfPlaced } from './placed-shape.ts';
import { encodeLargePng } from './png-encoder.ts';
import { encodePsd } from './psd-encoder.ts';
import { isAnimatedPng, withoutMetadata } from './strip-metadata.ts';

/** Longest side of the sample from which a mask's kind is recognised, in pixels. */
const SAMPLE_SIDE_PX = 512;

/** Most pixels for compression with the highest effort. */
const MAX_SMALL_PIXELS = 1 << 20;

/** Factor by which a picture is shrunk when it is decoded only to detect damage. */
const SHRINK = 8;

/** Longest side of a thumbnail, in pixels. */
const THUMBNAIL_SIDE_PX = 256;

/**
 * Converts a picture file to what projects store: the first frame, upright, in sRGB, without Exif, XMP and IPTC
 * (which say where and by whom it was taken). Pixels keep their encoding if possible; otherwise it becomes a PNG.
 *
 * @param name of the file, for messages
 * @throws StudioError ASSET_INVALID
 */
export async function normalisePicture(
  bytes: Uint8Array,
  name: string,
  kind: ImportKind,
  fit: PictureFit | null,
): Promise<NormalisedPicture> {
  if (kind === 'loadedMask') {
    const converted = await convertForeignMask(bytes, name, fit);
    return converted ?? normalisePicture(bytes, name, 'mask', fit);
  }
  return readPicture(bytes, name, async ({ format, header, image, reopen }) => {
    const { width, height } = header;
    const isAnimated = (header.pages ?? 1) > 1 || (format === 'png' && isAnimatedPng(bytes));
    const isUpright = (header.orientation ?? 1) === 1;
    const isColour = header.space === 'srgb' && header.icc === undefined;
    const isGreyMask = header.channels === 1 && header.depth === 'uchar' && format === 'png';
    const hasSize = fit === null || (width === fit.width && height === fit.height);
    const fits = !isAnimated && isUpright && hasSize && (kind === 'picture' ? isColour : isGreyMask);
    const kept = fits ? withoutMetadata(bytes, format) : undefined;
    const notes: PictureNote[] = isAnimated ? ['first-frame'] : [];
    if (kept !== undefined) {
      // Only decoding reveals a damaged file.
      const decoded = kept === bytes ? image : reopen(kept);
      if (kind === 'picture' && !header.hasAlpha) {
        await decodeThrough(decoded, header);
      } else {
        const { isOpaque, channels } = await decoded.stats();
        if (!isOpaque) notes.push('transparent');
        if (kind === 'mask') notes.push(...maskNotes(examineMask(channels[0]!.max)));
      }
      return { bytes: kept, width, height, mediaType: PICTURE_FORMATS[format].mediaType, notes };
    }
    if (kind === 'picture' && header.hasAlpha && !(await image.clone().stats()).isOpaque) {
      notes.push('transparent');
    }
    const upright = image.autoOrient();
    const flat = kind === 'mask' ? upright.flatten({ background: '#000000' }) : upright;
    const fitted = fit === null ? flat : flat.resize(resizeOptions(fit, kind));
    const coloured = kind === 'mask' ? fitted.toColourspace('b-w') : fitted.toColourspace('srgb');
    const { data, info } = await coloured.png().toBuffer({ resolveWithObject: true });
    if (kind === 'mask') {
      const { channels } = await sharp(data).stats();
      notes.push(...maskNotes(examineMask(channels[0]!.max, await sampleColours(header, reopen(bytes)))));
    }
    return { bytes: data, width: info.width, height: info.height, mediaType: 'image/png', notes };
  });
}

/** {@link normalisePicture} from one file to another, which is written only if something changes. */
export const normaliseFile: PictureCodec['normaliseFile'] = async (path, name, kind, fit, into) => {
  const file = await reading(path, () => readFile(path), 'ASSET_MISSING');
  const { bytes, ...picture } = await normalisePicture(file, name, kind, fit);
  const isChanged = bytes !== file;
  if (isChanged) await writing(into, () => writeFile(into, bytes));
  return { ...picture, isChanged };
};

/** Decodes every row and keeps almost nothing: `stats()` takes ten times as long, and only transparency needs it. */
async function decodeThrough(image: Sharp, { width, height }: PictureSize): Promise<void> {
  const small = { width: Math.ceil(width / SHRINK), height: Math.ceil(height / SHRINK) };
  // The decoder's own shrinking could skip damaged parts.
  await image
    .resize({ ...small, fit: 'fill', fastShrinkOnLoad: false })
    .raw()
    .toBuffer();
}

/** Size and type of a picture file. @throws StudioError ASSET_INVALID */
export async function pictureHeader(bytes: Uint8Array, name: string): Promise<PictureHeader> {
  return readPicture(bytes, name, async ({ format, header: { autoOrient } }) => ({
    width: autoOrient.width,
    height: autoOrient.height,
    mediaType: PICTURE_FORMATS[format].mediaType,
  }));
}

/** A small copy for lists. @throws StudioError ASSET_INVALID */
export async function makeThumbnail(
  bytes: Uint8Array,
  name: string,
  type: 'webp' | 'png',
): Promise<Uint8Array> {
  return readPicture(bytes, name, ({ image }) => {
    const small = image.autoOrient().resize({
      width: THUMBNAIL_SIDE_PX,
      height: THUMBNAIL_SIDE_PX,
      fit: 'inside',
      withoutEnlargement: true,
    });
    return (type === 'webp' ? small.webp({ quality: 85 }) : small.png()).toBuffer();
  });
}

/**
 * Decodes a picture to sRGB, three channels, transparency onto white; or a mask to its lightness, one channel,
 * transparent counting as outside. Both are rotated by their Exif orientation.
 *
 * @param size to resample to; its own by default
 * @throws StudioError ASSET_INVALID
 */
export async function decodePixels(
  bytes: Uint8Array,
  name: string,
  kind: PictureKind,
  size?: PictureSize,
): Promise<Pixels> {
  return readPicture(bytes, name, ({ image }) => {
    const upright = image.autoOrient();
    const sized =
      size === undefined ? upright : upright.resize({ ...size, fit: 'fill', fastShrinkOnLoad: false });
    return kind === 'mask'
      ? rawPixels(sized.flatten({ background: '#000000' }).toColourspace('b-w'), 1)
      : rawPixels(sized.flatten({ background: '#ffffff' }).toColourspace('srgb'), 3);
  });
}

/**
 * The shape of a placed picture, with soft edge and shadow: its own opacity inside its subject mask.
 *
 * @param subject file of a mask of the picture's size; null for none
 * @param size of the background
 * @throws StudioError ASSET_INVALID
 */
export async function placedShape(
  bytes: Uint8Array,
  name: string,
  subject: Uint8Array | null,
  placement: Placement,
  size: PictureSize,
): Promise<PlacedShape> {
  const picture = await decodeWithOpacity(bytes, name);
  const mask = subject && (await decodePixels(subject, `The subject mask of ${name}`, 'mask', picture));
  const data = new Uint8Array(picture.data);
  for (let pixel = 0; mask !== null && pixel < mask.data.length; pixel++) {
    data[4 * pixel + 3] = Math.round((data[4 * pixel + 3]! * mask.data[pixel]!) / 255);
  }
  return shapeOfPlaced({ ...picture, data }, placement, size);
}

/**
 * Decodes a part of a picture as {@link decodePixels} does, at any size, without the whole of it in memory: libvips
 * reads row by row. It is resampled in sRGB's own values, in which models were trained, by Lanczos's filter of three
 * lobes where it shrinks and cubically where it grows (docs/decisions/0157).
 *
 * @param region in pixels of the picture as it is shown, inside it
 * @throws StudioError ASSET_INVALID
 */
export async function decodeRegion(
  bytes: Uint8Array,
  name: string,
  region: PictureRegion,
  size: PictureSize = region,
): Promise<Pixels> {
  return readPicture(bytes, name, ({ image }) => {
    const part = image.autoOrient().extract(region);
    const resized =
      size.width === region.width && size.height === region.height
        ? part
        : part.resize({
            width: size.width,
            height: size.height,
            fit: 'fill',
            kernel: 'lanczos3',
            fastShrinkOnLoad: false,
          });
    return rawPixels(resized.flatten({ background: '#ffffff' }).toColourspace('srgb'), 3);
  });
}

/**
 * Decodes a picture to sRGB with its own opacity, four channels, colours not multiplied by it.
 *
 * @throws StudioError ASSET_INVALID
 */
export async function decodeWithOpacity(bytes: Uint8Array, name: string): Promise<Pixels> {
  return readPicture(bytes, name, ({ image }) =>
    rawPixels(image.autoOrient().toColourspace('srgb').ensureAlpha(), 4),
  );
}

/**
 * Decodes a mask as {@link decodePixels} does, and checks its convention.
 *
 * @throws StudioError ASSET_INVALID
 */
export async function decodeMask(
  bytes: Uint8Array,
  name: string,
): Promise<{ readonly pixels: Pixels; readonly findings: MaskFindings }> {
  const pixels = await decodePixels(bytes, name, 'mask');
  const brightest = pixels.data.reduce((largest, value) => Math.max(largest, value), 0);
  const colours = await readPicture(bytes, name, ({ header, image }) => sampleColours(header, image));
  return { pixels, findings: examineMask(brightest, colours) };
}

/** Some of a picture's pixels in sRGB with alpha; undefined for a grey one without transparency. */
async function sampleColours({ channels }: Metadata, image: Sharp): Promise<Pixels | undefined> {
  if (channels === 1) return undefined;
  const sample = image.resize({
    width: SAMPLE_SIDE_PX,
    height: SAMPLE_SIDE_PX,
    fit: 'inside',
    withoutEnlargement: true,
    kernel: 'nearest',
  });
  return rawPixels(sample.toColourspace('srgb').ensureAlpha(), 4);
}

/**
 * Encodes pixels as PNG. One channel stays grey: masks are numbers, not colours.
 *
 * @param channels 1: grey, 3: sRGB, 4: sRGB and alpha
 * @param profile marks colours as sRGB by an ICC profile, for programs that read one; no pixel changes
 * @param between called repeatedly while a large picture is encoded; an error thrown by it stops the encoding
 */
export async function encodePng(
  pixels: Pixels,
  channels: 1 | 3 | 4,
  profile: 'with-profile' | 'without-profile',
  between?: () => void | Promise<void>,
): Promise<Uint8Array> {
  const { width, height, data } = pixels;
  const isLarge = width * height > MAX_SMALL_PIXELS;
  if (isLarge && profile === 'without-profile') return encodeLargePng(pixels, channels, between);
  const image = sharp(data, { raw: { width, height, channels } });
  const coloured =
    channels === 1
      ? image.toColourspace('b-w')
      : profile === 'with-profile'
        ? image.withIccProfile('srgb')
        : image;
  // Above a megapixel, saving the last few percent of size would take seconds.
  const effort = isLarge ? { compressionLevel: 2, adaptiveFiltering: channels > 1 } : { compressionLevel: 9 };
  return coloured.png(effort).toBuffer();
}

/**
 * Encodes a picture as JPEG, WebP or TIFF, in sRGB with an ICC profile: JPEG without chroma subsampling, TIFF without
 * loss.
 *
 * @param pixels three channels
 */
async function encodeExported(
  { width, height, data }: Pixels,
  format: ExportEncoding,
  { quality, xmp }: ExportEncodingOptions,
): Promise<Uint8Array> {
  const image = sharp(data, { raw: { width, height, channels: 3 } }).withIccProfile('srgb');
  const described = xmp === null ? image : image.withXmp(xmp);
  switch (format) {
    case 'jpeg':
      return described.jpeg({ quality, chromaSubsampling: '4:4:4' }).toBuffer();
    case 'webp':
      return described.webp({ quality }).toBuffer();
    case 'tiff':
      return described.tiff({ compression: 'deflate', predictor: 'horizontal' }).toBuffer();
  }
}

async function rawPixels(image: Sharp, channels: number): Promise<Pixels> {
  const { data, info } = await image.raw({ depth: 'uchar' }).toBuffer({ resolveWithObject: true });
  if (info.channels !== channels) throw new Error(`it has ${info.channels} channels after conversion`);
  // Small results are views of Node's shared buffer pool, which must not be sent along.
  const isShared = data.length < data.buffer.byteLength;
  return {
    width: info.width,
    height: info.height,
    data: isShared ? new Uint8Array(data) : new Uint8Array(data.buffer),
  };
}

function resizeOptions({ width, height, mode }: PictureFit, kind: PictureKind) {
  return { width, height, fit: mode, background: kind === 'mask' ? '#000000' : '#ffffff' } as const;
}

/** Every operation, run in this process. */
export const pictureOperations: PictureCodec = {
  normalise: normalisePicture,
  normaliseFile,
  header: pictureHeader,
  thumbnail: makeThumbnail,
  decode: decodePixels,
  placedShape,
  encode: (pixels, channels, profile) => encodePng(pixels, channels, profile),
  encodeAs: encodeExported,
  encodePsd,
};
