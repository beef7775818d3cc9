/**
 * Pictures in S3-compatible storage: one object each, of encrypted chunks in a row. It becomes visible as a whole, also
 * when it is uploaded in parts. How long objects stay is the bucket's lifecycle rule (docs/farm.md): S3 counts from the
 * last write, so that a picture in use is written again, by a copy onto itself in the store, before it is too old.
 */
import { createHash } from 'node:crypto';
import type { CompletedPart, S3Client } from '@aws-sdk/client-s3';
import { StudioError } from '../../contract/errors.ts';
import { type AssetPlace, describePlace } from '../../contract/farm.ts';
import type { AssetId } from '../../contract/render-request.ts';
import { assetObject } from '../farm-names.ts';
import { open, SEAL_BYTES, seal } from '../sealed-box.ts';
import type { StudioKey } from '../studio-key.ts';
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

export interface S3AssetLimits {
  /** Bytes of one picture. */
  readonly assetBytes: number;
  /** Plain bytes of a chunk. */
  readonly chunkBytes: number;
  /** Encrypted bytes of a part of an upload; S3 takes at least 5 MiB, but for the last one. */
  readonly partBytes: number;
  /** Age after which a picture in use is written again: half of the shortest lifecycle that S3 knows, one day. */
  readonly renewAfterMs: number;
}

const DEFAULT_LIMITS: S3AssetLimits = {
  assetBytes: MAX_ASSET_BYTES,
  chunkBytes: CHUNK_BYTES,
  partBytes: 8 * 2 ** 20,
  renewAfterMs: 12 * 3_600_000,
};

/** S3-compatible servers mostly ignore regions, but a request is signed for one. */
const ANY_REGION = 'us-east-1';

type Sdk = typeof import('@aws-sdk/client-s3');

export class S3AssetStore implements AssetStore {
  readonly #sdk: Sdk;
  readonly #client: S3Client;
  readonly #place: AssetPlace;
  readonly #key: StudioKey;
  readonly #limits: S3AssetLimits;

  private constructor(sdk: Sdk, client: S3Client, place: AssetPlace, key: StudioKey, limits: S3AssetLimits) {
    this.#sdk = sdk;
    this.#client = client;
    this.#place = place;
    this.#key = key;
    this.#limits = limits;
  }

  /**
   * Opens a bucket with the credentials of AWS's standard chain: environment, profile, role of the machine.
   *
   * @throws StudioError FARM_STORE_UNREACHABLE when the bucket is not there or cannot be reached
   */
  static async open(
    place: AssetPlace,
    key: StudioKey,
    limits: Partial<S3AssetLimits> = {},
  ): Promise<S3AssetStore> {
    // Loaded only by those who use it.
    const sdk = await import('@aws-sdk/client-s3');
    const settings = {
      forcePathStyle: place.pathStyle,
      // Chunks are authenticated, and not every compatible server knows these checksums.
      requestChecksumCalculation: 'WHEN_REQUIRED',
      responseChecksumValidation: 'WHEN_REQUIRED',
      ...(place.endpoint !== undefined && { endpoint: place.endpoint }),
    } as const;
    let client = new sdk.S3Client(settings);
    const isOfRegion = await client.config.region().then(
      () => true,
      () => false,
    );
    if (!isOfRegion) client = new sdk.S3Client({ ...settings, region: ANY_REGION });
    const store = new S3AssetStore(sdk, client, place, key, { ...DEFAULT_LIMITS, ...limits });
    await store.#tryOut();
    return store;
  }

