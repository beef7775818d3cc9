/**
 * Pictures on their way: uploads that no project has taken yet, previews, and exports to be downloaded. They are kept
 * in memory by their content; the ones that were not used for longest go when there are too many.
 */
import { StudioError } from '../../contract/errors.ts';
import type { AssetId } from '../../contract/render-request.ts';
import { assetIdOf } from '../../projects/asset-id.ts';

export interface TransientAsset {
  readonly bytes: Uint8Array;
  readonly mediaType: string;
}

/** Largest picture file that is taken. */
export const UPLOAD_LIMIT_BYTES: number = 64 << 20;

const DEFAULT_TOTAL_BYTES = 4 * UPLOAD_LIMIT_BYTES;

export class TransientAssets {
  readonly #totalBytes: number;
  /** In the order of last use. */
  readonly #assets = new Map<AssetId, TransientAsset>();
  #keptBytes = 0;

  constructor(totalBytes = DEFAULT_TOTAL_BYTES) {
    this.#totalBytes = totalBytes;
  }

  /** Takes what a window sent. @throws StudioError ASSET_TOO_LARGE */
  putUpload(bytes: Uint8Array, mediaType: string): AssetId {
    if (bytes.length <= UPLOAD_LIMIT_BYTES) return this.put(bytes, mediaType);
    throw new StudioError(
      'ASSET_TOO_LARGE',
      `The file has ${bytes.length} bytes; at most ${UPLOAD_LIMIT_BYTES} are taken.`,
    );
  }

  put(bytes: Uint8Array, mediaType: string): AssetId {
    const id = assetIdOf(bytes);
    this.#remove(id);
    this.#assets.set(id, { bytes, mediaType });
    this.#keptBytes += bytes.length;
    for (const oldest of this.#assets.keys()) {
      if (this.#keptBytes <= this.#totalBytes) break;
      if (oldest !== id) this.#remove(oldest);
    }
    return id;
  }

  get(id: AssetId): TransientAsset | undefined {
    const found = this.#assets.get(id);
    if (found === undefined) return undefined;
    this.#assets.delete(id);
    this.#assets.set(id, found);
    return found;
  }

  /** The bytes of what a window sent. @throws StudioError ASSET_MISSING */
  requireUpload(id: AssetId): Uint8Array {
    const found = this.get(id);
    if (found !== undefined) return found.bytes;
    throw new StudioError(
      'ASSET_MISSING',
      'The picture has not been uploaded, or too long ago. Add it again.',
    );
  }

  #remove(id: AssetId): void {
    const found = this.#assets.get(id);
    if (found === undefined) return;
    this.#assets.delete(id);
    this.#keptBytes -= found.bytes.length;
  }
}
