/** Main-thread work per animation frame, from a trace that Chromium records of itself. */
import type { CDPSession } from 'playwright-core';

/** The fields read from an event of the Trace Event Format; times in microseconds. */
export interface TraceEvent {
  readonly name: string;
  readonly ts: number;
  readonly tid: number;
  readonly pid: number;
  readonly dur?: number;
  /** CPU time of the thread during the event. */
  readonly tdur?: number;
}

/** Runs a function while Chromium records what its threads do. */
export async function traceOf(client: CDPSession, run: () => Promise<void>): Promise<TraceEvent[]> {
  const events: TraceEvent[] = [];
  client.on('Tracing.dataCollected', ({ value }) => events.push(...(value as unknown as TraceEvent[])));
  const complete = new Promise<void>((resolve) => client.once('Tracing.tracingComplete', () => resolve()));
  await client.send('Tracing.start', {
    transferMode: 'ReportEvents',
    traceConfig: { includedCategories: ['toplevel', 'devtools.timeline'] },
  });
  await run();
  await client.send('Tracing.end');
  await complete;
  return events;
}

/**
 * Sums the main thread's work from one frame to the next: event handling, scripts, style, layout, paint.
 *
 * It counts a task's CPU time rather than its duration, because what else the machine does meanwhile is not this
 * thread's work; on a machine without a graphics card that is mostly the rasteriser. Instrumented callbacks in the page
 * would miss what the browser does for the page on this thread, and long-animation-frame entries begin at 50 ms.
 *
 * @returns milliseconds, one number for each frame but the last
 * @throws Error if the trace contains no frame
 */
export function workPerFrame(events: readonly TraceEvent[]): number[] {
  // 1. The main thread is the one that fires animation frames. A frame fires one event per callback.
  const fired = events.filter(({ name }) => name === 'FireAnimationFrame');
  const [first] = fired;
  if (!first) throw new Error('The trace holds no animation frame.');
  const tasks = events
    .filter(
      ({ name, tid, pid, tdur }) =>
        name.endsWith('RunTask') && tid === first.tid && pid === first.pid && tdur !== undefined,
    )
    .toSorted((a, b) => a.ts - b.ts);

  // 2. A frame begins with the task that fires them.
  const frameStarts = new Set<number>();
  for (const { ts } of fired) {
    const at = tasks.findLastIndex((task) => task.ts <= ts);
    if (at >= 0 && ts < tasks[at]!.ts + (tasks[at]!.dur ?? 0)) frameStarts.add(at);
  }

  // 3. Sum the work until the next frame.
  const starts = [...frameStarts].sort((a, b) => a - b);
  return starts
    .slice(1)
    .map(
      (end, index) => tasks.slice(starts[index], end).reduce((sum, { tdur }) => sum + (tdur ?? 0), 0) / 1000,
    );
}

/** @param share 0..1, such as 0.95 */
export function percentile(values: readonly number[], share: number): number {
  const sorted = values.toSorted((a, b) => a - b);
  const value = sorted[Math.min(Math.floor(sorted.length * share), sorted.length - 1)];
  if (value === undefined) throw new Error('There are no values.');
  return value;
}
