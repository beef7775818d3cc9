import { describe, expect, it } from 'vitest';
import { percentile, type TraceEvent, workPerFrame } from './frame-work.ts';

/** A task of a thread that began at `ts` and took 9 ms, `tdur` of them on the CPU. */
const task = (ts: number, tdur: number, tid = 1): TraceEvent => ({
  name: 'ThreadControllerImpl::RunTask',
  pid: 1,
  tid,
  ts,
  dur: 9000,
  tdur,
});
const fired = (ts: number): TraceEvent => ({
  name: 'FireAnimationFrame',
  pid: 1,
  tid: 1,
  ts,
  dur: 10,
  tdur: 10,
});

describe('work per frame', () => {
  it('sums the main thread’s CPU time from frame to frame and counts several callbacks as one frame', () => {
    const events = [
      task(0, 1000),
      task(10_000, 3000),
      fired(10_100),
      fired(10_500),
      task(20_000, 2000),
      // From another thread, such as the compositor.
      task(20_500, 90_000, 2),
      task(30_000, 4000),
      fired(30_200),
      task(40_000, 5000),
      task(50_000, 1000),
      fired(50_100),
    ];
    expect(workPerFrame(events.toReversed())).toEqual([5, 9]);
  });

  it('refuses a trace without frames', () => {
    expect(() => workPerFrame([task(0, 1)])).toThrow('no animation frame');
  });

  it('computes percentiles', () => {
    const values = Array.from({ length: 100 }, (_, index) => 100 - index);
    expect([percentile(values, 0.5), percentile(values, 0.95), percentile([7], 0.95)]).toEqual([51, 96, 7]);
    expect(() => percentile([], 0.5)).toThrow();
  });
});
