import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { operateOnMask } from '../../../renderer/editor/mask-operations.ts';
import { coverageOf, type MaskPlane, maskPlane } from '../../../renderer/editor/mask-plane.ts';
import { turnPlane } from '../../../renderer/editor/turn-plane.ts';

/** A plane from lines: digits are tens. */
function drawn(...lines: string[]): MaskPlane {
  const data = Uint8ClampedArray.from(lines.join(''), (sign) => 10 * (Number(sign) || 0));
  return maskPlane(lines[0]!.length, lines.length, data);
}

const shape = drawn('.......', '.123...', '.456...', '.......', '.......', '.......');

describe('turning a mask', () => {
  it('turns right and left about its middle', () => {
    expect(turnPlane(shape, 'rotateRight')).toEqual(
      drawn('.41....', '.52....', '.63....', '.......', '.......', '.......'),
    );
    expect(turnPlane(shape, 'rotateLeft')).toEqual(
      drawn('.36....', '.25....', '.14....', '.......', '.......', '.......'),
    );
  });

  it('mirrors it in its own box', () => {
    expect(turnPlane(shape, 'flipX')).toEqual(
      drawn('.......', '.321...', '.654...', '.......', '.......', '.......'),
    );
    expect(operateOnMask(shape, { kind: 'flipY' })).toEqual(
      drawn('.......', '.456...', '.123...', '.......', '.......', '.......'),
    );
  });

  it('moves it back into the picture where it fits, and cuts it off where it does not', () => {
    expect(turnPlane(drawn('1234', '....', '....', '....'), 'rotateRight')).toEqual(
      drawn('.1..', '.2..', '.3..', '.4..'),
    );
    expect(turnPlane(drawn('1234', '....'), 'rotateRight')).toEqual(drawn('.3..', '.4..'));
  });

  it('gives back the mask after opposite turns, four turns, and two mirrors', () => {
    const box = fc.record({
      left: fc.integer({ min: 6, max: 9 }),
      top: fc.integer({ min: 6, max: 9 }),
      width: fc.integer({ min: 1, max: 6 }),
      height: fc.integer({ min: 1, max: 6 }),
    });
    fc.assert(
      fc.property(box, ({ left, top, width, height }) => {
        const plane = maskPlane(24, 24);
        for (let y = 0; y < height; y++)
          for (let x = 0; x < width; x++) plane.data[(top + y) * 24 + left + x] = 1 + y * width + x;
        const four = [1, 2, 3, 4].reduce((turned) => turnPlane(turned, 'rotateRight'), plane);
        expect(four).toEqual(plane);
        expect(turnPlane(turnPlane(plane, 'rotateLeft'), 'rotateRight')).toEqual(plane);
        expect(turnPlane(turnPlane(plane, 'flipX'), 'flipX')).toEqual(plane);
        expect(turnPlane(turnPlane(plane, 'flipY'), 'flipY')).toEqual(plane);
      }),
    );
  });

  it('leaves an empty mask empty', () => {
    expect(coverageOf(turnPlane(maskPlane(3, 2), 'rotateLeft'))).toBe(0);
  });
});