  /** Asks for an object that is not there: HEAD would answer the same for a bucket that is not there. */
  async #tryOut(): Promise<void> {
    const { GetObjectCommand } = this.#sdk;
    try {
      await this.#client.send(new GetObjectCommand(this.#object('')));
    } catch (error) {
      if (!isMissing(error)) throw this.#unreachable(error);
    }
  }

  async touch(id: AssetId): Promise<boolean> {
    const object = this.#object(id);
    const { HeadObjectCommand, CopyObjectCommand } = this.#sdk;
    try {
      const { LastModified: writtenAt } = await this.#client.send(new HeadObjectCommand(object));
      const ageMs = writtenAt === undefined ? 0 : Date.now() - writtenAt.getTime();
      if (ageMs > this.#limits.renewAfterMs) {
        const CopySource = `${object.Bucket}/${object.Key}`;
        await this.#client.send(
          new CopyObjectCommand({ ...object, CopySource, MetadataDirective: 'REPLACE' }),
        );
      }
      return true;
    } catch (error) {
      if (isMissing(error)) return false;
      throw this.#unreachable(error);
    }
  }

  /** S3 removes objects by age only: see the bucket's lifecycle rule. */
  async release(): Promise<void> {}

  async put(id: AssetId, pieces: Iterable<Uint8Array> | AsyncIterable<Uint8Array>): Promise<void> {
    const { assetBytes, chunkBytes, partBytes } = this.#limits;
    const hash = createHash('sha256');
    let parts: PartUpload | undefined;
    let pending: Buffer[] = [];
    let [bytes, pendingBytes, index] = [0, 0, 0];
    try {
      for await (const chunk of piecesOf(pieces, chunkBytes)) {
        bytes += chunk.length;
        if (bytes > assetBytes) throw tooLarge(assetBytes);
        hash.update(chunk);
        const sealed = seal(this.#key, chunkLabel(id, index++), chunk);
        pending.push(sealed);
        pendingBytes += sealed.length;
        if (pendingBytes < partBytes) continue;
        parts ??= await this.#begin(id);
        await parts.add(Buffer.concat(pending));
        [pending, pendingBytes] = [[], 0];
      }
      if (hash.digest('hex') !== id) throw ofOtherHash();
      const last = Buffer.concat(pending);
      if (parts === undefined) await this.#putWhole(id, last);
      else {
        if (last.length > 0) await parts.add(last);
        await parts.complete();
      }
    } catch (error) {
      // If this fails too, the bucket's rule for incomplete uploads removes the parts.
      await parts?.abort().catch(() => undefined);
      throw error;
    }
  }

  async *read(id: AssetId): AsyncGenerator<Uint8Array> {
    const { GetObjectCommand } = this.#sdk;
    const hash = createHash('sha256');
    let index = 0;
    for await (const sealed of piecesOf(
      this.#body(id, GetObjectCommand),
      this.#limits.chunkBytes + SEAL_BYTES,
    )) {
      const chunk = open(this.#key, chunkLabel(id, index++), sealed);
      hash.update(chunk);
      yield chunk;
    }
    if (hash.digest('hex') !== id) throw changed();
  }

  async *#body(id: AssetId, GetObjectCommand: Sdk['GetObjectCommand']): AsyncGenerator<Uint8Array> {
    try {
      const { Body } = await this.#client.send(new GetObjectCommand(this.#object(id)));
      yield* Body as AsyncIterable<Uint8Array>;
    } catch (error) {
      throw isMissing(error) ? missing(id) : this.#unreachable(error);
    }
  }

  async #putWhole(id: AssetId, sealed: Buffer): Promise<void> {
    const { PutObjectCommand } = this.#sdk;
    await this.#attempt(this.#client.send(new PutObjectCommand({ ...this.#object(id), Body: sealed })));
  }

  async #begin(id: AssetId): Promise<PartUpload> {
    const {
      CreateMultipartUploadCommand,
      UploadPartCommand,
      CompleteMultipartUploadCommand,
      AbortMultipartUploadCommand,
    } = this.#sdk;
    const object = this.#object(id);
    const begun = await this.#attempt(this.#client.send(new CreateMultipartUploadCommand(object)));
    const upload = { ...object, UploadId: begun.UploadId };
    const parts: CompletedPart[] = [];
    return {
      add: async (Body) => {
        const PartNumber = parts.length + 1;
        const command = new UploadPartCommand({ ...upload, PartNumber, Body });
        const { ETag } = await this.#attempt(this.#client.send(command));
        parts.push({ PartNumber, ETag });
      },
      complete: async () => {
        const command = new CompleteMultipartUploadCommand({ ...upload, MultipartUpload: { Parts: parts } });
        await this.#attempt(this.#client.send(command));
      },
      abort: async () => {
        await this.#client.send(new AbortMultipartUploadCommand(upload));
      },
    };
  }

  #object(id: AssetId): { Bucket: string; Key: string } {
    return { Bucket: this.#place.bucket, Key: this.#place.prefix + assetObject(this.#key, id) };
  }

  async #attempt<Value>(work: Promise<Value>): Promise<Value> {
    try {
      return await work;
    } catch (error) {
      throw this.#unreachable(error);
    }
  }

  #unreachable(error: unknown): StudioError {
    const { name, message, $metadata } = error as Error & { $metadata?: { httpStatusCode?: number } };
    const detail = [$metadata?.httpStatusCode, name, message].filter(Boolean).join(' ');
    return new StudioError(
      'FARM_STORE_UNREACHABLE',
      `The farm’s store for pictures, ${describePlace(this.#place)}, cannot be used (${detail}). Check the bucket, the ` +
        'address, and the credentials and region of AWS’s environment variables or profile.',
      { cause: error },
    );
  }
}

/** An upload in parts, which becomes visible when it is complete. */
interface PartUpload {
  readonly add: (sealed: Buffer) => Promise<void>;
  readonly complete: () => Promise<void>;
  readonly abort: () => Promise<void>;
}

function isMissing(error: unknown): boolean {
  return ['NotFound', 'NoSuchKey'].includes((error as Error).name);
}
