/** Adds low-rank changes to a graph: W' = W + sum of scale * up * down, from constants. */
import type { ParameterForm } from '../component-weights.ts';
import { onnxTypes } from '../component-weights.ts';
import { readExactly, withOpenFile } from '../file-range.ts';
import { GraphError } from '../graph-error.ts';
import type { OnnxBuilder, Value } from '../onnx-builder.ts';
import { add, cast, multiply, reshape, scalar } from '../onnx-operators.ts';
import type { SafetensorsEntry } from '../safetensors.ts';
import type { LowRankChange } from './weight-changes.ts';

/**
 * Adds changes to a weight, in float32. The factors are embedded in the graph: a LoRA is in another folder than its
 * model, and ONNX Runtime reads external data from one folder only.
 *
 * @param stored the weight, or those of its rows that `form` names
 * @param shape of the whole weight, outputs first
 * @returns a value with the dims of `stored`
 */
export function addChanges(
  graph: OnnxBuilder,
  name: string,
  stored: Value,
  shape: readonly number[],
  form: ParameterForm | undefined,
  changes: readonly LowRankChange[],
): Value {
  const [first, end] = form?.rows ?? [0, shape[0]!];
  const dims = form?.dims ?? shape;
  const path = form?.rows === undefined ? `${name}/lora` : `${name}[${first}:${end}]/lora`;
  let sum = cast(graph, path, stored, 'float32');
  for (const [index, change] of changes.entries()) {
    const rank = change.down.shape[0]!;
    const columns = change.down.shape.slice(1).reduce((product, size) => product * size, 1);
    const down = factor(graph, `${path}${index}.down`, change, change.down, [rank, columns], [0, rank]);
    const up = factor(graph, `${path}${index}.up`, change, change.up, [end - first, rank], [first, end]);
    const product = graph.node('MatMul', [up, down], 'float32', { path });
    const scaled = multiply(graph, path, product, scalar(graph, path, change.scale, 'float32'));
    sum = add(graph, path, sum, reshape(graph, path, scaled, dims));
  }
  return sum;
}

/** Rows of a factor, as float32. */
function factor(
  graph: OnnxBuilder,
  name: string,
  { path }: LowRankChange,
  entry: SafetensorsEntry,
  dims: readonly number[],
  [first, end]: readonly [number, number],
): Value {
  const type = onnxTypes[entry.dtype];
  if (type === undefined) {
    throw new GraphError('TENSOR_DTYPE', `Tensor "${entry.name}" of the LoRA is stored as ${entry.dtype}.`);
  }
  const rowBytes = entry.byteLength / entry.shape[0]!;
  const bytes = withOpenFile(path, (descriptor) =>
    readExactly(descriptor, entry.fileOffset + first * rowBytes, (end - first) * rowBytes, path),
  );
  return cast(graph, name, graph.embedded(name, type, dims, bytes), 'float32');
}
