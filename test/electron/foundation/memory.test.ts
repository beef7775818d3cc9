/** A container's limit overrides the machine's memory; a number that is no limit does not. */
import { totalmem } from 'node:os';
import { expect, test } from 'vitest';
import { availableMemoryBytes, memoryLimitBytes } from '../../../electron/foundation/memory.ts';

const GIB = 2 ** 30;

test.each([
  ['in a container', 256 * GIB, 8 * GIB, 8 * GIB],
  ['without a limit', 16 * GIB, 0, 16 * GIB],
  ['with a limit beyond all memory', 16 * GIB, 2 ** 64, 16 * GIB],
])('%s', (_, totalBytes, constrainedBytes, limit) => {
  expect(memoryLimitBytes({ totalBytes, constrainedBytes })).toBe(limit);
});

test('is known for this process', () => {
  expect(memoryLimitBytes()).toBeGreaterThan(0);
  expect(memoryLimitBytes()).toBeLessThanOrEqual(totalmem());
  expect(availableMemoryBytes()).toBeGreaterThan(0);
});
