/** The picture formats that the program accepts: one list for decoders, upload routes, file pickers and messages. */
import * as z from 'zod';

interface PictureFormat {
  readonly name: string;
  readonly mediaType: string;
  readonly extensions: readonly string[];
}

/** Formats by sharp's names. A file's content decides, not its name. */
export const PICTURE_FORMATS = {
  png: { name: 'PNG', mediaType: 'image/png', extensions: ['.png'] },
  jpeg: { name: 'JPEG', mediaType: 'image/jpeg', extensions: ['.jpg', '.jpeg'] },
  webp: { name: 'WebP', mediaType: 'image/webp', extensions: ['.webp'] },
  avif: { name: 'AVIF', mediaType: 'image/avif', extensions: ['.avif'] },
  tiff: { name: 'TIFF', mediaType: 'image/tiff', extensions: ['.tif', '.tiff'] },
  gif: { name: 'GIF', mediaType: 'image/gif', extensions: ['.gif'] },
} as const satisfies Readonly<Record<string, PictureFormat>>;

export type PictureFormatName = keyof typeof PICTURE_FORMATS;

/** The formats as a sentence lists them. */
export const PICTURE_FORMAT_LIST = 'PNG, JPEG, WebP, AVIF, TIFF or GIF';

/** Longest side of a picture, in pixels. */
export const MAX_PICTURE_SIDE_PX = 16_384;

/** Most pixels of a picture. */
export const MAX_PICTURE_PIXELS = 100_000_000;

/** The two limits as a sentence says them. */
export const PICTURE_LIMITS = `at most ${MAX_PICTURE_SIDE_PX} pixels a side and ${MAX_PICTURE_PIXELS / 1e6} megapixels`;

/** Media types of the formats. */
export const PICTURE_MEDIA_TYPES: readonly string[] = Object.values(PICTURE_FORMATS).map(
  ({ mediaType }) => mediaType,
);

/** What a file picker offers: types, and extensions for systems that do not know a type. */
export const PICTURE_FILE_ACCEPT: string = [
  ...PICTURE_MEDIA_TYPES,
  ...Object.values(PICTURE_FORMATS).flatMap(({ extensions }) => extensions),
].join(',');

/**
 * What may surprise the user about a picture: only the first of several frames or pages is used; transparent parts
 * become white in a background. About a mask: it has colours, and its lightness is used; its shape is in the
 * transparency, and the opaque part is dark; nothing in it reaches half of white. About a loaded one, what was read as
 * its shape: the opaque part, the transparent part, the lighter of two dark values, one of two colours.
 */
export const pictureNoteSchema = z.enum([
  'first-frame',
  'transparent',
  'mask-in-colour',
  'mask-in-transparency',
  'mask-too-dark',
  'mask-from-opacity',
  'mask-from-hole',
  'mask-from-levels',
  'mask-from-colour',
]);
export type PictureNote = z.infer<typeof pictureNoteSchema>;

/** The media type to store an upload under: its own for a picture, otherwise one that no browser displays. */
export function uploadMediaType(announced: string): string {
  const type = announced.split(';')[0]!.trim().toLowerCase();
  return PICTURE_MEDIA_TYPES.includes(type) ? type : 'application/octet-stream';
}
