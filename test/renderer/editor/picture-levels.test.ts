/** Levels and tiles of large pictures. */
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  BASE_SIDE_PX,
  baseLevel,
  levelFor,
  levelSize,
  TILE_PX,
  tileRect,
  tilesIn,
} from '../../../renderer/editor/picture-levels.ts';

const sizes = fc.record({
  width: fc.integer({ min: 1, max: 16_384 }),
  height: fc.integer({ min: 1, max: 16_384 }),
});

describe('levels', () => {
  it('end with the first one that fits the base size', () => {
    fc.assert(
      fc.property(sizes, (size) => {
        const base = baseLevel(size);
        const side = (level: number) => Math.max(size.width, size.height) / 2 ** level;
        expect(side(base)).toBeLessThanOrEqual(BASE_SIDE_PX);
        if (base > 0) expect(side(base - 1)).toBeGreaterThan(BASE_SIDE_PX);
      }),
    );
  });

  it('have a pixel for every screen pixel, but not twice as many per side', () => {
    const size = { width: 6000, height: 4000 };
    expect([4, 1, 0.6, 0.5, 0.4, 0.25, 0.1, 0.01].map((scale) => levelFor(size, scale))).toEqual([
      0, 0, 0, 1, 1, 2, 2, 2,
    ]);
  });
});

describe('tiles', () => {
  it('cover a level completely, each pixel once', () => {
    fc.assert(
      fc.property(sizes, fc.integer({ min: 0, max: 3 }), (size, level) => {
        const whole = { left: 0, top: 0, right: size.width, bottom: size.height };
        const area = tilesIn(size, level, whole)
          .map((tile) => tileRect(size, tile))
          .reduce((sum, { left, top, right, bottom }) => sum + (right - left) * (bottom - top), 0);
        const { width, height } = levelSize(size, level);
        expect(area).toBe(width * height);
      }),
    );
  });

  it('are the visible ones, starting from the middle', () => {
    const size = { width: 8 * TILE_PX, height: 8 * TILE_PX };
    const part = { left: 1.5 * TILE_PX, top: -90, right: 4.4 * TILE_PX, bottom: TILE_PX };
    const tiles = tilesIn(size, 0, part);
    expect(tiles.map(({ column }) => column)).toEqual([2, 3, 1, 4]);
    expect(tiles.every(({ row }) => row === 0)).toBe(true);
    expect(tilesIn(size, 2, { ...part, bottom: 5 * TILE_PX })).toHaveLength(4);
    expect(tilesIn(size, 0, { left: -50, top: -50, right: -1, bottom: -1 })).toEqual([]);
  });
});
