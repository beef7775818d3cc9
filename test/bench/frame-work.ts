/** Main-thread work per animation frame, from a trace that Chromium recorded of itself. */
import type { CDPSession } from 'playwright-core';

/** What is read of one event of the Trace Event Format; times in microseconds. */
export interface TraceEvent {
  readonly name: string;
  readonly ts: number;
  readonly tid: number;
  readonly pid: number;
  readonly dur?: number;
  /** CPU time of the thread within the event. */
  readonly tdur?: number;
}

/** Runs something while Chromium records what its threads do. */
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
 * Sums what the page's main thread did from one frame to the next: events handled, scripts run, style, layout, paint.
 *
 * A task's CPU time counts and not how long it took, since what else the machine did meanwhile, the rasteriser of a
 * machine without a graphics card before all, is no work of this thread. Instrumented callbacks of the page would miss
 * what the browser does on the thread for it, and long-animation-frame entries begin at 50 ms.
 *
 * @returns milliseconds, one number for each frame but the last
 * @throws Error when the trace holds no frame
 */
export function workPerFrame(events: readonly TraceEvent[]): number[] {
  // 1. The main thread is the one that fires animation frames. A frame fires one for each callback.
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

  // 3. What was done until the next one does.
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
