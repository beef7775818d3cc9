/** NumPy's .npy format, version 1.0, for comparison with other implementations. */
import type { Tensor } from '../pipeline/tensor/tensor.ts';

/** The data begins at a multiple of this many bytes. */
const ALIGNMENT = 64;

/** @returns the bytes of a .npy file of float32, little-endian, row-major */
export function encodeNpy({ data, dims }: Tensor): Uint8Array {
  const shape = dims.length === 1 ? `${dims[0]},` : dims.join(', ');
  const dictionary = `{'descr': '<f4', 'fortran_order': False, 'shape': (${shape}), }`;
  const magic = Buffer.from('\x93NUMPY\x01\x00', 'latin1');
  const prefixBytes = magic.length + 2;
  const headerBytes = Math.ceil((prefixBytes + dictionary.length + 1) / ALIGNMENT) * ALIGNMENT - prefixBytes;
  const header = Buffer.alloc(2 + headerBytes, ' ');
  header.writeUInt16LE(headerBytes);
  header.write(dictionary, 2, 'latin1');
  header.write('\n', header.length - 1);
  // Every platform that ONNX Runtime runs on is little-endian.
  return Buffer.concat([magic, header, Buffer.from(data.buffer, data.byteOffset, data.byteLength)]);
}
