/** Hashes of files, read in one stream. */
import { createHash } from 'node:crypto';
import { createReadStream } from 'node:fs';
import { throwIfCancelled } from '../foundation/files/file-errors.ts';

export interface HashControls {
  readonly signal?: AbortSignal | undefined;
  /** Bytes read so far. */
  readonly onBytes?: ((bytes: number) => void) | undefined;
}

/**
 * The SHA-256 of a file, in hexadecimal.
 *
 * @throws StudioError CANCELLED
 */
export async function sha256OfFile(path: string, { signal, onBytes }: HashControls = {}): Promise<string> {
  const hash = createHash('sha256');
  let bytes = 0;
  for await (const chunk of createReadStream(path, { highWaterMark: 1 << 20 })) {
    throwIfCancelled(signal);
    hash.update(chunk as Buffer);
    bytes += (chunk as Buffer).length;
    onBytes?.(bytes);
  }
  return hash.digest('hex');
}

/**
 * Git's id of a file, in hexadecimal: SHA-1 over "blob <length>\0" and the content. A hub returns it as the ETag of
 * files that are not in LFS.
 */
export async function gitBlobIdOfFile(path: string, bytes: number): Promise<string> {
  const hash = createHash('sha1').update(`blob ${bytes}\0`);
  for await (const chunk of createReadStream(path)) hash.update(chunk as Buffer);
  return hash.digest('hex');
}
