/**
 * The operators used by the models, each as one function from values to a value. The caller ensures shapes; element
 * types are checked. ONNX operator reference: onnx/docs/Operators.md; com.microsoft:
 * onnxruntime/docs/ContribOperators.md.
 */
import { GraphError } from './graph-error.ts';
import type { OnnxBuilder, OnnxType, Value } from './onnx-builder.ts';

function sameType(opType: string, values: readonly Value[]): OnnxType {
  const types = new Set(values.map((value) => value.type));
  if (types.size !== 1) {
    const found = values.map((value) => `${value.name}: ${value.type}`).join(', ');
    throw new GraphError('GRAPH_INVALID', `${opType} joins values of different types (${found}).`);
  }
  return values[0]!.type;
}

function elementwise(opType: string) {
  return (graph: OnnxBuilder, path: string, a: Value, b: Value): Value =>
    graph.node(opType, [a, b], sameType(opType, [a, b]), { path });
}

function unary(opType: string) {
  return (graph: OnnxBuilder, path: string, x: Value): Value => graph.node(opType, [x], x.type, { path });
}

export const add = elementwise('Add');
export const subtract = elementwise('Sub');
export const multiply = elementwise('Mul');
export const divide = elementwise('Div');
export const tanh = unary('Tanh');
export const relu = unary('Relu');
export const sin = unary('Sin');
export const cos = unary('Cos');

/** Changes the element type; adds no node if it is right already. */
export function cast(graph: OnnxBuilder, path: string, x: Value, type: OnnxType): Value {
  if (x.type === type) return x;
  const to = { float32: 1, float16: 10, bfloat16: 16, float64: 11, int64: 7, int32: 6, bool: 9 }[type];
  return graph.node('Cast', [x], type, { path, attributes: { to } });
}

/** x as `type`, a scalar constant. */
export function scalar(graph: OnnxBuilder, path: string, x: number, type: OnnxType): Value {
  return cast(graph, path, graph.floats([x], []), type);
}

/** 0 in `shape` keeps that dimension, -1 infers it. */
export function reshape(graph: OnnxBuilder, path: string, x: Value, shape: readonly number[] | Value): Value {
  const target = 'name' in shape ? shape : graph.ints(shape);
  return graph.node('Reshape', [x, target], x.type, { path });
}

export function transpose(graph: OnnxBuilder, path: string, x: Value, permutation: readonly number[]): Value {
  return graph.node('Transpose', [x], x.type, { path, attributes: { perm: permutation } });
}

/** int64 dims of x from axis `start` up to, not including, `end`. */
export function shapeOf(graph: OnnxBuilder, path: string, x: Value, start: number, end: number): Value {
  return graph.node('Shape', [x], 'int64', { path, attributes: { start, end } });
}

export function concat(graph: OnnxBuilder, path: string, values: readonly Value[], axis: number): Value {
  return graph.node('Concat', values, sameType('Concat', values), { path, attributes: { axis } });
}

export function gather(graph: OnnxBuilder, path: string, x: Value, indices: Value, axis: number): Value {
  return graph.node('Gather', [x, indices], x.type, { path, attributes: { axis } });
}

/** The first `count` (int64 [1]) slices of x along its first axis. */
export function firstRows(graph: OnnxBuilder, path: string, x: Value, count: Value): Value {
  return graph.node('Slice', [x, graph.ints([0]), count, graph.ints([0])], x.type, { path });
}

/** x between two bounds, both inclusive. */
export function clip(graph: OnnxBuilder, path: string, x: Value, low: number, high: number): Value {
  const bounds = [low, high].map((bound) => scalar(graph, path, bound, x.type));
  return graph.node('Clip', [x, ...bounds], x.type, { path });
}

/** x * sigmoid(alpha x): SiLU for alpha = 1, CLIP's quick GELU for 1.702. One pass over memory. */
export function sigmoidGated(graph: OnnxBuilder, path: string, x: Value, alpha: number): Value {
  const attributes = { alpha: { float: alpha } };
  return graph.node('QuickGelu', [x], x.type, { path, domain: 'com.microsoft', attributes });
}

/** Exact GELU, x * Phi(x) (the erf form: torch's `approximate='none'`). */
export function gelu(graph: OnnxBuilder, path: string, x: Value): Value {
  return graph.node('Gelu', [x], x.type, { path, domain: 'com.microsoft' });
}
