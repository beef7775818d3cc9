/** What a scene's renders share: computed once, within the limit. */
import { expect, test } from 'vitest';
import { SceneMemo } from '../../../../electron/inference/scene/scene-memo.ts';

/** Counts how often each value is computed. */
function counted(memo: SceneMemo) {
  const computed: string[] = [];
  const get = (name: string, bytes: number) =>
    memo.get(
      [name],
      () => bytes,
      () => {
        computed.push(name);
        return { name };
      },
    );
  return { computed, get };
}

test('a value is computed once, and the same one is returned from then on', async () => {
  const memo = new SceneMemo(10);
  const { computed, get } = counted(memo);
  const first = await get('a', 4);
  expect(await get('a', 4)).toBe(first);
  await get('b', 4);
  expect(computed).toEqual(['a', 'b']);
  expect(memo.heldBytes).toBe(8);
});

test('beyond the limit the least recently used are evicted', async () => {
  const memo = new SceneMemo(10);
  const { computed, get } = counted(memo);
  for (const name of ['a', 'b', 'a', 'c', 'a', 'b']) await get(name, 4);
  expect(computed).toEqual(['a', 'b', 'c', 'b']);
  expect(memo.heldBytes).toBe(8);
});

test('a value larger than the limit is returned, and evicts what does not fit beside it', async () => {
  const memo = new SceneMemo(10);
  const { computed, get } = counted(memo);
  expect(await get('large', 11)).toEqual({ name: 'large' });
  await get('large', 11);
  expect(computed).toEqual(['large', 'large']);
  expect(memo.heldBytes).toBe(0);
});

test('keys that differ in anything are different values; a failure is not remembered', async () => {
  const memo = new SceneMemo(100);
  const get = (key: readonly (string | number | boolean)[], value: unknown) =>
    memo.get(
      key,
      () => 1,
      () => value,
    );
  expect(await get(['a', 1], 'one')).toBe('one');
  expect(await get(['a', '1'], 'text')).toBe('text');
  expect(await get(['a', true], 'yes')).toBe('yes');
  const failing = () =>
    memo.get(
      ['b'],
      () => 1,
      () => Promise.reject(new Error('no')),
    );
  await expect(failing()).rejects.toThrow('no');
  expect(await get(['b'], 'later')).toBe('later');
  expect(memo.heldBytes).toBe(4);
});
