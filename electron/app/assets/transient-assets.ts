/**
 * Pictures on their way: uploads that no project has taken yet, previews, and exports to be downloaded. They are kept
 * by their content, small ones in memory and large uploads in temporary files; the ones that were not used for longest
 * go when there are too many.
 */
import { existsSync, readFileSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { StudioError } from '../../contract/errors.ts';
import type { AssetId } from '../../contract/render-request.ts';
import { removeStaleTemporaryFiles } from '../../foundation/files/temporary-files.ts';
import { assetIdOf } from '../../projects/asset-id.ts';
import { UPLOAD_LIMIT_BYTES, Upload, type UploadedContent } from './upload.ts';

/** A picture of a project, or an upload. */
export interface TransientAsset {
  /** Reads a picture that is in a file. */
  readonly bytes: Uint8Array;
  readonly mediaType: string;
}

/** A window's upload. */
export interface UploadedAsset extends TransientAsset {
  /** The file with its bytes; null for one in memory. */
  readonly path: string | null;
}

interface Kept {
  readonly asset: UploadedAsset;
  readonly length: number;
}

/** Folder of temporary files, in the cache folder. */
const UPLOADS_FOLDER = 'uploads';

const MEMORY_TOTAL_BYTES = 256 << 20;
/** Three of the largest. */
const DISK_TOTAL_BYTES = 3 * UPLOAD_LIMIT_BYTES;

export class TransientAssets {
  readonly #folder: string;
  readonly #limits: Readonly<Record<'memory' | 'disk' | 'upload', number>>;
  /** In the order of last use. */
  readonly #assets = new Map<AssetId, Kept>();

  /**
   * @param cacheFolder for large uploads until a project stores them
   * @param limits on what is kept in memory and on disk, and on one upload, in bytes
   */
  constructor(cacheFolder: string, limits: Partial<Record<'memory' | 'disk' | 'upload', number>> = {}) {
    this.#folder = join(cacheFolder, UPLOADS_FOLDER);
    this.#limits = {
      memory: MEMORY_TOTAL_BYTES,
      disk: DISK_TOTAL_BYTES,
      upload: UPLOAD_LIMIT_BYTES,
      ...limits,
    };
  }

  /** Removes leftovers of a killed host. */
  async removeStale(): Promise<void> {
    await removeStaleTemporaryFiles(this.#folder);
  }

  /** Starts receiving a window's upload. */
  openUpload(mediaType: string): Upload {
    return new Upload(this.#folder, (id, content) => this.#keep(id, mediaType, content), this.#limits.upload);
  }

  put(bytes: Uint8Array, mediaType: string): AssetId {
    const id = assetIdOf(bytes);
    this.#keep(id, mediaType, { bytes });
    return id;
  }

  get(id: AssetId): UploadedAsset | undefined {
    const found = this.#assets.get(id);
    if (found === undefined) return undefined;
    this.#assets.delete(id);
    this.#assets.set(id, found);
    return found.asset;
  }

  /** A window's upload. @throws StudioError ASSET_MISSING */
  requireUpload(id: AssetId): UploadedAsset {
    const found = this.get(id);
    if (found !== undefined) return found;
    throw new StudioError('ASSET_MISSING', 'The picture was not uploaded, or too long ago. Add it again.');
  }

  /** Removes the temporary files. */
  close(): void {
    for (const id of [...this.#assets.keys()]) this.#remove(id);
  }

  #keep(id: AssetId, mediaType: string, given: UploadedContent): void {
    const content = this.#keptFile(id, given) ?? given;
    this.#assets.delete(id);
    this.#assets.set(
      id,
      'bytes' in content
        ? { asset: { ...content, mediaType, path: null }, length: content.bytes.length }
        : {
            asset: {
              mediaType,
              path: content.path,
              get bytes() {
                return readFileSync(content.path);
              },
            },
            length: content.length,
          },
    );
    this.#removeBeyond(id, this.#limits.memory, ({ path }) => path === null);
    this.#removeBeyond(id, this.#limits.disk, ({ path }) => path !== null);
  }

  /**
   * The file that has the same bytes already, in place of those given: the picture process may be reading it right
   * now, because the picture was added twice.
   */
  #keptFile(id: AssetId, given: UploadedContent): UploadedContent | undefined {
    const { asset, length } = this.#assets.get(id) ?? {};
    const path = asset?.path ?? null;
    // Clearing the cache removes it.
    if (path === null || length === undefined || !existsSync(path)) return undefined;
    if ('path' in given) rmSync(given.path, { force: true });
    return { path, length };
  }

  /** Removes the oldest of a kind until the rest fits into the limit; never the newest. */
  #removeBeyond(newest: AssetId, limitBytes: number, isOfKind: (asset: UploadedAsset) => boolean): void {
    const kind = [...this.#assets].filter(([, { asset }]) => isOfKind(asset));
    let keptBytes = kind.reduce((sum, [, { length }]) => sum + length, 0);
    for (const [id, { length }] of kind) {
      if (keptBytes <= limitBytes) return;
      if (id === newest) continue;
      this.#remove(id);
      keptBytes -= length;
    }
  }

  #remove(id: AssetId): void {
    const path = this.#assets.get(id)?.asset.path ?? null;
    this.#assets.delete(id);
    if (path !== null) rmSync(path, { force: true });
  }
}
