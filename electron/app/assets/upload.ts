/**
 * An upload in progress: hashed as it arrives, kept in memory while it is small, and written to a temporary file from
 * {@link MEMORY_BYTES} on, so that a picture of 100 megapixels is never in the host's memory as a whole.
 */
import { createHash } from 'node:crypto';
import { type FileHandle, mkdir, open, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { StudioError } from '../../contract/errors.ts';
import type { AssetId } from '../../contract/render-request.ts';
import { writing } from '../../foundation/files/file-errors.ts';
import { temporaryName } from '../../foundation/files/temporary-files.ts';
import { MAX_ASSET_BYTES } from '../../projects/size-limits.ts';

/** Maximum size of a picture file: the limit of projects. */
export const UPLOAD_LIMIT_BYTES: number = MAX_ASSET_BYTES;

/** Maximum part of an upload that is kept in memory. */
export const MEMORY_BYTES: number = 16 << 20;

/** Location of a complete upload. */
export type UploadedContent =
  | { readonly bytes: Uint8Array }
  /** A temporary file, and its length in bytes. */
  | { readonly path: string; readonly length: number };

export class Upload {
  readonly #folder: string;
  readonly #keep: (id: AssetId, content: UploadedContent) => void;
  readonly #limitBytes: number;
  readonly #hash = createHash('sha256');
  #chunks: Uint8Array[] = [];
  #length = 0;
  #file: { readonly path: string; readonly handle: FileHandle } | undefined;

  /**
   * @param folder for temporary files, created when needed
   * @param keep receives the complete upload
   */
  constructor(
    folder: string,
    keep: (id: AssetId, content: UploadedContent) => void,
    limitBytes = UPLOAD_LIMIT_BYTES,
  ) {
    this.#folder = folder;
    this.#keep = keep;
    this.#limitBytes = limitBytes;
  }

  /** Adds bytes. @throws StudioError ASSET_TOO_LARGE, DISK_FULL, FOLDER_UNWRITABLE; nothing is kept then */
  async write(chunk: Uint8Array): Promise<void> {
    this.#length += chunk.length;
    try {
      if (this.#length > this.#limitBytes) {
        throw new StudioError(
          'ASSET_TOO_LARGE',
          `A file may have at most ${this.#limitBytes / 2 ** 20} MiB. Save the picture as JPEG, or make it smaller.`,
        );
      }
      this.#hash.update(chunk);
      if (this.#file === undefined && this.#length <= MEMORY_BYTES) {
        this.#chunks.push(chunk);
        return;
      }
      await writing(this.#folder, async () => {
        const { handle } = await this.#openFile();
        await handle.writeFile(chunk);
      });
    } catch (error) {
      await this.abort();
      throw error;
    }
  }

  /** Completes the upload. @returns the SHA-256 of the bytes */
  async finish(): Promise<AssetId> {
    const id = this.#hash.digest('hex');
    const file = this.#file;
    if (file === undefined) {
      this.#keep(id, { bytes: Buffer.concat(this.#chunks) });
    } else {
      this.#file = undefined;
      await file.handle.close();
      this.#keep(id, { path: file.path, length: this.#length });
    }
    this.#chunks = [];
    return id;
  }

  /** Discards an unfinished upload. Does nothing once it is complete. */
  async abort(): Promise<void> {
    this.#chunks = [];
    const file = this.#file;
    if (file === undefined) return;
    this.#file = undefined;
    await file.handle.close();
    await rm(file.path, { force: true });
  }

  async #openFile(): Promise<{ readonly path: string; readonly handle: FileHandle }> {
    if (this.#file !== undefined) return this.#file;
    await mkdir(this.#folder, { recursive: true });
    const path = temporaryName(join(this.#folder, 'upload'));
    this.#file = { path, handle: await open(path, 'wx') };
    for (const chunk of this.#chunks) await this.#file.handle.writeFile(chunk);
    this.#chunks = [];
    return this.#file;
  }
}
