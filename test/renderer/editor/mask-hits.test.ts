import { describe, expect, it } from 'vitest';
import { chooseHit, firstChosen, hitAt, mergePlanes } from '../../../renderer/editor/mask-hits.ts';
import { maskPlane } from '../../../renderer/editor/mask-plane.ts';

const plane = (...values: number[]) => maskPlane(values.length, 1, Uint8ClampedArray.from(values));

describe('the hits of a search', () => {
  it('are chosen one at a time; more only on request, and in order', () => {
    expect(firstChosen([])).toEqual([]);
    expect(firstChosen([{ mask: 'a', score: 0.9, box: null }])).toEqual([0]);
    expect(chooseHit([0], 2, false)).toEqual([2]);
    expect(chooseHit([2], 0, true)).toEqual([0, 2]);
    expect(chooseHit([0, 2], 0, true)).toEqual([2]);
  });

  it('are found under the pointer, the smallest first', () => {
    const planes = [plane(255, 255, 255, 0), undefined, plane(0, 255, 100, 0)];
    expect(hitAt(planes, { x: 1.5, y: 0.5 })).toBe(2);
    expect(hitAt(planes, { x: 2.5, y: 0.5 })).toBe(0);
    expect(hitAt(planes, { x: 3.5, y: 0.5 })).toBeUndefined();
    expect(hitAt(planes, { x: -0.1, y: 0.5 })).toBeUndefined();
    expect(hitAt(planes, { x: 1, y: 1 })).toBeUndefined();
  });

  it('are merged by their larger values, and stay as they were', () => {
    const first = plane(255, 40, 0);
    expect([...mergePlanes([first, plane(0, 90, 0), plane(10, 20, 7)]).data]).toEqual([255, 90, 7]);
    expect([...first.data]).toEqual([255, 40, 0]);
  });
});
