/**
 * Reader of `.safetensors` files.
 *
 * Layout: u64 little-endian header length n; n bytes of JSON, a map from tensor name to
 * { dtype, shape, data_offsets: [begin, end] }; then the data, to which the offsets are relative. The format's
 * own rule (`Metadata::validate` in huggingface/safetensors) leaves neither holes nor overlaps: sorted by
 * offset, every tensor begins where the one before it ended, and the last one ends at the end of the file.
 *
 * Every number is checked before it is used: the offsets found here go into ONNX graphs as external data, and
 * native code maps them into memory.
 */
import { fstatSync } from 'node:fs';
import { basename } from 'node:path';
import { readExactly, withOpenFile } from './file-range.ts';
import { GraphError } from './graph-error.ts';

/** The reference implementation's own limit. */
const MAX_HEADER_BYTES = 100_000_000;
const PREFIX_BYTES = 8;

const bytesPerElement = {
  BOOL: 1,
  U8: 1,
  I8: 1,
  F8_E5M2: 1,
  F8_E4M3: 1,
  U16: 2,
  I16: 2,
  F16: 2,
  BF16: 2,
  U32: 4,
  I32: 4,
  F32: 4,
  U64: 8,
  I64: 8,
  F64: 8,
  C64: 8,
} as const;

export type SafetensorsDtype = keyof typeof bytesPerElement;

/** Location of one tensor. */
export interface SafetensorsEntry {
  readonly name: string;
  readonly dtype: SafetensorsDtype;
  /** Row-major; [] is a scalar. */
  readonly shape: readonly number[];
  /** From the beginning of the file, in bytes. */
  readonly fileOffset: number;
  /** = product(shape) * bytes per element. */
  readonly byteLength: number;
}

/** A validated header. */
export interface SafetensorsFile {
  readonly path: string;
  readonly metadata: ReadonlyMap<string, string>;
  readonly tensors: ReadonlyMap<string, SafetensorsEntry>;
}

/** Bytes of one element. */
export function bytesPerDtype(dtype: SafetensorsDtype): number {
  return bytesPerElement[dtype];
}

/**
 * Reads and validates the header; the data is not touched.
 *
 * @throws GraphError FILE_UNREADABLE, SAFETENSORS_TRUNCATED, SAFETENSORS_BAD_HEADER, SAFETENSORS_BAD_OFFSET or
 *   SAFETENSORS_UNKNOWN_DTYPE, naming the file and the tensor
 */
export function openSafetensors(path: string): SafetensorsFile {
  return withOpenFile(path, (descriptor) => {
    const fileLength = fstatSync(descriptor).size;
    const headerLength = parseHeaderLength(readExactly(descriptor, 0, PREFIX_BYTES, path), fileLength, path);
    return parseSafetensorsHeader(
      readExactly(descriptor, PREFIX_BYTES, headerLength, path),
      fileLength - PREFIX_BYTES - headerLength,
      path,
    );
  });
}

/**
 * The u64 at the beginning of the file.
 *
 * @param prefix the first 8 bytes
 * @param fileLength bytes of the whole file
 */
export function parseHeaderLength(prefix: Uint8Array, fileLength: number, path: string): number {
  if (prefix.byteLength < PREFIX_BYTES) throw truncated(path, `it has only ${prefix.byteLength} bytes`);
  const length = new DataView(prefix.buffer, prefix.byteOffset, PREFIX_BYTES).getBigUint64(0, true);
  if (length > BigInt(MAX_HEADER_BYTES)) {
    throw badHeader(path, `its header claims ${length} bytes; at most ${MAX_HEADER_BYTES} are allowed`);
  }
  if (Number(length) > fileLength - PREFIX_BYTES) {
    throw truncated(path, `its header claims ${length} bytes, but the file has ${fileLength}`);
  }
  return Number(length);
}

/**
 * Validates a header that is already in memory.
 *
 * @param header the JSON's bytes
 * @param dataLength bytes of the file after the header
 * @param path for messages and for {@link SafetensorsFile.path}
 */
export function parseSafetensorsHeader(
  header: Uint8Array,
  dataLength: number,
  path: string,
): SafetensorsFile {
  const parsed = parseJsonObject(header, path);
  const dataStart = PREFIX_BYTES + header.byteLength;
  let metadata: ReadonlyMap<string, string> = new Map();
  const entries: SafetensorsEntry[] = [];
  for (const [name, value] of Object.entries(parsed)) {
    if (name === '__metadata__') metadata = parseMetadata(value, path);
    else entries.push(parseEntry(name, value, dataStart, dataLength, path));
  }
  checkContiguous(entries, dataStart, dataLength, path);
  return { path, metadata, tensors: new Map(entries.map((entry) => [entry.name, entry])) };
}

