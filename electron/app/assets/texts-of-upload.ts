/** Reads the texts of an uploaded PNG without its pixels, which may be hundreds of megabytes. */
import { type FileHandle, open } from 'node:fs/promises';
import { reading } from '../../foundation/files/file-errors.ts';
import type { UploadedAsset } from './transient-assets.ts';

const SIGNATURE_BYTES = 8;
/** Length and type, before a chunk's data. */
const HEADER_BYTES = 8;
const CHECKSUM_BYTES = 4;
/** Maximum length of a chunk to read; accepted texts are far shorter. */
const MAX_CHUNK_BYTES = 4 << 20;
/** Maximum length of all chunks together. */
const MAX_TOTAL_BYTES = 32 << 20;

/**
 * An upload for projects/export/png-text.ts: of a file, all chunks except pixels and those too long for a text. A
 * truncated file or one that is no PNG is returned as far as it goes, and refused there.
 *
 * @throws StudioError ASSET_MISSING
 */
export async function textsOfUpload(upload: UploadedAsset): Promise<Uint8Array> {
  const { path } = upload;
  if (path === null) return upload.bytes;
  return reading(
    path,
    async () => {
      const file = await open(path);
      try {
        return await chunksWithoutPixels(file);
      } finally {
        await file.close();
      }
    },
    'ASSET_MISSING',
  );
}

async function chunksWithoutPixels(file: FileHandle): Promise<Buffer> {
  const read = async (at: number, length: number) => {
    const { buffer, bytesRead } = await file.read(Buffer.alloc(length), 0, length, at);
    return buffer.subarray(0, bytesRead);
  };
  const parts = [await read(0, SIGNATURE_BYTES)];
  let total = 0;
  for (let at = SIGNATURE_BYTES; total <= MAX_TOTAL_BYTES; ) {
    const header = await read(at, HEADER_BYTES);
    if (header.length < HEADER_BYTES) break;
    const type = header.toString('latin1', 4);
    const length = HEADER_BYTES + header.readUInt32BE(0) + CHECKSUM_BYTES;
    if (type !== 'IDAT' && length <= MAX_CHUNK_BYTES) {
      parts.push(await read(at, length));
      total += length;
    }
    if (type === 'IEND') break;
    at += length;
  }
  return Buffer.concat(parts);
}
