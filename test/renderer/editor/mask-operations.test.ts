import { describe, expect, it } from 'vitest';
import { operateOnMask, scaledOperation } from '../../../renderer/editor/mask-operations.ts';
import { coverageOf, maskPlane } from '../../../renderer/editor/mask-plane.ts';
import { fillPolygon, rectangleOutline } from '../../../renderer/editor/polygon-fill.ts';

const square = maskPlane(40, 30);
fillPolygon(square, rectangleOutline({ x: 10, y: 10 }, { x: 20, y: 20 }));
const area = (mask: typeof square) => Math.round(coverageOf(mask) * 40 * 30);

describe('operations on a whole mask', () => {
  it('grow and shrink by the radius', () => {
    expect(area(operateOnMask(square, { kind: 'shrink', radiusPx: 2 }))).toBe(36);
    const grown = operateOnMask(square, { kind: 'grow', radiusPx: 2 });
    expect(grown.data[15 * 40 + 8]).toBe(255);
    expect(grown.data[15 * 40 + 7]).toBe(0);
  });

  it('invert, clear, fill holes and remove specks', () => {
    expect(area(operateOnMask(square, { kind: 'invert' }))).toBe(1100);
    expect(area(operateOnMask(square, { kind: 'clear' }))).toBe(0);
    const holed = maskPlane(40, 30, square.data.slice());
    holed.data[15 * 40 + 15] = 0;
    holed.data[2 * 40 + 2] = 255;
    expect(area(operateOnMask(holed, { kind: 'fillHoles' }))).toBe(101);
    expect(area(operateOnMask(holed, { kind: 'removeSpecks', minAreaPx: 4 }))).toBe(99);
  });

  it('scale with their lengths and areas', () => {
    expect(scaledOperation({ kind: 'grow', radiusPx: 8 }, 0.5)).toEqual({ kind: 'grow', radiusPx: 4 });
    expect(scaledOperation({ kind: 'feather', widthPx: 8 }, 0.5)).toEqual({ kind: 'feather', widthPx: 4 });
    expect(scaledOperation({ kind: 'removeSpecks', minAreaPx: 8 }, 0.5)).toEqual({
      kind: 'removeSpecks',
      minAreaPx: 2,
    });
    expect(scaledOperation({ kind: 'invert' }, 0.5)).toEqual({ kind: 'invert' });
  });

  it('feather into intermediate values', () => {
    const { data } = operateOnMask(square, { kind: 'feather', widthPx: 4 });
    expect(data[15 * 40 + 10]).toBeGreaterThan(100);
    expect(data[15 * 40 + 10]).toBeLessThan(200);
    expect(data[15 * 40 + 15]).toBeGreaterThan(240);
  });

  it('leave the given mask unchanged, and keep every value if there is nothing to do', () => {
    const before = square.data.slice();
    operateOnMask(square, { kind: 'invert' });
    expect(square.data).toEqual(before);
    const every = maskPlane(
      16,
      16,
      Uint8ClampedArray.from({ length: 256 }, (_, value) => value),
    );
    expect(operateOnMask(every, { kind: 'feather', widthPx: 0 })).toEqual(every);
  });

  it('refuse a negative radius', () => {
    expect(() => operateOnMask(square, { kind: 'grow', radiusPx: -1 })).toThrow(
      expect.objectContaining({ code: 'PARAMETER_INVALID' }),
    );
  });
});
