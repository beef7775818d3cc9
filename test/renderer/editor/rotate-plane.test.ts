import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { operateOnMask, scaledOperation } from '../../../renderer/editor/mask-operations.ts';
import { coverageOf, maskPlane } from '../../../renderer/editor/mask-plane.ts';
import { rotatePlane } from '../../../renderer/editor/rotate-plane.ts';
import { turnPlane } from '../../../renderer/editor/turn-plane.ts';

const SIDE = 64;

/** A rectangle in the middle of a plane. */
function rectangle(width: number, height: number) {
  const plane = maskPlane(SIDE, SIDE);
  for (let y = (SIDE - height) / 2; y < (SIDE + height) / 2; y++) {
    for (let x = (SIDE - width) / 2; x < (SIDE + width) / 2; x++) plane.data[y * SIDE + x] = 255;
  }
  return plane;
}

describe('rotating a mask by an angle', () => {
  it('agrees with the exact quarter turns', () => {
    const plane = rectangle(20, 8);
    plane.data[(SIDE / 2) * SIDE + SIDE / 2] = 100;
    expect(rotatePlane(plane, 90)).toEqual(turnPlane(plane, 'rotateRight'));
    expect(rotatePlane(plane, -90)).toEqual(turnPlane(plane, 'rotateLeft'));
    expect(rotatePlane(plane, 0)).toEqual(plane);
  });

  it('turns clockwise: what is on the right goes down', () => {
    const plane = maskPlane(SIDE, SIDE);
    // A bar with a block at its right end, which makes its box unsymmetrical only in its values.
    for (let x = 12; x < 52; x++) for (let y = 30; y < 34; y++) plane.data[y * SIDE + x] = x < 42 ? 60 : 255;
    const { data } = rotatePlane(plane, 45);
    const at = (x: number, y: number) => data[y * SIDE + x]!;
    expect(at(32 + 11, 32 + 11)).toBeGreaterThan(200);
    expect(at(32 - 11, 32 - 11)).toBeGreaterThan(40);
    expect(at(32 - 11, 32 - 11)).toBeLessThan(80);
    expect(at(32 + 11, 32 - 11)).toBe(0);
  });

  it('keeps the area of what stays in the picture', () => {
    fc.assert(
      fc.property(fc.integer({ min: -180, max: 180 }), (degrees) => {
        const plane = rectangle(30, 16);
        expect(coverageOf(rotatePlane(plane, degrees))).toBeCloseTo(coverageOf(plane), 2);
      }),
    );
  });

  it('is one of the operations, of the same angle at every scale', () => {
    const rotate = { kind: 'rotate', degrees: 30 } as const;
    expect(scaledOperation(rotate, 4)).toEqual(rotate);
    expect(operateOnMask(rectangle(20, 8), rotate)).toEqual(rotatePlane(rectangle(20, 8), 30));
    expect(rotatePlane(maskPlane(8, 8), 30)).toEqual(maskPlane(8, 8));
  });
});
