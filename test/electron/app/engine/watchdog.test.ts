/** When silence is too long, by the current stage and the speed so far. Times are simulated. */
import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import {
  DEFAULT_WATCHDOG_LIMITS,
  Watchdog,
  type WatchdogLimits,
} from '../../../../electron/app/engine/watchdog.ts';

const limits: WatchdogLimits = { openingMs: 1000, firstStepMs: 500, laterStepMs: 100, slowestStepFactor: 20 };
let silent: number[];
beforeEach(() => {
  vi.useFakeTimers();
  silent = [];
});
afterEach(() => vi.useRealTimers());

const watch = (what: 'opening' | 'task') => new Watchdog(limits, what, (ms) => silent.push(ms));

/** Advances the time without a message. */
const quiet = (ms: number) => vi.advanceTimersByTime(ms);

test('opening has its own limit, and every message restarts it', () => {
  const opening = watch('opening');
  for (let word = 0; word < 5; word++) {
    quiet(999);
    opening.touch();
  }
  expect(silent).toEqual([]);
  quiet(1000);
  expect(silent).toEqual([1000]);
  quiet(10_000);
  expect(silent).toEqual([1000]);
});

test('the first step of a stage has a long limit, later ones a shorter one', () => {
  const task = watch('task');
  quiet(499);
  task.step('invert', performance.now());
  quiet(499);
  task.step('blend', performance.now());
  quiet(1);
  task.step('blend', performance.now());
  quiet(99);
  expect(silent).toEqual([]);
  quiet(1);
  expect(silent).toEqual([100]);
});

test('a slow model gets twenty times its slowest step of the stage', () => {
  const task = watch('task');
  task.step('blend', performance.now());
  quiet(50);
  task.step('blend', performance.now());
  quiet(20);
  task.step('blend', performance.now());
  quiet(999);
  expect(silent).toEqual([]);
  task.step('decode', performance.now());
  quiet(1);
  task.step('decode', performance.now());
  quiet(100);
  expect(silent).toEqual([100]);
});

test('waiting for the host is not silence, and a finished task is not watched', () => {
  const task = watch('task');
  task.pause();
  quiet(1e6);
  task.touch();
  quiet(499);
  expect(silent).toEqual([]);
  task.stop();
  task.touch();
  task.step('blend', performance.now());
  quiet(1e6);
  expect(silent).toEqual([]);
});

test('by default, steps of minutes and a load of a quarter of an hour are no reason to kill', () => {
  const task = new Watchdog(DEFAULT_WATCHDOG_LIMITS, 'task', (ms) => silent.push(ms));
  quiet(15 * 60_000);
  task.step('blend', performance.now());
  for (let step = 0; step < 3; step++) {
    quiet(9 * 60_000);
    task.step('blend', performance.now());
  }
  quiet(3 * 60 * 60_000 - 1);
  expect(silent).toEqual([]);
  quiet(1);
  expect(silent).toEqual([3 * 60 * 60_000]);
});
