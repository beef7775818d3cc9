/** Uploads of windows, part by part: the host's memory never holds more than one part of each. */
import { randomUUID } from 'node:crypto';
import * as z from 'zod';
import type { Upload } from '../../app/assets/upload.ts';
import type { Studio } from '../../app/studio.ts';
import { MAX_PART_BYTES } from '../../contract/bridge.ts';
import { StudioError } from '../../contract/errors.ts';

const partSchema = z.strictObject({
  upload: z.uuid().nullable(),
  bytes: z.instanceof(Uint8Array).refine(({ length }) => length <= MAX_PART_BYTES),
  mediaType: z.string().max(100),
  isLast: z.boolean(),
});

/** Maximum number of unfinished uploads; beyond it, the oldest was most likely abandoned by a closed page. */
const MAX_OPEN = 8;

export class UploadParts {
  readonly #studio: Pick<Studio, 'openUpload'>;
  /** In the order they were started. */
  readonly #open = new Map<string, { readonly clientId: string; readonly upload: Upload }>();

  constructor(studio: Pick<Studio, 'openUpload'>) {
    this.#studio = studio;
  }

  /**
   * Receives a part from a window.
   *
   * @returns the upload's name for the next part; after the last one, the SHA-256 of all parts
   * @throws StudioError COMMAND_INVALID, ASSET_MISSING, ASSET_TOO_LARGE, DISK_FULL, FOLDER_UNWRITABLE
   */
  async take(clientId: string, given: unknown): Promise<string> {
    const parsed = partSchema.safeParse(given);
    if (!parsed.success) {
      throw new StudioError('COMMAND_INVALID', 'An upload is sent in parts of bytes with their type.', {
        cause: parsed.error,
      });
    }
    const { upload: known, bytes, mediaType, isLast } = parsed.data;
    const name = known ?? randomUUID();
    if (known === null) await this.#begin(name, clientId, mediaType);
    const found = this.#open.get(name);
    if (found?.clientId !== clientId) {
      throw new StudioError('ASSET_MISSING', 'The upload was interrupted. Add the picture again.');
    }
    try {
      await found.upload.write(bytes);
    } catch (error) {
      this.#open.delete(name);
      throw error;
    }
    if (!isLast) return name;
    this.#open.delete(name);
    return found.upload.finish();
  }

  async #begin(name: string, clientId: string, mediaType: string): Promise<void> {
    const [oldest] = this.#open;
    if (oldest !== undefined && this.#open.size >= MAX_OPEN) {
      this.#open.delete(oldest[0]);
      await oldest[1].upload.abort();
    }
    this.#open.set(name, { clientId, upload: this.#studio.openUpload(mediaType) });
  }
}
