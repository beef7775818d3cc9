/**
 * Views of a file's tensors under other names: the same bytes, or a range of their rows, at the same place in the file.
 * Graphs built from a view refer to the file itself; nothing is copied or converted.
 */
import { GraphError } from '../graph-error.ts';
import type { SafetensorsEntry } from '../safetensors.ts';

/** Tensors by the names that a graph's builder requests. */
export type TensorView = ReadonlyMap<string, SafetensorsEntry>;

/** A view under construction. */
export class TensorViewBuilder {
  readonly tensors = new Map<string, SafetensorsEntry>();

  /** Adds the tensor under another name. @throws GraphError SAFETENSORS_BAD_HEADER if two tensors get one name */
  add(name: string, entry: SafetensorsEntry): void {
    if (this.tensors.has(name)) {
      throw new GraphError(
        'SAFETENSORS_BAD_HEADER',
        `Tensor "${entry.name}" and another tensor of the file both map to "${name}".`,
      );
    }
    this.tensors.set(name, { ...entry, name });
  }

  /** A 1x1 convolution's weight [out, in, 1, 1] as a linear layer's [out, in]; other shapes are unchanged. */
  addAsLinear(name: string, entry: SafetensorsEntry): void {
    const [rows, columns, ...kernel] = entry.shape;
    const isOneByOne = kernel.length > 0 && kernel.every((side) => side === 1);
    this.add(name, isOneByOne ? { ...entry, shape: [rows!, columns!] } : entry);
  }

  /**
   * Splits a tensor that several layers share into parts of equal height, first rows first.
   *
   * @throws GraphError TENSOR_SHAPE if the rows cannot be divided evenly
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

/** The tensors with a prefix, by their names without it. */
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

/** A dimension of a required tensor. @throws GraphError TENSOR_MISSING, TENSOR_SHAPE */
export function dimension(tensors: TensorView, name: string, axis: number): number {
  const entry = tensors.get(name);
  if (entry === undefined) throw new GraphError('TENSOR_MISSING', `The file has no tensor "${name}".`);
  const size = entry.shape[axis];
  if (size === undefined) {
    throw new GraphError('TENSOR_SHAPE', `Tensor "${name}" has the shape [${entry.shape}].`);
  }
  return size;
}
