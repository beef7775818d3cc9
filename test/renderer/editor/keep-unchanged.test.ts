import { expect, it } from 'vitest';
import { keepUnchanged } from '../../../renderer/editor/keep-unchanged.ts';

const copyOf = <T>(value: T): T => JSON.parse(JSON.stringify(value)) as T;
const scene = {
  prompt: 'p',
  concepts: [
    { id: 'a', mask: null as string | null },
    { id: 'b', mask: 'm' },
  ],
  frame: { left: 1 },
};

it('returns the old value if the new one is equal', () => {
  expect(keepUnchanged(scene, copyOf(scene))).toBe(scene);
  expect(keepUnchanged(scene.concepts, copyOf(scene.concepts))).toBe(scene.concepts);
  expect(keepUnchanged(null, null)).toBeNull();
  expect(keepUnchanged(Number.NaN, Number.NaN)).toBeNaN();
});

it('takes changed parts from the new value and keeps the others', () => {
  const after = copyOf(scene);
  after.concepts[0]!.mask = 'n';
  const kept = keepUnchanged(scene, after);
  expect(kept).toEqual(after);
  expect(kept.concepts).not.toBe(scene.concepts);
  expect(kept.concepts[1]).toBe(scene.concepts[1]);
  expect(kept.frame).toBe(scene.frame);
});

it('notices added and removed keys, and values of another type', () => {
  expect(keepUnchanged({ a: 1, b: undefined }, { a: 1 })).toStrictEqual({ a: 1 });
  expect(keepUnchanged({ a: 1 }, { a: 1, b: undefined })).toStrictEqual({ a: 1, b: undefined });
  expect(keepUnchanged({ a: 1 }, { b: 1 })).toStrictEqual({ b: 1 });
  expect(keepUnchanged([1, 2], [1])).toEqual([1]);
  expect(keepUnchanged([1], [1, 2])).toEqual([1, 2]);
  expect(keepUnchanged({}, [])).toEqual([]);
  expect(keepUnchanged([], {})).toEqual({});
  expect(keepUnchanged('a', { a: 1 })).toEqual({ a: 1 });
  expect(keepUnchanged({ a: 1 }, null)).toBeNull();
});
