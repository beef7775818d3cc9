/**
 * Two convolutions that follow each other are one: o(m(x)) with 3x3 kernels M (inner) and O (outer) is
 *
 *   y[p] = sum_u O[u] (a + sum_v M[v] x[p + u + v])        u, v in -1..1 on either axis
 *
 * with the kernel K[d] = sum over u + v = d of O[u] M[v]. Only at the edges they differ: O sees zeros outside of the
 * inner convolution's result, K what M would make of the outermost pixels there. That excess is subtracted again, by
 * convolutions over the outermost row and column alone; where both overlap, in the corners, it is added back once.
 *
 * Kernels are composed in double precision when a graph is built.
 */
import type { LayerContext } from './layers.ts';
import type { Value } from './onnx-builder.ts';
import { add, cast, concat, multiply, shapeOf } from './onnx-operators.ts';

/** A convolution's weight, [out, in, height, width], and its bias, [out]. */
export interface Kernel {
  readonly dims: readonly [out: number, inner: number, height: number, width: number];
  readonly weight: Float32Array | Float64Array;
  readonly bias?: Float32Array | Float64Array;
}

/** Which of the inner convolution's results count, along one axis: all, or those just before or after the edge. */
type Part = 'all' | 'before' | 'after';

/** One term of a composed kernel along one axis. */
interface Term {
  /** Index in the outer and the inner kernel, 0..2. */
  readonly outer: number;
  readonly inner: number;
  /** Index in the composed kernel. */
  readonly at: number;
  /** Which of the pixels that one input pixel becomes. */
  readonly phase: number;
}

/** How two convolutions are composed along either axis. */
interface Composition {
  /** Output pixels per input pixel along an axis, which become channels; 1 or 2. */
  readonly phases: 1 | 2;
  readonly stride: 1 | 2;
  /** Half of the composed kernel: it has 2 reach + 1 taps. */
  readonly reach: number;
  /** Where pixel p + u + v of the inner convolution's input comes from, for output pixel p = phase. */
  readonly source: (offset: number) => number;
}

/** Nearest x2, then both: pixel 2 i + phase reads x[i + floor((phase + u + v) / 2)]. */
const ENLARGED: Composition = { phases: 2, stride: 1, reach: 1, source: (offset) => Math.floor(offset / 2) };

/** The outer convolution has stride 2: pixel i reads x[2 i + u + v]. */
const REDUCED: Composition = { phases: 1, stride: 2, reach: 2, source: (offset) => offset };

function termsOf({ phases, reach, source }: Composition, part: Part): Term[] {
  // Just outside, the inner convolution reaches only the outermost pixel.
  if (part === 'before') return [{ outer: 0, inner: 2, at: 0, phase: 0 }];
  if (part === 'after') return [{ outer: 2, inner: 0, at: 0, phase: phases - 1 }];
  const terms: Term[] = [];
  for (let phase = 0; phase < phases; phase++) {
    for (const outer of [0, 1, 2]) {
      for (const inner of [0, 1, 2]) {
        terms.push({ outer, inner, at: source(phase + outer + inner - 2) + reach, phase });
      }
    }
  }
  return terms;
}

/**
 * The kernel of both convolutions in one.
 *
 * @param outer [out, middle, 3, 3]
 * @param inner [middle, in, 3, 3]
 * @param sign of the result
 * @returns [phases^2 out, in, h, w], channels in the order of DepthToSpace's CRD mode; the bias of both
 */
function composed(
  outer: Kernel,
  inner: Kernel,
  composition: Composition,
  parts: readonly [rows: Part, columns: Part],
  sign: 1 | -1 = 1,
): Kernel {
  const [out] = outer.dims;
  const [, channels] = inner.dims;
  const { phases, reach } = composition;
  const [rows, columns] = parts.map((part) => termsOf(composition, part)) as [Term[], Term[]];
  const [height, width] = parts.map((part) => (part === 'all' ? 2 * reach + 1 : 1)) as [number, number];
  const weight = new Float64Array(out * phases ** 2 * channels * height * width);
  const bias = new Float64Array(out * phases ** 2);
  const products: Float64Array[] = [];
  for (const row of rows) {
    for (const column of columns) {
      const [u, v] = [row.outer * 3 + column.outer, row.inner * 3 + column.inner];
      products[u * 9 + v] ??= productOf(outer, inner, u, v);
      const product = products[u * 9 + v]!;
      // A tap of the outer kernel meets the inner bias once, however many inner taps follow it.
      const shift =
        row.inner === rows[0]!.inner && column.inner === columns[0]!.inner ? biasOf(outer, inner, u) : null;
      for (let o = 0; o < out; o++) {
        const channel = (o * phases + row.phase) * phases + column.phase;
        if (shift !== null) bias[channel] = bias[channel]! + sign * shift[o]!;
        for (let c = 0; c < channels; c++) {
          const at = ((channel * channels + c) * height + row.at) * width + column.at;
          weight[at] = weight[at]! + sign * product[o * channels + c]!;
        }
      }
    }
  }
  const isWhole = parts.every((part) => part === 'all');
  if (isWhole && outer.bias !== undefined) {
    for (let at = 0; at < bias.length; at++) bias[at] = bias[at]! + outer.bias[Math.floor(at / phases ** 2)]!;
  }
  return { dims: [out * phases ** 2, channels, height, width], weight, bias };
}

