/**
 * The tensors of one component (one folder of a diffusers checkpoint), and a record of those that a graph has used: a
 * tensor that no layer reads means that the configuration and the weights belong to different models.
 */
import { realpathSync } from 'node:fs';
import { basename, dirname } from 'node:path';
import { GraphError } from './graph-error.ts';
import type { LowRankChange, WeightChanges } from './lora/weight-changes.ts';
import type { OnnxBuilder, OnnxType, Value } from './onnx-builder.ts';
import {
  bytesPerDtype,
  type SafetensorsDtype,
  type SafetensorsEntry,
  type SafetensorsFile,
} from './safetensors.ts';
import { readEntryAsFloat32 } from './safetensors-values.ts';

export const onnxTypes: Partial<Record<SafetensorsDtype, OnnxType>> = {
  F32: 'float32',
  F16: 'float16',
  BF16: 'bfloat16',
  F64: 'float64',
};

/** How a layer uses a tensor. */
export interface ParameterForm {
  /** The dims to declare, if not the stored ones: same bytes, same order ([out, in, 1, 1] as [out, in]). */
  readonly dims?: readonly number[];
  /** Only rows `first` up to, not including, `end` along the first axis: contiguous, so still no copy. */
  readonly rows?: readonly [first: number, end: number];
}

interface StoredTensor {
  /** Absolute, with links resolved. */
  readonly path: string;
  readonly entry: SafetensorsEntry;
}

/** Read access to a component's tensors by their names in the checkpoint. */
export class ComponentWeights {
  readonly #tensors = new Map<string, StoredTensor>();
  readonly #used = new Set<string>();
  readonly #usedFiles = new Set<string>();
  #usedBytes = 0;
  readonly #changes: WeightChanges;
  /** Folder of all files, with links resolved. */
  readonly folder: string;

  /**
   * Links are resolved (hub caches consist of them): ONNX Runtime refuses a link that leads out of its folder.
   *
   * @throws GraphError SAFETENSORS_BAD_HEADER when two files hold a tensor of the same name, CHECKPOINT_INCOMPLETE
   *   when the files, links resolved, are not in one folder
   */
  constructor(files: readonly SafetensorsFile[], changes: WeightChanges = new Map()) {
    this.#changes = changes;
    const paths = files.map((file) => realpathSync(file.path));
    const folders = new Set(paths.map(dirname));
    if (folders.size !== 1) {
      const message = `The weights of a component must be in one folder, not in ${[...folders].join(', ') || 'none'}.`;
      throw new GraphError('CHECKPOINT_INCOMPLETE', message);
    }
    this.folder = [...folders][0]!;
    for (const [i, file] of files.entries()) {
      const path = paths[i]!;
      for (const [name, entry] of file.tensors) {
        if (this.#tensors.has(name)) {
          throw new GraphError(
            'SAFETENSORS_BAD_HEADER',
            `Tensor "${name}" is in more than one of the component's files.`,
          );
        }
        this.#tensors.set(name, { path, entry });
      }
    }
  }

  /** What is added to a tensor; empty for most. */
  changesOf(name: string): readonly LowRankChange[] {
    return this.#changes.get(name) ?? [];
  }

  has(name: string): boolean {
    return this.#tensors.has(name);
  }

  /** Files with a used tensor, in order of first use. */
  get usedFiles(): string[] {
    return [...this.#usedFiles];
  }

  /** Bytes that graphs refer to, as they are stored. */
  get usedBytes(): number {
    return this.#usedBytes;
  }

  /** Names of unused tensors. */
  unused(): string[] {
    return [...this.#tensors.keys()].filter((name) => !this.#used.has(name));
  }

  /**
   * Puts a tensor into the graph as external data, in the type it is stored in.
   *
   * @param shape required by the architecture
   * @throws GraphError TENSOR_MISSING, TENSOR_SHAPE or TENSOR_DTYPE, naming the tensor
   */
  initializer(graph: OnnxBuilder, name: string, shape: readonly number[], form: ParameterForm = {}): Value {
    const { path, entry, type } = this.#use(name, shape);
    const [first, end] = form.rows ?? [0, shape[0] ?? 1];
    const rowBytes = entry.byteLength / (shape[0] ?? 1);
    const dims = form.dims ?? [...shape];
    const valueName = form.rows === undefined ? name : `${name}[${first}:${end}]`;
    const byteLength = (end - first) * rowBytes;
    this.#usedBytes += byteLength;
    if (dims.reduce((product, size) => product * size, bytesPerDtype(entry.dtype)) !== byteLength) {
      throw new GraphError('GRAPH_INVALID', `Dims [${dims}] do not hold the elements of "${valueName}".`);
    }
    return graph.external(valueName, type, dims, {
      location: basename(path),
      offset: entry.fileOffset + first * rowBytes,
      byteLength,
    });
  }

  /**
   * A tensor's numbers, for what a graph computes from it in advance.
   *
   * @param shape required by the architecture
   * @returns row-major
   * @throws GraphError TENSOR_MISSING, TENSOR_SHAPE or TENSOR_DTYPE, naming the tensor; FILE_UNREADABLE
   */
  values(name: string, shape: readonly number[]): Float32Array {
    const { path, entry } = this.#use(name, shape);
    this.#usedBytes += entry.byteLength;
    return readEntryAsFloat32(path, entry);
  }

  /** Notes that a graph uses a tensor, and checks it. */
  #use(name: string, shape: readonly number[]): StoredTensor & { readonly type: OnnxType } {
    const { path, entry } = this.#find(name);
    const type = onnxTypes[entry.dtype];
    if (type === undefined) {
      const needed = entry.dtype.startsWith('F8')
        ? 'choose a file with fp16, bf16 or fp32 weights, 8-bit floats (fp8) are not read'
        : 'floating point is needed';
      throw new GraphError('TENSOR_DTYPE', `Tensor "${name}" is stored as ${entry.dtype}; ${needed}.`);
    }
    if (entry.shape.length !== shape.length || entry.shape.some((size, axis) => size !== shape[axis])) {
      const message = `Tensor "${name}" has the shape [${entry.shape}]; this configuration needs [${shape}].`;
      throw new GraphError('TENSOR_SHAPE', message);
    }
    this.#used.add(name);
    this.#usedFiles.add(path);
    return { path, entry, type };
  }

  #find(name: string): StoredTensor {
    const found = this.#tensors.get(name);
    if (found !== undefined) return found;
    throw new GraphError('TENSOR_MISSING', `The checkpoint has no tensor "${name}".`);
  }
}
