/** The cache stays below its limit, a run never evicts its own entries, and entries are returned unchanged. */
import * as fc from 'fast-check';
import { expect, test } from 'vitest';
import { ConceptAttentionCache } from '../../../../electron/inference/cache/concept-attention-cache.ts';
import type { CachedHiddenStates } from '../../../../electron/pipeline/ports.ts';

const statesOf = (byteLength: number): CachedHiddenStates => ({ layers: 'all', byteLength });

test('a later run finds what an earlier one cached, until the cache is cleared', () => {
  const cache = new ConceptAttentionCache(() => 100);
  const states = statesOf(40);
  cache.forRun()('cat').set(3, states);
  expect(cache.forRun()('cat').get(3)).toBe(states);
  expect(cache.forRun()('cat').get(2)).toBeUndefined();
  expect(cache.forRun()('dog').get(3)).toBeUndefined();
  cache.clear();
  expect(cache.heldBytes).toBe(0);
  expect(cache.forRun()('cat').get(3)).toBeUndefined();
});

test('a run that continues after a clear caches nothing', () => {
  const cache = new ConceptAttentionCache(() => 100);
  const kept = cache.forRun()('cat');
  cache.clear();
  kept.set(0, statesOf(40));
  expect(cache.heldBytes).toBe(0);
});

test('what two concepts of one picture store at the same step is counted once', () => {
  const cache = new ConceptAttentionCache(() => 100);
  const run = cache.forRun();
  const [one, other] = [run('cat'), run('cat')];
  one.set(0, statesOf(40));
  other.set(0, statesOf(40));
  expect(cache.heldBytes).toBe(40);
  // All of it is given back: otherwise the cache would shrink with every such run until it holds nothing.
  cache.forRun()('dog').set(0, statesOf(100));
  expect(cache.heldBytes).toBe(100);
});

test('the least recently used concept is evicted; a run’s own stay, and what does not fit is not cached', () => {
  const cache = new ConceptAttentionCache(() => 100);
  cache.forRun()('cat').set(0, statesOf(40));
  cache.forRun()('dog').set(0, statesOf(40));
  cache.forRun()('cat').get(0);
  const run = cache.forRun();
  const car = run('car');
  car.set(0, statesOf(40));
  expect(cache.heldBytes).toBe(80);
  car.set(1, statesOf(40));
  car.set(2, statesOf(40));
  expect(cache.heldBytes).toBe(80);
  const later = cache.forRun();
  expect([later('dog').get(0), later('cat').get(0)]).toEqual([undefined, undefined]);
  expect([0, 1, 2].map((step) => later('car').get(step) !== undefined)).toEqual([true, true, false]);
});

test('for any sequence of runs, the size is counted and stays below the limit', () => {
  const run = fc.array(
    fc.record({
      key: fc.constantFrom('a', 'b', 'c', 'd'),
      step: fc.integer({ min: 0, max: 4 }),
      bytes: fc.integer({ min: 1, max: 60 }),
    }),
  );
  fc.assert(
    fc.property(fc.array(run), fc.integer({ min: 0, max: 200 }), (runs, limit) => {
      const cache = new ConceptAttentionCache(() => limit);
      for (const steps of runs) {
        const of = cache.forRun();
        for (const { key, step, bytes } of steps) {
          const kept = of(key);
          const before = kept.get(step);
          if (before === undefined) kept.set(step, statesOf(bytes));
          else expect(of(key).get(step)).toBe(before);
          expect(cache.heldBytes).toBeLessThanOrEqual(limit);
        }
      }
      const of = cache.forRun();
      const held = ['a', 'b', 'c', 'd'].flatMap((key) => [0, 1, 2, 3, 4].map((step) => of(key).get(step)));
      expect(held.reduce((sum, states) => sum + (states?.byteLength ?? 0), 0)).toBe(cache.heldBytes);
    }),
  );
});
