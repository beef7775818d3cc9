/**
 * Tensors of a file under other names: the same bytes, or a range of rows of them, at the same place in the file.
 * What is built from a view points into the file as it is; nothing is copied or converted.
 */
import { GraphError } from '../graph-error.ts';
import type { SafetensorsEntry } from '../safetensors.ts';

/** Tensors by the names that a graph's builder asks for. */
export type TensorView = ReadonlyMap<string, SafetensorsEntry>;

/** A view that is being made. */
export class TensorViewBuilder {
  readonly tensors = new Map<string, SafetensorsEntry>();

  /** The tensor under another name. @throws GraphError SAFETENSORS_BAD_HEADER when two tensors get one name */
  add(name: string, entry: SafetensorsEntry): void {
    if (this.tensors.has(name)) {
      throw new GraphError(
        'SAFETENSORS_BAD_HEADER',
        `Tensor "${entry.name}" stands for "${name}", and so does another one of the file.`,
      );
    }
    this.tensors.set(name, { ...entry, name });
  }

  /** A 1x1 convolution's weight [out, in, 1, 1] as a linear layer's [out, in]; other shapes stay as they are. */
  addAsLinear(name: string, entry: SafetensorsEntry): void {
    const [rows, columns, ...kernel] = entry.shape;
    const isOneByOne = kernel.length > 0 && kernel.every((side) => side === 1);
    this.add(name, isOneByOne ? { ...entry, shape: [rows!, columns!] } : entry);
  }

  /**
   * Parts of equal height of a tensor that several layers share, first rows first.
   *
   * @throws GraphError TENSOR_SHAPE when the rows cannot be divided
   */
  addParts(names: readonly string[], entry: SafetensorsEntry): void {
    const [rows = 0, ...rest] = entry.shape;
    if (rows === 0 || rows % names.length !== 0) {
      throw new GraphError(
        'TENSOR_SHAPE',
        `Tensor "${entry.name}" has ${rows} rows, which do not divide into ${names.length} parts.`,
      );
    }
    const byteLength = entry.byteLength / names.length;
    for (const [index, name] of names.entries()) {
      const fileOffset = entry.fileOffset + index * byteLength;
      this.add(name, { ...entry, shape: [rows / names.length, ...rest], fileOffset, byteLength });
    }
  }
}

/** The tensors whose names begin with a prefix, without it. */
export function withoutPrefix(tensors: TensorView, prefix: string): Map<string, SafetensorsEntry> {
  const found = new Map<string, SafetensorsEntry>();
  for (const [name, entry] of tensors) {
    if (name.startsWith(prefix)) found.set(name.slice(prefix.length), entry);
  }
  return found;
}

/** The numbers 0, 1, ... for which `has` holds, up to the first for which it does not. */
export function countWhile(has: (index: number) => boolean): number {
  let count = 0;
  while (has(count)) count++;
  return count;
}

/** A dimension of a tensor that must be there. @throws GraphError TENSOR_MISSING, TENSOR_SHAPE */
export function dimension(tensors: TensorView, name: string, axis: number): number {
  const entry = tensors.get(name);
  if (entry === undefined) throw new GraphError('TENSOR_MISSING', `The file has no tensor "${name}".`);
  const size = entry.shape[axis];
  if (size === undefined) {
    throw new GraphError('TENSOR_SHAPE', `Tensor "${name}" has the shape [${entry.shape}].`);
  }
  return size;
}
