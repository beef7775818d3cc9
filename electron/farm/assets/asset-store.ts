/** Where a farm keeps pictures, by content. */
import { StudioError } from '../../contract/errors.ts';
import type { AssetId } from '../../contract/render-request.ts';
import { refused } from '../sealed-box.ts';

/** Bytes of one picture's file. */
export const MAX_ASSET_BYTES = 512 * 2 ** 20;
/** Bytes that are encrypted together. */
export const CHUNK_BYTES = 2 ** 20;

export interface AssetStore {
  /** Whether it has a picture; if so, it keeps it for its full time from now on. */
  readonly touch: (id: AssetId) => Promise<boolean>;
  /**
   * Stores a picture; a picture that is there already is stored again.
   *
   * @param pieces of its file, in order; never more than one of them and one chunk is in memory
   * @throws StudioError FARM_FULL, ASSET_INVALID when the pieces do not have this hash
   */
  readonly put: (id: AssetId, pieces: Iterable<Uint8Array> | AsyncIterable<Uint8Array>) => Promise<void>;
  /** The picture has reached who asked for it: it may leave soon. */
  readonly release: (id: AssetId) => Promise<void>;
  /**
   * The pieces of a picture's file.
   *
   * @throws StudioError ASSET_MISSING, FARM_JOB_REFUSED when it was changed by someone without the studio's key
   */
  readonly read: (id: AssetId) => AsyncIterable<Uint8Array>;
}

/** A whole picture file. @throws StudioError what {@link AssetStore.read} throws */
export async function readWhole(store: AssetStore, id: AssetId): Promise<Buffer> {
  const pieces: Uint8Array[] = [];
  for await (const piece of store.read(id)) pieces.push(piece);
  return Buffer.concat(pieces);
}

/** Binds an encrypted chunk to its picture and place. */
export function chunkLabel(id: AssetId, index: number): string {
  return `picture ${id} ${index}`;
}

export function missing(id: AssetId): StudioError {
  return new StudioError('ASSET_MISSING', `The farm no longer has the picture ${id.slice(0, 8)}.`);
}

export function tooLarge(limitBytes: number): StudioError {
  return new StudioError(
    'ASSET_TOO_LARGE',
    `A picture is larger than the ${Math.round(limitBytes / 2 ** 20)} MiB that a farm takes.`,
  );
}

export function ofOtherHash(): StudioError {
  return new StudioError('ASSET_INVALID', 'The picture to store does not have the hash that it should have.');
}

export function changed(): StudioError {
  return refused('A picture in the farm’s store is not the one it should be.');
}
