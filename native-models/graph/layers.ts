/**
 * Layers shared by all models, by their module path in the checkpoint. A layer reads its parameters
 * under that path, checks their shapes, and adds its nodes.
 *
 * Notation: b batch, c channels, h and w height and width, n tokens (h * w for an image).
 */
import type { ComponentWeights, ParameterForm } from './component-weights.ts';
import { GraphError } from './graph-error.ts';
import { addChanges } from './lora/add-changes.ts';
import type { OnnxBuilder, OnnxType, Value } from './onnx-builder.ts';
import { add, cast, gelu, multiply, relu, reshape, sigmoidGated } from './onnx-operators.ts';

/** Element type that activations are computed in. */
export type Precision = 'float32' | 'float16';

/** What every layer needs. */
export interface LayerContext {
  readonly graph: OnnxBuilder;
  readonly weights: ComponentWeights;
  readonly precision: Precision;
}

/**
 * A parameter in the type it is computed with, including what LoRAs add to it. These are constants, so they are folded
 * when the session is created and cost nothing at run time.
 */
export function parameter(
  context: LayerContext,
  name: string,
  shape: readonly number[],
  form?: ParameterForm,
  type: OnnxType = context.precision,
): Value {
  const { graph, weights } = context;
  const stored = weights.initializer(graph, name, shape, form);
  const changes = weights.changesOf(name);
  const changed = changes.length === 0 ? stored : addChanges(graph, name, stored, shape, form, changes);
  return cast(graph, name, changed, type);
}

/** How a linear layer's parameters are stored. */
export interface LinearForm {
  readonly bias: boolean;
  /** Stored as a 1x1 convolution, [out, in, 1, 1]: the same product with the same bytes. */
  readonly asConvolution?: boolean;
  /** Stored as [in, out] under the path itself, as OpenCLIP stores its projection. */
  readonly isTransposed?: boolean;
  /** Compute only these outputs; the parameters' rows are contiguous, so a split costs nothing. */
  readonly rows?: readonly [first: number, end: number];
}

/**
 * x W^T + bias (`nn.Linear`); [..., in] -> [..., out].
 *
 * FusedMatMul with transB takes W as it is stored, [out, in].
 */
export function linear(
  context: LayerContext,
  path: string,
  x: Value,
  inFeatures: number,
  outFeatures: number,
  form: LinearForm,
): Value {
  const { graph } = context;
  const [first, end] = form.rows ?? [0, outFeatures];
  const shape = form.asConvolution ? [outFeatures, inFeatures, 1, 1] : [outFeatures, inFeatures];
  const rows = form.rows === undefined ? {} : { rows: form.rows };
  const weight = form.isTransposed
    ? parameter(context, path, [inFeatures, outFeatures])
    : parameter(context, `${path}.weight`, shape, { dims: [end - first, inFeatures], ...rows });
  const product = graph.node('FusedMatMul', [x, weight], x.type, {
    path,
    domain: 'com.microsoft',
    attributes: { transB: form.isTransposed ? 0 : 1 },
  });
  if (!form.bias) return product;
  const bias = parameter(context, `${path}.bias`, [outFeatures], { dims: [end - first], ...rows });
  return add(graph, path, product, bias);
}

/** Settings of a 2-D convolution besides its sizes. */
export interface ConvolutionForm {
  readonly kernel: number;
  readonly stride?: number;
  /** [top, left, bottom, right]; `(kernel - 1) / 2` on every side by default. */
  readonly pads?: readonly [number, number, number, number];
  readonly bias?: boolean;
}

/** `nn.Conv2d`; [b, in, h, w] -> [b, out, h', w']. */
export function convolution(
  context: LayerContext,
  path: string,
  x: Value,
  inChannels: number,
  outChannels: number,
  form: ConvolutionForm,
): Value {
  const { kernel, stride = 1 } = form;
  const same = (kernel - 1) / 2;
  const weight = parameter(context, `${path}.weight`, [outChannels, inChannels, kernel, kernel]);
  const bias = form.bias === false ? [] : [parameter(context, `${path}.bias`, [outChannels])];
  return context.graph.node('Conv', [x, weight, ...bias], x.type, {
    path,
    attributes: {
      kernel_shape: [kernel, kernel],
      strides: [stride, stride],
      pads: form.pads ?? [same, same, same, same],
    },
  });
}

/**
 * `nn.GroupNorm` on [b, c, h, w].
 *
 * Mean and variance of a group are those of one row of [b, groups, everything else], which is what
 * InstanceNormalization computes. Always in float32: sums over a group overflow in float16.
 */
export function groupNorm(
  context: LayerContext,
  path: string,
  x: Value,
  channels: number,
  groups: number,
  epsilon: number,
): Value {
  const { graph } = context;
  if (channels % groups !== 0) {
    throw new GraphError(
      'CONFIG_INVALID',
      `${path}: ${channels} channels do not divide into ${groups} groups.`,
    );
  }
  const grouped = reshape(graph, path, cast(graph, path, x, 'float32'), [0, groups, -1]);
  const ones = graph.floats(new Array<number>(groups).fill(1));
  const zeros = graph.floats(new Array<number>(groups).fill(0));
  const normalized = graph.node('InstanceNormalization', [grouped, ones, zeros], 'float32', {
    path,
    attributes: { epsilon: { float: epsilon } },
  });
  const shape = graph.node('Shape', [x], 'int64', { path });
  const restored = reshape(graph, path, normalized, shape);
  const dims = [channels, 1, 1];
  const weight = parameter(context, `${path}.weight`, [channels], { dims }, 'float32');
  const bias = parameter(context, `${path}.bias`, [channels], { dims }, 'float32');
  const scaled = add(graph, path, multiply(graph, path, restored, weight), bias);
  return cast(graph, path, scaled, x.type);
}

/** `nn.LayerNorm` over the last axis; the statistics are float32 in either precision (stash_type 1). */
export function layerNorm(
  context: LayerContext,
  path: string,
  x: Value,
  features: number,
  epsilon: number,
): Value {
  const weight = parameter(context, `${path}.weight`, [features]);
  const bias = parameter(context, `${path}.bias`, [features]);
  return context.graph.node('LayerNormalization', [x, weight, bias], x.type, {
    path,
    attributes: { axis: -1, epsilon: { float: epsilon }, stash_type: 1 },
  });
}

/** Activations by their names in configurations (diffusers `activations.py`, transformers `activations.py`). */
export const ACTIVATION_NAMES = ['silu', 'swish', 'gelu', 'quick_gelu', 'relu'] as const;
export type ActivationName = (typeof ACTIVATION_NAMES)[number];

/** Applies an element-wise activation. */
export function activation(context: LayerContext, path: string, x: Value, name: ActivationName): Value {
  switch (name) {
    case 'silu':
    case 'swish':
      return sigmoidGated(context.graph, path, x, 1);
    case 'quick_gelu':
      return sigmoidGated(context.graph, path, x, 1.702);
    case 'gelu':
      return gelu(context.graph, path, x);
    case 'relu':
      return relu(context.graph, path, x);
  }
}
