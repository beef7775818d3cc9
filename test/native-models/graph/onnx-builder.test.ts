/** The builder writes graphs that ONNX Runtime loads, and refuses those it would not load. */
import * as ort from 'onnxruntime-node';
import { describe, expect, test } from 'vitest';
import { OnnxBuilder } from '../../../native-models/graph/onnx-builder.ts';
import { add, cast, multiply, reshape, scalar } from '../../../native-models/graph/onnx-operators.ts';

describe('a valid graph', () => {
  test('runs', async () => {
    const graph = new OnnxBuilder();
    const x = graph.input('x', 'float32', ['rows', 2]);
    const doubled = multiply(graph, 'double', x, scalar(graph, 'double', 2, 'float32'));
    const shifted = add(graph, 'shift', doubled, graph.floats([10, 20]));
    graph.output('y', reshape(graph, 'flatten', shifted, [-1]), ['elements']);
    const session = await ort.InferenceSession.create(graph.serialize('affine'));
    const { y } = await session.run({ x: new ort.Tensor('float32', [1, 2, 3, 4], [2, 2]) });
    expect([...(y!.data as Float32Array)]).toEqual([12, 24, 16, 28]);
    await session.release();
  });

  test('stores equal constants once, numbers nodes with the same path, and adds no Cast without effect', () => {
    const graph = new OnnxBuilder();
    const x = graph.input('x', 'float32', [1]);
    expect(graph.floats([1, 2])).toBe(graph.floats([1, 2]));
    expect(graph.floats([1, 2])).not.toBe(graph.floats([1, 2], [2, 1]));
    expect(add(graph, 'a', x, x).name).not.toBe(add(graph, 'a', x, x).name);
    expect(cast(graph, 'a', x, 'float32')).toBe(x);
  });
});

describe('refused', () => {
  test.each<[string, (graph: OnnxBuilder) => unknown, RegExp]>([
    [
      'a name that is taken',
      (graph) => [graph.input('x', 'float32', []), graph.input('x', 'int64', [])],
      /"x" is taken/,
    ],
    [
      'an output under the name of an input',
      (graph) => graph.output('x', graph.input('x', 'float32', []), []),
      /"x" is taken/,
    ],
    [
      'a value of another graph',
      (graph) => graph.node('Relu', [new OnnxBuilder().input('x', 'float32', [])], 'float32'),
      /"x", which is not a value/,
    ],
    ['types that differ', (graph) => add(graph, 'sum', graph.floats([1]), graph.ints([1])), /float32.*int64/],
    ['a constant of the wrong size', (graph) => graph.floats([1, 2, 3], [2, 2]), /4 elements, not 3/],
    [
      'a float attribute that is not marked',
      (graph) => graph.node('Elu', [], 'float32', { attributes: { alpha: 0.5 } }),
      /"alpha"/,
    ],
    [
      'external data elsewhere',
      (graph) => graph.external('w', 'float32', [1], { location: '../w', offset: 0, byteLength: 4 }),
      /next to the graph/,
    ],
    ['a graph without outputs', (graph) => graph.serialize('empty'), /no output/],
  ])('%s', (_, action, message) => {
    expect(() => action(new OnnxBuilder())).toThrow(message);
  });
});
