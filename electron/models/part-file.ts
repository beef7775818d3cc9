/**
 * An unfinished download: `<name>.part` with the bytes so far and `<name>.part.json` with their origin. A part gets
 * its final name only after its hash is verified, so that no incomplete file ever appears under it.
 */
import { createHash, type Hash } from 'node:crypto';
import { constants } from 'node:fs';
import { type FileHandle, lstat, readFile, rm } from 'node:fs/promises';
import { dirname } from 'node:path';
import * as z from 'zod';
import { sha256Schema } from '../contract/pack-catalog.ts';
import {
  makeFolder,
  moveIntoPlace,
  NO_FOLLOW,
  writeFileAtomically,
} from '../foundation/files/atomic-write.ts';
import { ifPresent, throwIfCancelled, writing } from '../foundation/files/file-errors.ts';
import type { StoreEnvironment } from './store-environment.ts';
import { partPath, partStatePath } from './store-layout.ts';

const partStateSchema = z.strictObject({
  version: z.literal(1),
  url: z.string(),
  /** The strong ETag of the response with the bytes. */
  etag: z.string().nullable(),
  /** Length of the whole file. */
  bytes: z.int().nonnegative().nullable(),
  /** Expected hash of the whole file. */
  sha256: sha256Schema.nullable(),
});
export type PartState = z.infer<typeof partStateSchema>;

const CHUNK_BYTES = 1 << 20;

/** Removes a part and its state. */
export async function discardPart(finalPath: string): Promise<void> {
  await rm(partPath(finalPath), { force: true });
  await rm(partStatePath(finalPath), { force: true });
}

/** Bytes of a part on the disk; 0 for none. */
export async function partBytes(finalPath: string): Promise<number> {
  const status = await ifPresent(lstat(partPath(finalPath)));
  return status?.isFile() ? status.size : 0;
}

/** An open part; its opener closes it. */
export class PartFile {
  readonly #finalPath: string;
  readonly #handle: FileHandle;
  #hash: Hash = createHash('sha256');
  /** The origin of the bytes; undefined for a part without bytes. */
  state: PartState | undefined;
  bytes = 0;
  /** Whether the bytes come from several responses. */
  isPieced = false;

  private constructor(finalPath: string, handle: FileHandle) {
    this.#finalPath = finalPath;
    this.#handle = handle;
  }

  /**
   * Opens a part, new or from an earlier run; existing bytes are read once for the hash.
   *
   * @throws StudioError DISK_FULL, FOLDER_UNWRITABLE, CANCELLED
   */
  static async open(
    finalPath: string,
    environment: StoreEnvironment,
    signal: AbortSignal,
  ): Promise<PartFile> {
    const path = partPath(finalPath);
    const handle = await writing(path, async () => {
      await makeFolder(dirname(path));
      return environment.openFile(path, constants.O_RDWR | constants.O_CREAT | NO_FOLLOW);
    });
    const part = new PartFile(finalPath, handle);
    try {
      await part.#takeUp(signal);
      return part;
    } catch (error) {
      await handle.close();
      throw error;
    }
  }

  async #takeUp(signal: AbortSignal): Promise<void> {
    const text = await ifPresent(readFile(partStatePath(this.#finalPath), 'utf8'));
    const parsed = text === undefined ? undefined : partStateSchema.safeParse(parseJson(text));
    // Bytes of unknown origin cannot be continued.
    if (!parsed?.success) return this.restart();
    this.state = parsed.data;
    this.isPieced = true;
    const chunk = Buffer.allocUnsafe(CHUNK_BYTES);
    for (;;) {
      throwIfCancelled(signal);
      const { bytesRead } = await this.#handle.read(chunk, 0, CHUNK_BYTES, this.bytes);
      if (bytesRead === 0) return;
      this.#hash.update(chunk.subarray(0, bytesRead));
      this.bytes += bytesRead;
    }
  }

  /** Discards the bytes. */
  async restart(): Promise<void> {
    await writing(partPath(this.#finalPath), () => this.#handle.truncate(0));
    this.#hash = createHash('sha256');
    this.bytes = 0;
    this.isPieced = false;
    this.state = undefined;
  }

  /** Records the origin of the bytes before the first one is written. */
  async describe(state: PartState): Promise<void> {
    await writeFileAtomically(partStatePath(this.#finalPath), `${JSON.stringify(state)}\n`);
    this.state = state;
  }

  async append(chunk: Uint8Array): Promise<void> {
    await writing(partPath(this.#finalPath), async () => {
      for (let done = 0; done < chunk.length; ) {
        const { bytesWritten } = await this.#handle.write(
          chunk,
          done,
          chunk.length - done,
          this.bytes + done,
        );
        done += bytesWritten;
      }
    });
    this.#hash.update(chunk);
    this.bytes += chunk.length;
  }

  /** SHA-256 of the bytes so far, in hexadecimal. */
  digest(): string {
    return this.#hash.copy().digest('hex');
  }

  async sync(): Promise<void> {
    await writing(partPath(this.#finalPath), () => this.#handle.sync());
  }

  /** Gives a verified part its final name. */
  async finish(): Promise<void> {
    await this.sync();
    await this.#handle.close();
    await moveIntoPlace(partPath(this.#finalPath), this.#finalPath);
    await rm(partStatePath(this.#finalPath), { force: true });
  }

  /** Closes the file; closing it twice does no harm. */
  async close(): Promise<void> {
    await this.#handle.close().catch(() => undefined);
  }
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
