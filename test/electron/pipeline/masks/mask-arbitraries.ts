/** Random masks for the property tests, and the most direct way to write each operation. */
import * as fc from 'fast-check';
import { type Tensor, tensor } from '../../../../electron/pipeline/tensor/tensor.ts';

/** Small masks of 0 and 1, including empty, full and one-element ones. */
export const binaryMask: fc.Arbitrary<Tensor> = fc
  .tuple(fc.integer({ min: 1, max: 9 }), fc.integer({ min: 1, max: 9 }))
  .chain(([height, width]) => maskOfDims(height, width, fc.constantFrom(0, 0, 1)));

/** Small masks with the values of an 8-bit picture. */
export const softMask: fc.Arbitrary<Tensor> = fc
  .tuple(fc.integer({ min: 1, max: 9 }), fc.integer({ min: 1, max: 9 }))
  .chain(([height, width]) => maskOfDims(height, width, byte));

const byte = fc.integer({ min: 0, max: 255 }).map((value) => value / 255);

/** Two masks of the same dims. */
export const softMaskPair: fc.Arbitrary<[Tensor, Tensor]> = fc
  .tuple(fc.integer({ min: 1, max: 7 }), fc.integer({ min: 1, max: 7 }))
  .chain(([height, width]) => fc.tuple(maskOfDims(height, width, byte), maskOfDims(height, width, byte)));

function maskOfDims(height: number, width: number, value: fc.Arbitrary<number>): fc.Arbitrary<Tensor> {
  return fc
    .array(value, { minLength: height * width, maxLength: height * width })
    .map((values) => tensor(Float32Array.from(values), [height, width]));
}

/** A radius as a user may type it: often an integer, sometimes not. */
export const radius: fc.Arbitrary<number> = fc.oneof(
  fc.integer({ min: 0, max: 6 }),
  fc.integer({ min: 0, max: 60 }).map((tenths) => tenths / 10),
);

/** A mask from rows of text: '#' is 1, '.' is 0, a digit n is n / 10. */
export function drawn(...rows: string[]): Tensor {
  const values = rows.flatMap((row) => [...row].map((mark) => (mark === '#' ? 1 : Number(mark) / 10 || 0)));
  return tensor(Float32Array.from(values), [rows.length, rows[0]!.length]);
}

/** The mask that is 1 where a predicate of (x, y) holds. */
export function maskOf(height: number, width: number, holds: (x: number, y: number) => boolean): Tensor {
  return tensor(
    Float32Array.from({ length: height * width }, (_, at) =>
      holds(at % width, Math.floor(at / width)) ? 1 : 0,
    ),
    [height, width],
  );
}

/** Whether every element of `a` is at most that of `b`. */
export function isWithin(a: Tensor, b: Tensor): boolean {
  return a.data.every((value, at) => value <= b.data[at]!);
}
