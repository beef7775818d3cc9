/** A host's figures for Prometheus: its queue, and how its renders end. No names, prompts or pictures. */
import { Counter, collectDefaultMetrics, Gauge, Histogram, Registry } from 'prom-client';
import type { StudioEvent } from '../contract/events.ts';
import type { ProjectId } from '../contract/project-state.ts';
import type { QueueState, RenderId, RenderSummary } from '../contract/render-record.ts';

const SECONDS = [0.01, 0.03, 0.1, 0.3, 1, 3, 10, 30, 100, 300, 1000];

/** Looks a stored render's U-Net rows up; undefined when unknown. */
export type RowsOfRender = (projectId: ProjectId, renderId: RenderId) => Promise<number | undefined>;

interface Begun {
  readonly queuedMs: number;
  readonly startedMs?: number;
}

export class HostMetrics {
  readonly registry = new Registry();
  readonly #rowsOf: RowsOfRender;
  readonly #begun = new Map<RenderId, Begun>();
  readonly #queue = new Gauge({
    name: 'pnpmix_host_queue_renders',
    help: 'Unfinished renders of this host, by place and state.',
    labelNames: ['place', 'state'],
    registers: [this.registry],
  });
  readonly #renders = new Counter({
    name: 'pnpmix_host_renders_total',
    help: 'Renders that ended, by their error code; "done" for none, "cancelled".',
    labelNames: ['outcome'],
    registers: [this.registry],
  });
  readonly #rows = new Counter({
    name: 'pnpmix_host_unet_rows_total',
    help: 'U-Net rows of the renders that are done, on this computer and on farms.',
    registers: [this.registry],
  });
  readonly #waited = this.#seconds('pnpmix_host_render_wait_seconds', 'From queueing a render to its start.');
  readonly #rendered = this.#seconds('pnpmix_host_render_seconds', 'From the start of a render to its end.');

  constructor(rowsOf: RowsOfRender) {
    this.#rowsOf = rowsOf;
    collectDefaultMetrics({ register: this.registry });
  }

  #seconds(name: string, help: string): Histogram {
    return new Histogram({ name, help, buckets: SECONDS, registers: [this.registry] });
  }

  count(told: StudioEvent): void {
    if (told.event === 'queue.changed') this.#countQueue(told.payload);
    if (told.event === 'render.changed') this.#countRender(told.payload.projectId, told.payload.render);
  }

  #countQueue({ entries }: QueueState): void {
    this.#queue.reset();
    for (const { farm, state } of entries) this.#queue.inc({ place: farm === null ? 'here' : 'farm', state });
  }

  #countRender(projectId: ProjectId, { renderId, state, error }: RenderSummary): void {
    const begun = this.#begun.get(renderId);
    const nowMs = performance.now();
    if (state === 'queued') {
      if (begun === undefined) this.#begun.set(renderId, { queuedMs: nowMs });
      return;
    }
    // Stored renders are reported too, when they are named or starred.
    if (begun === undefined) return;
    if (state === 'running') {
      if (begun.startedMs !== undefined) return;
      this.#begun.set(renderId, { ...begun, startedMs: nowMs });
      this.#waited.observe((nowMs - begun.queuedMs) / 1000);
      return;
    }
    this.#begun.delete(renderId);
    this.#renders.inc({ outcome: state === 'failed' ? (error?.code ?? 'INTERNAL') : state });
    if (begun.startedMs !== undefined) this.#rendered.observe((nowMs - begun.startedMs) / 1000);
    if (state !== 'done') return;
    this.#rowsOf(projectId, renderId).then(
      (rows) => this.#rows.inc(rows ?? 0),
      // Its project was closed meanwhile.
      () => undefined,
    );
  }
}
