/**
 * Pictures in Redis: encrypted chunks that expire. The entry that makes a picture visible is written after its last
 * chunk, so that a picture is there as a whole or not at all.
 */
import { createHash } from 'node:crypto';
import * as z from 'zod';
import { StudioError } from '../../contract/errors.ts';
import type { AssetId } from '../../contract/render-request.ts';
import type { FarmConnection } from '../farm-connection.ts';
import { assetIndexKey, assetKey } from '../farm-names.ts';
import { open, openJson, seal, sealJson } from '../sealed-box.ts';
import {
  type AssetStore,
  CHUNK_BYTES,
  changed,
  chunkLabel,
  MAX_ASSET_BYTES,
  missing,
  ofOtherHash,
  tooLarge,
} from './asset-store.ts';
import { piecesOf } from './pieces.ts';

export interface RedisAssetLimits {
  /** How long a picture is kept after its last use. */
  readonly keepMs: number;
  /** How long a result is kept after its client has it. */
  readonly keepReleasedMs: number;
  /** Bytes of all pictures of the studio. */
  readonly totalBytes: number;
  /** Bytes of one picture. */
  readonly assetBytes: number;
  /** Plain bytes of a chunk. */
  readonly chunkBytes: number;
}

export const DEFAULT_ASSET_LIMITS: RedisAssetLimits = {
  keepMs: 24 * 3_600_000,
  keepReleasedMs: 120_000,
  totalBytes: 8 * 2 ** 30,
  assetBytes: MAX_ASSET_BYTES,
  chunkBytes: CHUNK_BYTES,
};

/** The entry that makes a picture visible. */
const entrySchema = z.strictObject({ bytes: z.int().nonnegative(), chunks: z.int().nonnegative() });

export class RedisAssetStore implements AssetStore {
  readonly #connection: FarmConnection;
  readonly #limits: RedisAssetLimits;

  constructor(connection: FarmConnection, limits: Partial<RedisAssetLimits> = {}) {
    this.#connection = connection;
    this.#limits = { ...DEFAULT_ASSET_LIMITS, ...limits };
  }

  touch(id: AssetId): Promise<boolean> {
    return this.#keep(id, this.#limits.keepMs);
  }

  async release(id: AssetId): Promise<void> {
    await this.#keep(id, this.#limits.keepReleasedMs);
  }

  /** @returns whether it is there as a whole */
  async #keep(id: AssetId, keepMs: number): Promise<boolean> {
    const entry = await this.#entry(id);
    if (entry === undefined) return false;
    const { redis, key } = this.#connection;
    const name = assetKey(key, id);
    const touched = redis.pipeline();
    // The chunks first: one that has expired already must not hide behind an entry that lives on.
    for (let index = 0; index < entry.chunks; index++) touched.pexpire(`${name}:${index}`, keepMs);
    touched.pexpire(name, keepMs);
    const results = (await touched.exec()) ?? [];
    const isWhole = results.every(([error, isThere]) => error === null && isThere === 1);
    if (isWhole) await this.#note(name, entry.bytes, keepMs);
    return isWhole;
  }

  async put(id: AssetId, pieces: Iterable<Uint8Array> | AsyncIterable<Uint8Array>): Promise<void> {
    const { redis, key } = this.#connection;
    const { keepMs, assetBytes, chunkBytes } = this.#limits;
    const name = assetKey(key, id);
    const hash = createHash('sha256');
    let [bytes, chunks] = [0, 0];
    const leftBytes = await this.#bytesLeft();
    for await (const chunk of piecesOf(pieces, chunkBytes)) {
      bytes += chunk.length;
      if (bytes > assetBytes) throw tooLarge(assetBytes);
      if (bytes > leftBytes) throw this.#full();
      hash.update(chunk);
      await redis.set(`${name}:${chunks}`, seal(key, chunkLabel(id, chunks), chunk), 'PX', keepMs);
      chunks++;
    }
    if (hash.digest('hex') !== id) throw ofOtherHash();
    await redis.set(name, sealJson(key, entryLabel(id), { bytes, chunks }), 'PX', keepMs);
    await this.#note(name, bytes, keepMs);
  }

  async *read(id: AssetId): AsyncGenerator<Uint8Array> {
    const { redis, key } = this.#connection;
    const entry = await this.#entry(id);
    if (entry === undefined) throw missing(id);
    const name = assetKey(key, id);
    const hash = createHash('sha256');
    for (let index = 0; index < entry.chunks; index++) {
      const sealed = await redis.getBuffer(`${name}:${index}`);
      if (sealed === null) throw missing(id);
      const chunk = open(key, chunkLabel(id, index), sealed);
      hash.update(chunk);
      yield chunk;
    }
    if (hash.digest('hex') !== id) throw changed();
  }

  async #entry(id: AssetId): Promise<z.infer<typeof entrySchema> | undefined> {
    const { redis, key } = this.#connection;
    const sealed = await redis.get(assetKey(key, id));
    return sealed === null ? undefined : entrySchema.parse(openJson(key, entryLabel(id), sealed));
  }

  /** Notes a picture's size until it expires, for the limit of all. */
  async #note(name: string, bytes: number, keepMs: number): Promise<void> {
    const { redis, key } = this.#connection;
    const index = assetIndexKey(key);
    await redis.zadd(index, Date.now() + keepMs, `${bytes} ${name}`);
    await redis.pexpire(index, 2 * this.#limits.keepMs);
  }

  async #bytesLeft(): Promise<number> {
    const { redis, key } = this.#connection;
    const index = assetIndexKey(key);
    await redis.zremrangebyscore(index, 0, Date.now());
    const members = await redis.zrange(index, 0, '-1');
    const used = members.reduce((sum, member) => sum + Number.parseInt(member, 10), 0);
    return this.#limits.totalBytes - used;
  }

  #full(): StudioError {
    const gigabytes = (this.#limits.totalBytes / 2 ** 30).toFixed(1);
    const hours = Math.round(this.#limits.keepMs / 3_600_000);
    return new StudioError(
      'FARM_FULL',
      `The farm’s store for pictures is full (${gigabytes} GiB). Pictures leave it ${hours} hours after their last use.`,
    );
  }
}

function entryLabel(id: AssetId): string {
  return `picture ${id}`;
}
