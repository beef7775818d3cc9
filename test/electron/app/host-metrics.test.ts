/** A host's figures for Prometheus, from its events. */
import { expect, test } from 'vitest';
import { HostMetrics } from '../../../electron/app/host-metrics.ts';
import type { StudioEvent } from '../../../electron/contract/events.ts';
import type { QueueEntry, RenderState, RenderSummary } from '../../../electron/contract/render-record.ts';
import { serveMetrics } from '../../../electron/foundation/metrics-server.ts';

const changed = (renderId: string, state: RenderState, code: string | null = null): StudioEvent => ({
  event: 'render.changed',
  payload: {
    projectId: 'p',
    render: {
      renderId,
      state,
      error: code === null ? null : { ok: false, code, message: '' },
    } as unknown as RenderSummary,
  },
});

const queued = (farm: string | null, state: QueueEntry['state']) => ({ farm, state }) as QueueEntry;

test('count the queue by place, how renders end, their waits, times and rows', async () => {
  const metrics = new HostMetrics(async (_, renderId) => (renderId === 'a' ? 112 : 64));
  metrics.count({
    event: 'queue.changed',
    payload: { entries: [queued(null, 'running'), queued('studio', 'queued'), queued('studio', 'queued')] },
  });
  const states: [string, RenderState, string?][] = [
    ['a', 'queued'],
    ['b', 'queued'],
    ['c', 'queued'],
    ['d', 'queued'],
    ['a', 'running'],
    ['a', 'running'],
    ['a', 'done'],
    // Starred later.
    ['a', 'done'],
    ['b', 'running'],
    ['b', 'done'],
    ['c', 'running'],
    ['c', 'failed', 'OUT_OF_MEMORY'],
    ['d', 'cancelled'],
  ];
  for (const [renderId, state, code] of states) metrics.count(changed(renderId, state, code));
  const server = await serveMetrics(metrics.registry, { port: 0, address: '127.0.0.1' });
  try {
    const read = async () => (await fetch(server.url)).text();
    await expect.poll(read).toContain('pnpmix_host_unet_rows_total 176');
    const figures = await read();
    for (const line of [
      'pnpmix_host_queue_renders{place="here",state="running"} 1',
      'pnpmix_host_queue_renders{place="farm",state="queued"} 2',
      'pnpmix_host_renders_total{outcome="done"} 2',
      'pnpmix_host_renders_total{outcome="OUT_OF_MEMORY"} 1',
      'pnpmix_host_renders_total{outcome="cancelled"} 1',
      'pnpmix_host_render_wait_seconds_count 3',
      'pnpmix_host_render_seconds_count 3',
    ]) {
      expect(figures).toContain(line);
    }
    expect((await fetch(server.url.replace('metrics', 'other'))).status).toBe(404);
  } finally {
    await server.close();
  }
});
