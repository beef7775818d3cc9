/**
 * Texts in PNG files: written after the header, read with limits (docs/decisions/0033).
 *
 * A PNG is a signature and chunks: length (u32), type (4 letters), data, CRC-32 over type and data. Texts are tEXt
 * (keyword, Latin-1), zTXt (the same, deflated) and iTXt (keyword, flags, language, UTF-8, deflated or not); PNG
 * specification, third edition, 11.3.3.
 */
import { crc32, deflateSync, inflateSync } from 'node:zlib';
import { StudioError } from '../../contract/errors.ts';

const SIGNATURE = Buffer.from('\x89PNG\r\n\x1a\n', 'latin1');
/** Length, type and CRC. */
const CHUNK_OVERHEAD = 12;
/** Signature, and the IHDR chunk, which comes first and has 13 bytes of data. */
const HEADER_END = SIGNATURE.length + CHUNK_OVERHEAD + 13;
/** Most characters of a text to read; this program's texts are far shorter. */
const MAX_TEXT_BYTES = 2 ** 20;
/** Most chunks to look at: large pictures have thousands. */
const MAX_CHUNKS = 1_000_000;

/** A text to write. */
export interface PngText {
  /** 1 to 79 characters of printable ASCII. */
  readonly keyword: string;
  readonly text: string;
  /** plain: tEXt where the text is ASCII, and iTXt otherwise; utf8: iTXt; compressed: iTXt, deflated. */
  readonly form: 'plain' | 'utf8' | 'compressed';
}

/**
 * Inserts texts into a PNG, before its pixels.
 *
 * @param png a whole PNG file; its own texts stay
 */
export function withPngTexts(png: Uint8Array, texts: readonly PngText[]): Buffer {
  const file = asPng(png);
  return Buffer.concat([file.subarray(0, HEADER_END), ...texts.map(textChunk), file.subarray(HEADER_END)]);
}

/**
 * Reads the text with a keyword.
 *
 * @returns undefined when there is none
 * @throws StudioError ASSET_INVALID when the file is no PNG or cut off, or the text is damaged or too long
 */
export function readPngText(png: Uint8Array, keyword: string): string | undefined {
  const file = asPng(png);
  let at = SIGNATURE.length;
  for (let chunk = 0; chunk < MAX_CHUNKS && at < file.length; chunk++) {
    if (at + CHUNK_OVERHEAD > file.length) throw damaged('it is cut off');
    const length = file.readUInt32BE(at);
    const end = at + CHUNK_OVERHEAD + length;
    if (end > file.length) throw damaged('it is cut off');
    const type = file.toString('latin1', at + 4, at + 8);
    if (type === 'IEND') return undefined;
    const data = file.subarray(at + 8, end - 4);
    if (isText(type) && data.indexOf(`${keyword}\0`, 0, 'latin1') === 0) {
      if (crc32(file.subarray(at + 4, end - 4)) !== file.readUInt32BE(end - 4)) {
        throw damaged(`the text "${keyword}" has been changed`);
      }
      return decodeText(type, data.subarray(keyword.length + 1), keyword);
    }
    at = end;
  }
  throw damaged('it has no end');
}

function isText(type: string): type is 'tEXt' | 'zTXt' | 'iTXt' {
  return type === 'tEXt' || type === 'zTXt' || type === 'iTXt';
}

/** @param data what follows the keyword and its zero byte */
function decodeText(type: 'tEXt' | 'zTXt' | 'iTXt', data: Buffer, keyword: string): string {
  if (type === 'tEXt') return bounded(data, keyword).toString('latin1');
  // zTXt: compression method. iTXt: compression flag, compression method, language tag, zero, translated keyword, zero.
  if (type === 'zTXt') return inflate(data.subarray(1), keyword).toString('latin1');
  const languageEnd = data.indexOf(0, 2);
  const translationEnd = data.indexOf(0, languageEnd + 1);
  if (data.length < 4 || languageEnd < 0 || translationEnd < 0)
    throw damaged(`the text "${keyword}" is cut off`);
  const text = data.subarray(translationEnd + 1);
  return (data[0] === 0 ? bounded(text, keyword) : inflate(text, keyword)).toString('utf8');
}

function bounded(bytes: Buffer, keyword: string): Buffer {
  if (bytes.length > MAX_TEXT_BYTES) throw damaged(`the text "${keyword}" is too long`);
  return bytes;
}

/** Inflates no more than the limit: a few bytes can expand to gigabytes. */
function inflate(bytes: Buffer, keyword: string): Buffer {
  try {
    return inflateSync(bytes, { maxOutputLength: MAX_TEXT_BYTES });
  } catch (cause) {
    throw damaged(`the text "${keyword}" cannot be unpacked`, cause);
  }
}

function textChunk({ keyword, text, form }: PngText): Buffer {
  if (!/^[\x21-\x7e]([\x20-\x7e]{0,77}[\x21-\x7e])?$/.test(keyword)) {
    throw new StudioError('INTERNAL', `"${keyword}" cannot be the keyword of a text in a PNG.`);
  }
  const name = Buffer.from(`${keyword}\0`, 'latin1');
  if (form === 'plain' && isAscii(text))
    return chunkOf('tEXt', Buffer.concat([name, Buffer.from(text, 'latin1')]));
  const isCompressed = form === 'compressed';
  const body = Buffer.from(text, 'utf8');
  return chunkOf(
    'iTXt',
    Buffer.concat([
      name,
      Buffer.from([isCompressed ? 1 : 0, 0, 0, 0]),
      isCompressed ? deflateSync(body, { level: 9 }) : body,
    ]),
  );
}

/** tEXt is Latin-1 by its specification, but many readers treat it as UTF-8: ASCII suits both. */
function isAscii(text: string): boolean {
  return /^[\n\x20-\x7e]*$/.test(text);
}

function chunkOf(type: string, data: Buffer): Buffer {
  const chunk = Buffer.alloc(CHUNK_OVERHEAD + data.length);
  chunk.writeUInt32BE(data.length, 0);
  chunk.write(type, 4, 'latin1');
  data.copy(chunk, 8);
  chunk.writeUInt32BE(crc32(chunk.subarray(4, 8 + data.length)), 8 + data.length);
  return chunk;
}

function asPng(bytes: Uint8Array): Buffer {
  const file = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  if (
    file.length < HEADER_END ||
    !file.subarray(0, SIGNATURE.length).equals(SIGNATURE) ||
    file.toString('latin1', 12, 16) !== 'IHDR' ||
    file.readUInt32BE(8) !== 13
  ) {
    throw damaged('it is not a PNG file');
  }
  return file;
}

function damaged(what: string, cause?: unknown): StudioError {
  return new StudioError('ASSET_INVALID', `The picture cannot be read: ${what}.`, { cause });
}
