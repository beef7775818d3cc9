/** Tensors: nothing broadcasts, and an error names both dims. */
import { expect, test } from 'vitest';
import {
  assertDims,
  assertSameDims,
  firstNonFinite,
  maxAbsDifference,
  stackRows,
  TensorDimsError,
  tensor,
  unstackRows,
  zeros,
} from '../../../../electron/pipeline/tensor/tensor.ts';

test.each([[[2, 2]], [[3.5]], [[-3]], [[3, Number.NaN]], [[]]])(
  '3 values are not a tensor of dims [%s]',
  (dims) => {
    expect(() => tensor(new Float32Array(3), dims)).toThrow(TensorDimsError);
    expect(() => tensor(new Float32Array(3), dims)).toThrow(/3 values/);
  },
);

test.each([
  [
    [2, 3],
    [3, 2],
  ],
  [[6], [1, 6]],
  [
    [1, 6],
    [6, 1],
  ],
])('mismatched dims [%s] and [%s] are an error that names both', (a, b) => {
  const both = (pattern: string) => new RegExp(pattern.replaceAll('[', '\\[').replaceAll(']', '\\]'));
  const named = both(`[${a}].*[${b}]`);
  expect(() => assertSameDims(zeros(a), zeros(b), 'Here')).toThrow(named);
  expect(() => assertDims(zeros(a), b, 'Here')).toThrow(named);
  expect(() => maxAbsDifference(zeros(a), zeros(b))).toThrow(named);
  expect(() => stackRows([zeros(b), zeros(a)])).toThrow(named);
  expect(() => assertSameDims(zeros(a), zeros(b), 'Here')).toThrow(/^Here/);
});

test('rows are stacked in order and split back unchanged', () => {
  const rows = [1, 2, 3].map((value) => tensor(new Float32Array(4).fill(value), [2, 2]));
  const batch = stackRows(rows);
  expect(batch.dims).toEqual([3, 2, 2]);
  expect(unstackRows(batch).map(({ data, dims }) => ({ data: [...data], dims }))).toEqual(
    rows.map(({ data, dims }) => ({ data: [...data], dims })),
  );
  expect(() => stackRows([])).toThrow(TensorDimsError);
  expect(() => unstackRows(zeros([]))).toThrow(TensorDimsError);
});

test('the first non-finite value is found', () => {
  const of = (...values: number[]) => firstNonFinite(tensor(Float32Array.from(values), [values.length]));
  expect(of(1, 2, 3)).toBe(-1);
  expect(of(1, Number.NaN, Number.NaN)).toBe(1);
  expect(of(Number.NEGATIVE_INFINITY, 1)).toBe(0);
  // A double that float32 cannot hold becomes infinite.
  expect(of(1, 1e39)).toBe(1);
});

test('the largest difference is the largest of either sign', () => {
  const a = tensor(Float32Array.of(1, 2, 3), [3]);
  expect(maxAbsDifference(a, tensor(Float32Array.of(1, 4.5, 2), [3]))).toBe(2.5);
  expect(maxAbsDifference(a, a)).toBe(0);
});
