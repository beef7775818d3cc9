/** What is under a dropped picture, and whether a moved mask has left its object. */
import { describe, expect, it } from 'vitest';
import { maskPlane, overlapOf } from '../../../renderer/editor/mask-plane.ts';
import { isInside, isObjectUnder } from '../../../renderer/editor/object-under.ts';
import { fillPolygon, rectangleOutline } from '../../../renderer/editor/polygon-fill.ts';

function masked(left: number, top: number, right: number, bottom: number) {
  const plane = maskPlane(100, 80);
  fillPolygon(plane, rectangleOutline({ x: left, y: top }, { x: right, y: bottom }));
  return plane;
}

describe('the object under a point', () => {
  it('is the segment around it', () => {
    expect(isObjectUnder(masked(20, 20, 40, 50), 30, 30)).toBe(true);
    expect(isObjectUnder(masked(0, 20, 20, 50), 10, 30)).toBe(true);
    expect(isObjectUnder(masked(20, 20, 40, 50), 60, 30)).toBe(false);
  });

  it('is neither ground nor sky, nor a speck', () => {
    expect(isObjectUnder(masked(0, 60, 100, 80), 30, 70)).toBe(false);
    expect(isObjectUnder(masked(10, 5, 90, 75), 30, 30)).toBe(false);
    expect(isObjectUnder(masked(30, 30, 32, 32), 31, 31)).toBe(false);
  });

  it('does not exist outside the picture', () => {
    expect(isInside(masked(0, 0, 100, 80), -1, 3)).toBe(false);
    expect(isInside(masked(0, 0, 100, 80), 99.5, 79.5)).toBe(true);
  });
});

it('compares two masks by their overlap', () => {
  expect(overlapOf(masked(10, 10, 30, 30), masked(10, 10, 30, 30))).toBe(1);
  expect(overlapOf(masked(10, 10, 30, 30), masked(20, 10, 40, 30))).toBeCloseTo(1 / 3, 5);
  expect(overlapOf(masked(10, 10, 30, 30), masked(50, 10, 70, 30))).toBe(0);
  expect(overlapOf(maskPlane(4, 4), maskPlane(4, 4))).toBe(1);
});
