/** Pictures by content hash: equal bytes are stored once, and checked whenever they are read. */
import type { Database } from 'better-sqlite3';
import { StudioError } from '../contract/errors.ts';
import { type AssetId, assetIdSchema } from '../contract/render-request.ts';
import { assetIdOf } from './asset-id.ts';
import { type AssetMediaType, assetMediaTypeSchema } from './project-records.ts';
import { MAX_ASSET_BYTES } from './size-limits.ts';

/** A stored picture. */
export interface Asset {
  readonly bytes: Uint8Array;
  readonly mediaType: AssetMediaType;
}

interface AssetRow {
  readonly mediaType: string;
  readonly byteLength: number;
}

export class AssetTable {
  readonly #database: Database;

  constructor(database: Database) {
    this.#database = database;
  }

  /** @throws StudioError ASSET_INVALID when it is not in a format that projects store, or too large */
  put(bytes: Uint8Array, nowMs: number): AssetId {
    if (bytes.length > MAX_ASSET_BYTES) {
      throw new StudioError(
        'ASSET_INVALID',
        `The picture has ${bytes.length} bytes; the limit is ${MAX_ASSET_BYTES}.`,
      );
    }
    const mediaType = mediaTypeOf(bytes);
    if (mediaType === undefined) {
      throw new StudioError('ASSET_INVALID', 'The picture is not a PNG, JPEG or WebP file.');
    }
    const id = assetIdOf(bytes);
    this.#database
      .prepare(
        'INSERT INTO asset (id, media_type, added_at_ms, bytes) VALUES (?, ?, ?, ?) ON CONFLICT DO NOTHING',
      )
      .run(id, mediaType, nowMs, bytes);
    return id;
  }

  has(id: AssetId): boolean {
    return this.#database.prepare('SELECT 1 FROM asset WHERE id = ?').get(id) !== undefined;
  }

  /** @throws StudioError ASSET_MISSING; ASSET_INVALID when the bytes do not match the id */
  read(id: AssetId): Asset {
    const row = this.#database
      .prepare<[AssetId], AssetRow>(
        'SELECT media_type AS mediaType, length(bytes) AS byteLength FROM asset WHERE id = ?',
      )
      .get(id);
    if (row === undefined) {
      throw new StudioError('ASSET_MISSING', `${this.#database.name} has no picture with the hash ${id}.`);
    }
    // SQLite returns the length without reading the bytes.
    if (row.byteLength > MAX_ASSET_BYTES) throw this.#damaged(id, `${row.byteLength} bytes are too many`);
    const bytes = this.#database
      .prepare<[AssetId], Buffer>('SELECT bytes FROM asset WHERE id = ?')
      .pluck()
      .get(id);
    if (bytes === undefined) throw this.#damaged(id, 'its bytes cannot be found');
    if (assetIdOf(bytes) !== id) throw this.#damaged(id, 'its bytes are not those that were stored');
    const mediaType = assetMediaTypeSchema.safeParse(row.mediaType);
    if (!mediaType.success || mediaTypeOf(bytes) !== mediaType.data) {
      throw this.#damaged(id, `it is not of the type ${row.mediaType.slice(0, 40)}`);
    }
    return { bytes, mediaType: mediaType.data };
  }

  /** Every picture's id, in no particular order. */
  ids(): AssetId[] {
    return this.#database.prepare<[], AssetId>('SELECT id FROM asset').pluck().all();
  }

  /** @throws StudioError ASSET_MISSING naming the first missing one */
  requireAll(ids: Iterable<AssetId>): void {
    for (const id of ids) {
      if (!assetIdSchema.safeParse(id).success || !this.has(id)) {
        throw new StudioError('ASSET_MISSING', `${this.#database.name} has no picture with the hash ${id}.`);
      }
    }
  }

  remove(id: AssetId): void {
    this.#database.prepare('DELETE FROM asset WHERE id = ?').run(id);
  }

  #damaged(id: AssetId, what: string): StudioError {
    return new StudioError(
      'ASSET_INVALID',
      `The picture ${id} in ${this.#database.name} is damaged: ${what}.`,
    );
  }
}

/** The type of a picture by its first bytes, without checking that it decodes. */
function mediaTypeOf(bytes: Uint8Array): AssetMediaType | undefined {
  const head = Buffer.from(bytes.buffer, bytes.byteOffset, Math.min(bytes.length, 16)).toString('latin1');
  if (head.startsWith('\x89PNG\r\n\x1a\n')) return 'image/png';
  if (head.startsWith('\xff\xd8\xff')) return 'image/jpeg';
  if (head.startsWith('RIFF') && head.slice(8, 12) === 'WEBP') return 'image/webp';
  return undefined;
}
