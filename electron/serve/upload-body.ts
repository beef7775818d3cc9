/** The bodies of uploads: each up to a limit, all of them together up to another, and none that never ends. */
import type { IncomingMessage } from 'node:http';
import { UPLOAD_LIMIT_BYTES } from '../app/assets/transient-assets.ts';

/** Most bytes of bodies that are held at once; who comes later waits, unread. */
const TOTAL_BYTES = 2 * UPLOAD_LIMIT_BYTES;

/** How long nothing of a body may arrive. */
const IDLE_TIMEOUT_MS = 30_000;

/** How long, and how much, of a body that was refused is read: a connection that is reset loses the answer. */
const DISCARD_TIMEOUT_MS = 10_000;
const DISCARD_BYTES = 2 * UPLOAD_LIMIT_BYTES;

export class UploadBodies {
  readonly #idleTimeoutMs: number;
  #heldBytes = 0;
  readonly #waiting: { readonly bytes: number; readonly start: () => void }[] = [];

  constructor(idleTimeoutMs = IDLE_TIMEOUT_MS) {
    this.#idleTimeoutMs = idleTimeoutMs;
  }

  /**
   * Reads a body and hands it on; the memory counts until `take` has returned.
   *
   * @returns what became of it
   */
  async read(
    request: IncomingMessage,
    take: (bytes: Uint8Array) => void,
  ): Promise<'taken' | 'too large' | 'aborted'> {
    const announced = Number(request.headers['content-length'] ?? Number.NaN);
    if (announced > UPLOAD_LIMIT_BYTES) return 'too large';
    const reserved = Number.isNaN(announced) ? UPLOAD_LIMIT_BYTES : announced;
    await this.#reserve(reserved);
    request.setTimeout(this.#idleTimeoutMs, () => request.destroy());
    try {
      const chunks: Buffer[] = [];
      let length = 0;
      for await (const chunk of request.iterator({ destroyOnReturn: false })) {
        length += (chunk as Buffer).length;
        if (length > UPLOAD_LIMIT_BYTES) return 'too large';
        chunks.push(chunk as Buffer);
      }
      take(Buffer.concat(chunks));
      return 'taken';
    } catch (error) {
      // The sender has gone, or sent nothing for too long. That is no fault of the program.
      if (request.destroyed && !request.complete) return 'aborted';
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

/** Reads the rest of a body that was refused, without keeping it: to its end, or for a while. */
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
