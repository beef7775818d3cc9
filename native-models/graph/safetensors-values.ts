/** The contents of tensors. Meant for small ones: the weights themselves are mapped into memory by ONNX Runtime. */
import { basename } from 'node:path';
import { readExactly, withOpenFile } from './file-range.ts';
import { GraphError } from './graph-error.ts';
import {
  bytesPerDtype,
  type SafetensorsDtype,
  type SafetensorsEntry,
  type SafetensorsFile,
} from './safetensors.ts';

/**
 * The bytes of one tensor, as stored (little-endian).
 *
 * @throws GraphError TENSOR_MISSING, FILE_UNREADABLE or SAFETENSORS_TRUNCATED (the file shrank meanwhile)
 */
export function readTensorBytes(file: SafetensorsFile, name: string): Uint8Array<ArrayBuffer> {
  return readEntryBytes(file.path, entryOf(file, name));
}

function readEntryBytes(path: string, { fileOffset, byteLength }: SafetensorsEntry): Uint8Array<ArrayBuffer> {
  return withOpenFile(path, (descriptor) => readExactly(descriptor, fileOffset, byteLength, path));
}

function entryOf(file: SafetensorsFile, name: string): SafetensorsEntry {
  const entry = file.tensors.get(name);
  if (entry !== undefined) return entry;
  throw new GraphError('TENSOR_MISSING', `${basename(file.path)} has no tensor "${name}".`);
}

/**
 * One tensor as numbers.
 *
 * @returns the elements in row-major order; I64 and U64 lose precision beyond 2^53
 * @throws GraphError TENSOR_DTYPE for C64 and the 8-bit floats, and what {@link readTensorBytes} throws
 */
export function readTensorAsFloat32(file: SafetensorsFile, name: string): Float32Array {
  return readEntryAsFloat32(file.path, entryOf(file, name));
}

/** As {@link readTensorAsFloat32}, of a tensor whose place in a file is known. */
export function readEntryAsFloat32(path: string, entry: SafetensorsEntry): Float32Array {
  const bytes = readEntryBytes(path, entry);
  // These have arrays of their own, which convert a tensor at once.
  if (entry.dtype === 'F16') return new Float32Array(new Float16Array(bytes.buffer));
  if (entry.dtype === 'F32') return new Float32Array(bytes.buffer);
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const readElement = elementReaders[entry.dtype];
  if (readElement === undefined) {
    throw new GraphError(
      'TENSOR_DTYPE',
      `Tensor "${entry.name}" of ${basename(path)} is ${entry.dtype}, not a real number type.`,
    );
  }
  const step = bytesPerDtype(entry.dtype);
  return Float32Array.from({ length: bytes.byteLength / step }, (_, i) => readElement(view, i * step));
}

/**
 * Names of the tensors that hold NaN or an infinity; reads the whole file, a few hundred MB per second. To explain
 * why a model returns NaN.
 *
 * @throws GraphError FILE_UNREADABLE or SAFETENSORS_TRUNCATED
 */
export function findNonFiniteTensors(file: SafetensorsFile): string[] {
  return withOpenFile(file.path, (descriptor) =>
    [...file.tensors.values()]
      .filter((entry) => !hasFiniteValues(descriptor, entry, file.path))
      .map((entry) => entry.name),
  );
}

/**
 * Whether a tensor holds neither NaN nor an infinity; reads the whole tensor.
 *
 * @throws GraphError TENSOR_MISSING, FILE_UNREADABLE or SAFETENSORS_TRUNCATED
 */
export function isFiniteTensor(file: SafetensorsFile, name: string): boolean {
  const entry = entryOf(file, name);
  return withOpenFile(file.path, (descriptor) => hasFiniteValues(descriptor, entry, file.path));
}

function hasFiniteValues(
  descriptor: number,
  { dtype, fileOffset, byteLength }: SafetensorsEntry,
  path: string,
): boolean {
  const exponent = exponentOf[dtype];
  if (exponent === undefined) return true;
  for (let done = 0; done < byteLength; done += CHUNK_BYTES) {
    const length = Math.min(CHUNK_BYTES, byteLength - done);
    const words = new exponent.Words(readExactly(descriptor, fileOffset + done, length, path).buffer);
    // A number is non-finite exactly when all bits of its exponent are set.
    for (let i = exponent.first; i < words.length; i += exponent.step) {
      if ((words[i]! & exponent.mask) >>> 0 === exponent.mask) return false;
    }
  }
  return true;
}

const CHUNK_BYTES = 16 * 1024 * 1024;

/** Where the exponents are, in little-endian words: every `step`-th one from `first`. */
const exponentOf: Partial<Record<SafetensorsDtype, ExponentPlace>> = {
  F16: { Words: Uint16Array, first: 0, step: 1, mask: 0x7c00 },
  BF16: { Words: Uint16Array, first: 0, step: 1, mask: 0x7f80 },
  F32: { Words: Uint32Array, first: 0, step: 1, mask: 0x7f800000 },
  F64: { Words: Uint32Array, first: 1, step: 2, mask: 0x7ff00000 },
};

interface ExponentPlace {
  readonly Words: typeof Uint16Array | typeof Uint32Array;
  readonly first: number;
  readonly step: number;
  readonly mask: number;
}

const elementReaders: Partial<Record<SafetensorsDtype, (view: DataView, at: number) => number>> = {
  BOOL: (view, at) => view.getUint8(at),
  U8: (view, at) => view.getUint8(at),
  I8: (view, at) => view.getInt8(at),
  U16: (view, at) => view.getUint16(at, true),
  I16: (view, at) => view.getInt16(at, true),
  F16: (view, at) => halfToNumber(view.getUint16(at, true)),
  BF16: (view, at) => bfloat16ToNumber(view.getUint16(at, true)),
  U32: (view, at) => view.getUint32(at, true),
  I32: (view, at) => view.getInt32(at, true),
  F32: (view, at) => view.getFloat32(at, true),
  U64: (view, at) => Number(view.getBigUint64(at, true)),
  I64: (view, at) => Number(view.getBigInt64(at, true)),
  F64: (view, at) => view.getFloat64(at, true),
};

/** IEEE 754 binary16: 1 sign bit, 5 exponent bits (bias 15), 10 fraction bits. */
function halfToNumber(bits: number): number {
  const sign = bits & 0x8000 ? -1 : 1;
  const exponent = (bits >> 10) & 0x1f;
  const fraction = bits & 0x3ff;
  if (exponent === 0) return sign * fraction * 2 ** -24;
  if (exponent === 0x1f) return fraction === 0 ? sign * Number.POSITIVE_INFINITY : Number.NaN;
  return sign * (1 + fraction / 1024) * 2 ** (exponent - 15);
}

const scratch = new DataView(new ArrayBuffer(4));

/** bfloat16 is the upper half of a binary32. */
function bfloat16ToNumber(bits: number): number {
  scratch.setUint32(0, bits * 0x10000);
  return scratch.getFloat32(0);
}