/** O[u] M[v], [out, in]; u and v are indices of 3x3 kernels. */
function productOf(outer: Kernel, inner: Kernel, u: number, v: number): Float64Array {
  const [out, middle] = outer.dims;
  const [, channels] = inner.dims;
  const { weight } = inner;
  const product = new Float64Array(out * channels);
  for (let o = 0; o < out; o++) {
    for (let m = 0; m < middle; m++) {
      const factor = outer.weight[(o * middle + m) * 9 + u]!;
      for (let to = o * channels, from = m * channels * 9 + v; to < (o + 1) * channels; to++, from += 9) {
        product[to]! += factor * weight[from]!;
      }
    }
  }
  return product;
}

/** O[u] a, [out]. */
function biasOf(outer: Kernel, { bias }: Kernel, u: number): Float64Array {
  const [out, middle] = outer.dims;
  return Float64Array.from({ length: out }, (_, o) => {
    let sum = 0;
    for (let m = 0; bias !== undefined && m < middle; m++)
      sum += outer.weight[(o * middle + m) * 9 + u]! * bias[m]!;
    return sum;
  });
}

/**
 * Nearest x2, a 3x3 convolution, and another: both with a margin of one.
 *
 * @param x float32 [b, in, h, w]
 * @param outer with a bias
 * @returns [b, out, 2 h, 2 w]
 */
export function enlargeAndConvolveTwice(
  context: LayerContext,
  path: string,
  x: Value,
  outer: Kernel,
  inner: Kernel,
): Value {
  const hidden = convolveTwice(context, path, x, outer, inner, ENLARGED);
  const attributes = { blocksize: 2, mode: 'CRD' };
  return context.graph.node('DepthToSpace', [hidden], x.type, { path, attributes });
}

/**
 * A 3x3 convolution, and another with stride 2: both with a margin of one.
 *
 * @param x float32 [b, in, h, w]
 * @returns [b, out, ceil(h / 2), ceil(w / 2)]
 */
export function convolveAndReduce(
  context: LayerContext,
  path: string,
  x: Value,
  outer: Kernel,
  inner: Kernel,
): Value {
  return convolveTwice(context, path, x, outer, inner, REDUCED);
}

function convolveTwice(
  context: LayerContext,
  path: string,
  x: Value,
  outer: Kernel,
  inner: Kernel,
  composition: Composition,
): Value {
  const { graph } = context;
  const convolve = (input: Value, parts: readonly [rows: Part, columns: Part], sign: 1 | -1) => {
    const kernel = composed(outer, inner, composition, parts, sign);
    return convolution(context, `${path}.${parts.join('-')}`, input, kernel, composition);
  };
  /** With a stride, the outer convolution looks beyond the far edge only if the size is odd. */
  const asSeen = (change: Value, axis: 2 | 3, edge: Edge) => {
    if (edge === 'before' || composition.stride === 1) return change;
    const size = shapeOf(graph, path, x, axis, axis + 1);
    const isOdd = graph.node('Mod', [size, graph.ints([2])], 'int64', { path });
    return multiply(graph, path, change, cast(graph, path, isOdd, change.type));
  };
  let y = convolve(x, ['all', 'all'], 1);
  for (const edge of EDGES) {
    const row = slice(context, path, x, 2, edge);
    let change = convolve(row, [edge, 'all'], -1);
    for (const side of EDGES) {
      const corner = convolve(slice(context, path, row, 3, side), [edge, side], 1);
      change = addAtEdge(context, path, change, 3, side, asSeen(corner, 3, side));
    }
    y = addAtEdge(context, path, y, 2, edge, asSeen(change, 2, edge));
  }
  for (const side of EDGES) {
    const change = convolve(slice(context, path, x, 3, side), ['all', side], -1);
    y = addAtEdge(context, path, y, 3, side, asSeen(change, 3, side));
  }
  return y;
}

type Edge = Exclude<Part, 'all'>;
const EDGES = ['before', 'after'] as const;

/** A convolution with constants of the graph; along an axis with more than one tap it keeps the size, or halves it. */
function convolution(
  { graph }: LayerContext,
  path: string,
  x: Value,
  { dims, weight, bias }: Kernel,
  { stride }: Composition,
): Value {
  const embedded = (name: string, values: Kernel['weight'], shape: readonly number[]) =>
    graph.embedded(`${path}.${name}`, 'float32', shape, new Uint8Array(new Float32Array(values).buffer));
  const [out, , ...taps] = dims;
  const margins = taps.map((count) => (count - 1) / 2);
  return graph.node('Conv', [x, embedded('weight', weight, dims), embedded('bias', bias!, [out])], x.type, {
    path,
    attributes: {
      kernel_shape: taps,
      strides: taps.map((count) => (count === 1 ? 1 : stride)),
      pads: [...margins, ...margins],
    },
  });
}

/** The outermost row (axis 2) or column (axis 3). */
function slice({ graph }: LayerContext, path: string, x: Value, axis: 2 | 3, edge: Edge): Value {
  const [from, to] = edge === 'before' ? [0, 1] : [-1, Number.MAX_SAFE_INTEGER];
  return graph.node('Slice', [x, graph.ints([from]), graph.ints([to]), graph.ints([axis])], x.type, { path });
}

/** Adds `change` to the outermost row or column; the rest, which may be empty, stays. */
function addAtEdge(
  context: LayerContext,
  path: string,
  x: Value,
  axis: 2 | 3,
  edge: Edge,
  change: Value,
): Value {
  const { graph } = context;
  const [from, to] = edge === 'before' ? [1, Number.MAX_SAFE_INTEGER] : [0, -1];
  const limits = [graph.ints([from]), graph.ints([to]), graph.ints([axis])];
  const rest = graph.node('Slice', [x, ...limits], x.type, { path });
  const changed = add(graph, path, slice(context, path, x, axis, edge), change);
  return concat(graph, path, edge === 'before' ? [changed, rest] : [rest, changed], axis);
}
