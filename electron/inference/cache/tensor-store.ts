/**
 * Tensors on disk under a key of everything they depend on: inversions and encoded pictures, reused when alpha, beta,
 * masks or layer order change.
 *
 * A file is named by the SHA-256 of its key and holds, in this order: 8 bytes of magic, the SHA-256 of all that
 * follows (32 bytes), the length of the header (u32, little-endian), the header (JSON: the key and the dims of
 * each tensor), and the tensors' float32 values, little-endian. A file that is torn, damaged, or has another key is
 * removed and counts as absent. Files are written atomically, so several processes may share the folder; beyond the
 * size limit the least recently used are removed. A killed process may leave an unfinished file under a temporary
 * name, which is never read and removed when it is old.
 */
import { createHash } from 'node:crypto';
import { readdir, readFile, rm, stat, utimes } from 'node:fs/promises';
import { join } from 'node:path';
import * as z from 'zod';
import { writeFileAtomically } from '../../foundation/files/atomic-write.ts';
import type { TensorStore } from '../../pipeline/compose.ts';
import { elementCount, type Tensor, tensor } from '../../pipeline/tensor/tensor.ts';

const magic = Buffer.from('PNPMIXT1');
const CHECKSUM_BYTES = 32;
const prefixBytes = magic.length + CHECKSUM_BYTES + 4;
const EXTENSION = '.tensors';
const TEMPORARY_EXTENSION = '.tmp';

/** A file takes seconds to write; the writer of one that is still temporary after this long is dead. */
const ABANDONED_AFTER_MS = 3_600_000;

const headerSchema = z.object({ key: z.string(), dims: z.array(z.array(z.int().nonnegative())) });

/** Default size limit: some ten thousand inversions of the starter pack, some hundred of Stable Diffusion. */
const DEFAULT_LIMIT_BYTES = 1 << 30;

/** Location and scope of the stored tensors. */
export interface DiskTensorStoreOptions {
  readonly folder: string;
  /** Part of every key: the weights and everything else that changes the numbers. */
  readonly salt: string;
  readonly limitBytes?: number;
  /** Called once when the folder cannot be written; the run continues without it. */
  readonly onUnwritable?: (error: unknown) => void;
}

export class DiskTensorStore implements TensorStore {
  readonly #folder: string;
  readonly #salt: string;
  readonly #limitBytes: number;
  readonly #onUnwritable: ((error: unknown) => void) | undefined;

  constructor({ folder, salt, limitBytes = DEFAULT_LIMIT_BYTES, onUnwritable }: DiskTensorStoreOptions) {
    this.#folder = folder;
    this.#salt = salt;
    this.#limitBytes = limitBytes;
    this.#onUnwritable = onUnwritable;
  }

  async load(key: string): Promise<readonly Tensor[] | undefined> {
    const path = this.#pathOf(key);
    let bytes: Uint8Array;
    try {
      bytes = await readFile(path);
    } catch {
      return undefined;
    }
    const tensors = decode(bytes, this.#fullKey(key));
    if (tensors === undefined) {
      await rm(path, { force: true }).catch(() => undefined);
      return undefined;
    }
    // The time of last use decides what to evict.
    const now = new Date();
    await utimes(path, now, now).catch(() => undefined);
    return tensors;
  }

  /** Never rejects. */
  async save(key: string, tensors: readonly Tensor[]): Promise<void> {
    try {
      const bytes = encode(this.#fullKey(key), tensors);
      if (bytes.length > this.#limitBytes) return;
      await writeFileAtomically(this.#pathOf(key), bytes, { isDurable: false });
      await this.#evict();
    } catch (error) {
      this.#onUnwritable?.(error);
    }
  }

  #fullKey(key: string): string {
    return JSON.stringify([this.#salt, key]);
  }

  #pathOf(key: string): string {
    return join(this.#folder, createHash('sha256').update(this.#fullKey(key)).digest('hex') + EXTENSION);
  }

  async #evict(): Promise<void> {
    const files: { path: string; bytes: number; usedMs: number }[] = [];
    for (const name of await readdir(this.#folder)) {
      const isTemporary = name.endsWith(TEMPORARY_EXTENSION);
      if (!isTemporary && !name.endsWith(EXTENSION)) continue;
      const path = join(this.#folder, name);
      // Another process may have removed it meanwhile.
      const found = await stat(path).catch(() => undefined);
      if (!found) continue;
      if (!isTemporary) files.push({ path, bytes: found.size, usedMs: found.mtimeMs });
      else if (Date.now() - found.mtimeMs > ABANDONED_AFTER_MS) await rm(path, { force: true });
    }
    let total = files.reduce((sum, { bytes }) => sum + bytes, 0);
    files.sort((a, b) => a.usedMs - b.usedMs);
    for (const { path, bytes } of files) {
      if (total <= this.#limitBytes) return;
      await rm(path, { force: true });
      total -= bytes;
    }
  }
}

function encode(key: string, tensors: readonly Tensor[]): Uint8Array {
  const header = Buffer.from(JSON.stringify({ key, dims: tensors.map(({ dims }) => dims) }));
  const length = Buffer.alloc(4);
  length.writeUInt32LE(header.length);
  const body = [
    length,
    header,
    ...tensors.map(({ data }) => Buffer.from(data.buffer, data.byteOffset, data.byteLength)),
  ];
  const checksum = createHash('sha256');
  for (const part of body) checksum.update(part);
  return Buffer.concat([magic, checksum.digest(), ...body]);
}

/** @returns undefined unless the file is complete, undamaged and of this key */
function decode(bytes: Uint8Array, key: string): Tensor[] | undefined {
  const file = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  if (file.length < prefixBytes || !file.subarray(0, magic.length).equals(magic)) return undefined;
  const checksum = file.subarray(magic.length, magic.length + CHECKSUM_BYTES);
  const body = file.subarray(magic.length + CHECKSUM_BYTES);
  if (!createHash('sha256').update(body).digest().equals(checksum)) return undefined;
  // The bytes are intact from here on; the key may still be another's.
  const headerEnd = 4 + body.readUInt32LE(0);
  const header = headerSchema.safeParse(JSON.parse(body.toString('utf8', 4, headerEnd)));
  if (!header.success || header.data.key !== key) return undefined;
  let at = headerEnd;
  return header.data.dims.map((dims) => {
    const byteLength = 4 * elementCount(dims);
    // A copy, since values in the file are not aligned for a Float32Array.
    const values = new Float32Array(
      body.buffer.slice(body.byteOffset + at, body.byteOffset + at + byteLength),
    );
    at += byteLength;
    return tensor(values, dims);
  });
}