function parseJsonObject(header: Uint8Array, path: string): Record<string, unknown> {
  // The format fixes the first byte, so a file of another kind fails before any JSON is parsed.
  if (header[0] !== 0x7b) throw badHeader(path, 'its header does not begin with "{"');
  let parsed: unknown;
  try {
    parsed = JSON.parse(new TextDecoder('utf-8', { fatal: true }).decode(header));
  } catch (cause) {
    throw badHeader(path, 'its header is not valid JSON', cause);
  }
  if (!isPlainObject(parsed)) throw badHeader(path, 'its header is not a JSON object');
  return parsed;
}

function parseMetadata(value: unknown, path: string): ReadonlyMap<string, string> {
  if (!isPlainObject(value)) throw badHeader(path, '"__metadata__" is not an object');
  for (const [key, text] of Object.entries(value)) {
    if (typeof text !== 'string') throw badHeader(path, `"__metadata__"."${key}" is not a string`);
  }
  return new Map(Object.entries(value as Record<string, string>));
}

function parseEntry(
  name: string,
  value: unknown,
  dataStart: number,
  dataLength: number,
  path: string,
): SafetensorsEntry {
  if (!isPlainObject(value)) throw badHeader(path, `the entry of tensor "${name}" is not an object`);
  const { dtype, shape, data_offsets: offsets } = value;
  if (typeof dtype !== 'string' || !Object.hasOwn(bytesPerElement, dtype)) {
    throw new GraphError(
      'SAFETENSORS_UNKNOWN_DTYPE',
      `${basename(path)}: tensor "${name}" has the unknown dtype ${JSON.stringify(dtype)}.`,
    );
  }
  if (!isCountArray(shape)) {
    throw badHeader(path, `the shape of tensor "${name}" is not a list of non-negative integers`);
  }
  if (!isCountArray(offsets) || offsets.length !== 2) {
    throw badOffset(path, name, 'data_offsets is not a pair of non-negative integers');
  }
  const [begin, end] = offsets as [number, number];
  if (begin > end) throw badOffset(path, name, `it begins at ${begin}, after its end ${end}`);
  const byteLength = shape.reduce(
    (product, size) => product * size,
    bytesPerElement[dtype as SafetensorsDtype],
  );
  if (!Number.isSafeInteger(byteLength) || end - begin !== byteLength) {
    throw badOffset(
      path,
      name,
      `shape [${shape}] of ${dtype} takes ${byteLength} bytes, the offsets span ${end - begin}`,
    );
  }
  if (end > dataLength) {
    throw truncated(path, `tensor "${name}" ends at byte ${end} of the data, which has ${dataLength}`);
  }
  return { name, dtype: dtype as SafetensorsDtype, shape, fileOffset: dataStart + begin, byteLength };
}

function checkContiguous(
  entries: SafetensorsEntry[],
  dataStart: number,
  dataLength: number,
  path: string,
): void {
  const byOffset = entries.toSorted((a, b) => a.fileOffset - b.fileOffset || a.byteLength - b.byteLength);
  let expected = dataStart;
  for (const entry of byOffset) {
    if (entry.fileOffset !== expected) {
      const fault = entry.fileOffset < expected ? 'overlaps the tensor before it' : 'leaves a hole before it';
      throw badOffset(path, entry.name, `it begins at byte ${entry.fileOffset - dataStart} and ${fault}`);
    }
    expected += entry.byteLength;
  }
  const unused = dataStart + dataLength - expected;
  if (unused > 0) {
    throw new GraphError(
      'SAFETENSORS_BAD_OFFSET',
      `${basename(path)}: ${unused} bytes after the last tensor belong to none.`,
    );
  }
}

function isPlainObject(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

function isCountArray(value: unknown): value is number[] {
  return Array.isArray(value) && value.every((size) => Number.isSafeInteger(size) && size >= 0);
}

function truncated(path: string, detail: string): GraphError {
  const message = `${basename(path)} is cut short: ${detail}. Download it again.`;
  return new GraphError('SAFETENSORS_TRUNCATED', message);
}

function badHeader(path: string, detail: string, cause?: unknown): GraphError {
  return new GraphError(
    'SAFETENSORS_BAD_HEADER',
    `${basename(path)} is not a safetensors file, or is damaged: ${detail}.`,
    cause === undefined ? undefined : { cause },
  );
}

function badOffset(path: string, name: string, detail: string): GraphError {
  return new GraphError('SAFETENSORS_BAD_OFFSET', `${basename(path)}: tensor "${name}": ${detail}.`);
}
