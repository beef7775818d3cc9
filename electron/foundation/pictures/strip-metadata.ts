/**
 * Removes from a picture file what says where, when and by whom it was taken, without touching its pixels: Exif, XMP,
 * IPTC, comments, and further pictures or videos after the end. What decoding needs stays.
 */
import type { PictureFormatName } from '../../contract/picture-formats.ts';

/**
 * @returns the same bytes when there is nothing to remove; undefined when the file violates its format, or its format
 * is never stored: then its pixels have to be encoded again
 */
export function withoutMetadata(bytes: Uint8Array, format: PictureFormatName): Uint8Array | undefined {
  const parts = format in partsOf ? partsOf[format as keyof typeof partsOf](bytes) : undefined;
  if (parts === undefined) return undefined;
  const length = parts.reduce((sum, part) => sum + part.length, 0);
  return length === bytes.length ? bytes : Buffer.concat(parts);
}

/** Whether a PNG is an animation (APNG), which libvips does not report. */
export function isAnimatedPng(bytes: Uint8Array): boolean {
  return pngChunks(bytes)?.some(({ type }) => type === 'acTL') ?? false;
}

const partsOf = { png: pngParts, jpeg: jpegParts, webp: webpParts };

interface Chunk {
  readonly type: string;
  /** With its length, type and checksum. */
  readonly bytes: Uint8Array;
}

const PNG_SIGNATURE_BYTES = 8;

/** Chunks up to IEND (PNG 3rd edition, 5.3). */
function pngChunks(bytes: Uint8Array): Chunk[] | undefined {
  const view = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.length);
  const chunks: Chunk[] = [];
  for (let at = PNG_SIGNATURE_BYTES; at + 12 <= bytes.length; ) {
    const end = at + 12 + view.readUInt32BE(at);
    if (end > bytes.length) return undefined;
    const type = view.toString('latin1', at + 4, at + 8);
    chunks.push({ type, bytes: bytes.subarray(at, end) });
    if (type === 'IEND') return chunks;
    at = end;
  }
  return undefined;
}

function pngParts(bytes: Uint8Array): Uint8Array[] | undefined {
  const kept = pngChunks(bytes)?.filter(
    ({ type, bytes: chunk }) =>
      type !== 'eXIf' && type !== 'tIME' && !(type.endsWith('Xt') && holdsMetadata(chunk)),
  );
  return kept && [bytes.subarray(0, PNG_SIGNATURE_BYTES), ...kept.map((chunk) => chunk.bytes)];
}

/**
 * Keywords of text chunks that hold XMP, Exif and IPTC, some of them ImageMagick's, and PNG's own for who and when
 * (3rd edition, 11.3.3.2). Others say how a picture was made.
 */
const METADATA_KEYWORD =
  /^(?:XML:com\.adobe\.xmp|Raw profile type .*|(?:exif|date|iptc|xmp):.*|Author|Copyright|Creation Time)\0/;

function holdsMetadata(textChunk: Uint8Array): boolean {
  // A keyword has up to 79 bytes.
  return METADATA_KEYWORD.test(Buffer.from(textChunk.subarray(8, 8 + 80)).toString('latin1'));
}

/** Segments that decoding needs, by their second byte: tables, frames, scans; JFIF, ICC profile, Adobe's colours. */
function isJpegNeeded(marker: number, segment: Uint8Array): boolean {
  if (marker === 0xfe) return false;
  if (marker < 0xe0 || marker > 0xef) return true;
  const name = Buffer.from(segment.subarray(4, 16)).toString('latin1');
  return (
    (marker === 0xe0 && name.startsWith('JFIF\0')) ||
    (marker === 0xe2 && name.startsWith('ICC_PROFILE\0')) ||
    (marker === 0xee && name.startsWith('Adobe'))
  );
}

/** Segments up to the end of the image (ITU-T T.81, annex B). */
function jpegParts(bytes: Uint8Array): Uint8Array[] | undefined {
  const parts: Uint8Array[] = [bytes.subarray(0, 2)];
  for (let at = 2; at + 1 < bytes.length; ) {
    if (bytes[at] !== 0xff) return undefined;
    const marker = bytes[at + 1]!;
    // Bytes of 0xff may pad a marker.
    if (marker === 0xff) {
      parts.push(bytes.subarray(at, at + 1));
      at++;
      continue;
    }
    if (marker === 0xd9) return [...parts, bytes.subarray(at, at + 2)];
    if (at + 4 > bytes.length) return undefined;
    let end = at + 2 + bytes[at + 2]! * 256 + bytes[at + 3]!;
    if (end < at + 4 || end > bytes.length) return undefined;
    // A scan's header is followed by its pixels, up to the next marker that is not a restart.
    if (marker === 0xda) end = scanEnd(bytes, end);
    const segment = bytes.subarray(at, end);
    if (isJpegNeeded(marker, segment)) parts.push(segment);
    at = end;
  }
  return undefined;
}

function scanEnd(bytes: Uint8Array, start: number): number {
  for (
    let at = bytes.indexOf(0xff, start);
    at >= 0 && at + 1 < bytes.length;
    at = bytes.indexOf(0xff, at + 1)
  ) {
    const next = bytes[at + 1]!;
    const isData = next === 0 || next === 0xff || (next >= 0xd0 && next <= 0xd7);
    if (!isData) return at;
  }
  return bytes.length;
}

/** Bits of the header of an extended WebP that announce Exif and XMP (RFC 9649, 2.7.1.1). */
const WEBP_METADATA_BITS = 0x08 | 0x04;

/** Chunks of the RIFF container (RFC 9649, 2.3). */
function webpParts(bytes: Uint8Array): Uint8Array[] | undefined {
  const view = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.length);
  const fileEnd = 8 + view.readUInt32LE(4);
  if (fileEnd > bytes.length) return undefined;
  const chunks: Chunk[] = [];
  for (let at = 12; at < fileEnd; ) {
    if (at + 8 > fileEnd) return undefined;
    const size = view.readUInt32LE(at + 4);
    const end = at + 8 + size + (size % 2);
    if (end > fileEnd) return undefined;
    chunks.push({ type: view.toString('latin1', at, at + 4), bytes: bytes.subarray(at, end) });
    at = end;
  }
  const kept = chunks.filter(({ type }) => type !== 'EXIF' && type !== 'XMP ');
  const isWhole = kept.length === chunks.length && fileEnd === bytes.length;
  if (isWhole) return [bytes];
  const body = kept.map((chunk) => (chunk.type === 'VP8X' ? withoutMetadataBits(chunk.bytes) : chunk.bytes));
  const header = Buffer.from(view.subarray(0, 12));
  header.writeUInt32LE(4 + body.reduce((sum, part) => sum + part.length, 0), 4);
  return [header, ...body];
}

function withoutMetadataBits(extendedHeader: Uint8Array): Uint8Array {
  const changed = Uint8Array.from(extendedHeader);
  changed[8]! &= ~WEBP_METADATA_BITS;
  return changed;
}
