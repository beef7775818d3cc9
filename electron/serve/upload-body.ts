/** Upload bodies: each limited in size, all limited in memory, and none endless. */
import type { IncomingMessage } from 'node:http';
import { MEMORY_BYTES, UPLOAD_LIMIT_BYTES, type Upload } from '../app/assets/upload.ts';
import { StudioError } from '../contract/errors.ts';
import type { AssetId } from '../contract/render-request.ts';

/** Maximum bytes of bodies in memory at once; further bodies wait unread. */
const TOTAL_BYTES = 8 * MEMORY_BYTES;

/** Maximum pause of a body. */
const IDLE_TIMEOUT_MS = 30_000;

/** For how long, and how much of, a refused body is read: resetting the connection would lose the response. */
const DISCARD_TIMEOUT_MS = 10_000;
const DISCARD_BYTES = 2 * UPLOAD_LIMIT_BYTES;

/** The outcome of a body. */
export type BodyEnd =
  | { readonly state: 'taken'; readonly id: AssetId }
  | { readonly state: 'too large' }
  | { readonly state: 'aborted' }
  /** The disk is full, or the folder for temporary files cannot be written. */
  | { readonly state: 'not kept'; readonly why: string };

export class UploadBodies {
  readonly #idleTimeoutMs: number;
  #heldBytes = 0;
  readonly #waiting: { readonly bytes: number; readonly start: () => void }[] = [];

  constructor(idleTimeoutMs = IDLE_TIMEOUT_MS) {
    this.#idleTimeoutMs = idleTimeoutMs;
  }

  /**
   * Reads a body into an upload.
   *
   * @param open starts the upload, once it is the body's turn
   */
  async read(request: IncomingMessage, open: () => Upload): Promise<BodyEnd> {
    const announced = Number(request.headers['content-length'] ?? Number.NaN);
    if (announced > UPLOAD_LIMIT_BYTES) return { state: 'too large' };
    const reserved = Math.min(Number.isNaN(announced) ? MEMORY_BYTES : announced, MEMORY_BYTES);
    await this.#reserve(reserved);
    let upload: Upload | undefined;
    try {
      request.setTimeout(this.#idleTimeoutMs, () => request.destroy());
      upload = open();
      for await (const chunk of request.iterator({ destroyOnReturn: false })) {
        await upload.write(chunk as Buffer);
      }
      return { state: 'taken', id: await upload.finish() };
    } catch (error) {
      await upload?.abort();
      if (error instanceof StudioError) {
        if (error.code === 'ASSET_TOO_LARGE') return { state: 'too large' };
        if (error.code !== 'INTERNAL') return { state: 'not kept', why: error.message };
      }
      // The sender has disconnected, or paused for too long; not a bug.
      if (request.destroyed && !request.complete) return { state: 'aborted' };
      throw error;
    } finally {
      request.setTimeout(0);
      this.#release(reserved);
    }
  }

  async #reserve(bytes: number): Promise<void> {
    if (this.#waiting.length === 0 && this.#heldBytes + bytes <= TOTAL_BYTES) this.#heldBytes += bytes;
    else await new Promise<void>((start) => this.#waiting.push({ bytes, start }));
  }

  #release(bytes: number): void {
    this.#heldBytes -= bytes;
    for (let next = this.#waiting[0]; next; next = this.#waiting[0]) {
      if (this.#heldBytes + next.bytes > TOTAL_BYTES) return;
      this.#waiting.shift();
      this.#heldBytes += next.bytes;
      next.start();
    }
  }
}

/** Reads and discards the rest of a refused body: to its end, or for a while. */
export async function discard(request: IncomingMessage): Promise<void> {
  let length = 0;
  await new Promise<void>((resolve) => {
    const timeout = setTimeout(resolve, DISCARD_TIMEOUT_MS);
    request.on('data', (chunk: Buffer) => {
      length += chunk.length;
      if (length > DISCARD_BYTES) resolve();
    });
    for (const end of ['end', 'close', 'error'])
      request.on(end, () => {
        clearTimeout(timeout);
        resolve();
      });
  });
}
