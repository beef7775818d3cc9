/** Detects a picture's format by its first bytes, never by its name or media type. */
import { StudioError } from '../../contract/errors.ts';
import {
  PICTURE_FORMAT_LIST,
  PICTURE_LIMITS,
  type PictureFormatName,
} from '../../contract/picture-formats.ts';
import { refusal } from './refusals.ts';

/** How many bytes at the start identify the format. */
const HEAD_BYTES = 1024;

/** Files that are often mistaken for supported pictures, and what to do with them. */
const refusedKinds: readonly {
  readonly matches: (head: string) => boolean;
  readonly is: string;
  readonly wayOut: string;
}[] = [
  {
    matches: (head) => isoBrands(head).some((brand) => /^(hei[cxms]|hev[cx])$/.test(brand)),
    is: 'a HEIC picture',
    wayOut:
      'Save it as JPEG or PNG (an iPhone does so with Settings > Camera > Formats > Most Compatible) and add that.',
  },
  { matches: (head) => head.startsWith('BM'), is: 'a BMP picture', wayOut: 'Save it as PNG and add that.' },
  {
    matches: (head) => head.startsWith('\xff\x0a') || head.startsWith('\0\0\0\x0cJXL '),
    is: 'a JPEG XL picture',
    wayOut: 'Save it as PNG or JPEG and add that.',
  },
  {
    matches: (head) => head.startsWith('\0\0\0\x0cjP  ') || head.startsWith('\xff\x4f\xff\x51'),
    is: 'a JPEG 2000 picture',
    wayOut: 'Save it as PNG or JPEG and add that.',
  },
  {
    matches: (head) => head.startsWith('8BPS'),
    is: 'a Photoshop document',
    wayOut: 'Export it as PNG and add that.',
  },
  {
    matches: (head) => head.startsWith('gimp xcf'),
    is: 'a GIMP document',
    wayOut: 'Export it as PNG and add that.',
  },
  {
    matches: (head) => head.startsWith('\0\0\x01\0'),
    is: 'an icon file',
    wayOut: 'Save it as PNG and add that.',
  },
  {
    matches: (head) => head.startsWith('v/1\x01') || /^#\?(RADIANCE|RGBE)/.test(head),
    is: 'a high dynamic range picture',
    wayOut: 'Save it as PNG and add that.',
  },
  {
    matches: (head) => /^II\*\0.{4}CR/s.test(head) || head.startsWith('FUJIFILMCCD-RAW'),
    is: 'a camera’s raw file',
    wayOut: 'Develop it, save it as PNG or JPEG, and add that.',
  },
  { matches: (head) => head.startsWith('%PDF'), is: 'a PDF', wayOut: 'Save the page as PNG and add that.' },
  {
    matches: (head) => head.startsWith('%!PS') || head.startsWith('\xc5\xd0\xd3\xc6'),
    is: 'a PostScript file',
    wayOut: 'Export it as PNG and add that.',
  },
  {
    matches: (head) => head.startsWith('\x1a\x45\xdf\xa3') || isoBrands(head).length > 0,
    is: 'a video, or a picture in a video’s format',
    wayOut: 'Save one picture of it as PNG or JPEG and add that.',
  },
  {
    matches: (head) => head.startsWith('\x1f\x8b') || head.startsWith('PK\x03\x04'),
    is: 'a compressed file',
    wayOut: 'Unpack it and add the picture in it.',
  },
  {
    matches: (head) => /<svg[\s/>]/i.test(textOf(head)),
    is: 'an SVG drawing',
    wayOut: 'Export it as PNG, at the size that you need, and add that.',
  },
  {
    matches: (head) => /^\s*<(!doctype html|html|head|body)/i.test(textOf(head)),
    is: 'a web page',
    wayOut: 'Save the picture itself from the page and add that.',
  },
];

/**
 * The format of a picture file.
 *
 * @param name of the file, for messages
 * @throws StudioError ASSET_INVALID with what the file is instead, what is accepted, and what to do
 */
export function requirePictureFormat(bytes: Uint8Array, name: string): PictureFormatName {
  if (bytes.length === 0) {
    throw refusal(name, 'the file is empty', 'Save or download it again');
  }
  const head = Buffer.from(bytes.buffer, bytes.byteOffset, Math.min(bytes.length, HEAD_BYTES)).toString(
    'latin1',
  );
  const format = formatOf(head);
  if (format !== undefined) return format;
  const kind = refusedKinds.find(({ matches }) => matches(head));
  const taken = `Pictures can be ${PICTURE_FORMAT_LIST}, with ${PICTURE_LIMITS}.`;
  throw new StudioError(
    'ASSET_INVALID',
    kind === undefined
      ? `${name} cannot be read as a picture. ${taken} Save it in one of these formats and add that.`
      : `${name} cannot be read as a picture: it is ${kind.is}. ${taken} ${kind.wayOut}`,
  );
}

function formatOf(head: string): PictureFormatName | undefined {
  if (head.startsWith('\x89PNG\r\n\x1a\n')) return 'png';
  if (head.startsWith('\xff\xd8\xff')) return 'jpeg';
  if (head.startsWith('RIFF') && head.slice(8, 12) === 'WEBP') return 'webp';
  if (/^GIF8[79]a/.test(head)) return 'gif';
  if (/^(II\*\0|MM\0\*|II\+\0|MM\0\+)/.test(head) && head.slice(8, 10) !== 'CR') return 'tiff';
  if (isoBrands(head).some((brand) => /^avi[fs]$/.test(brand))) return 'avif';
  return undefined;
}

/** The brands that an ISO base media file names at its start (ISO/IEC 14496-12, `ftyp`): AVIF, HEIC, MP4 and more. */
function isoBrands(head: string): string[] {
  if (head.slice(4, 8) !== 'ftyp') return [];
  const length = Buffer.from(head.slice(0, 4), 'latin1').readUInt32BE();
  const brands = head.slice(8, 12) + head.slice(16, Math.min(length, HEAD_BYTES));
  return brands.match(/.{4}/gs) ?? [];
}

/** Text in UTF-8 or UTF-16, as far as its ASCII goes. */
function textOf(head: string): string {
  return head.replaceAll(/[\0\xef\xbb\xbf\xfe\xff]/g, '');
}
