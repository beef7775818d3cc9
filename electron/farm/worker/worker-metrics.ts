/** A worker's figures for Prometheus. */
import { Counter, collectDefaultMetrics, Gauge, Histogram, Registry } from 'prom-client';
import type { FarmConnection } from '../farm-connection.ts';
import { QUEUE_NAME, queuePrefix } from '../farm-names.ts';
import type { WorkerEvent } from './farm-worker.ts';

const SECONDS = [0.01, 0.03, 0.1, 0.3, 1, 3, 10, 30, 100, 300, 1000];

export class WorkerMetrics {
  readonly registry = new Registry();
  readonly #jobs = new Counter({
    name: 'pnpmix_jobs_total',
    help: 'Jobs that ended, by their error code; "done" for none.',
    labelNames: ['outcome'],
    registers: [this.registry],
  });
  readonly #waited = this.#seconds('pnpmix_job_wait_seconds', 'Time from queueing a job to claiming it.');
  readonly #rendered = this.#seconds('pnpmix_job_render_seconds', 'Time of a job in the engine.');
  readonly #overhead = this.#seconds(
    'pnpmix_job_overhead_seconds',
    'Time of a job beside the engine, from claim to result.',
  );
  readonly #rows = new Counter({
    name: 'pnpmix_unet_rows_total',
    help: 'U-Net rows computed.',
    registers: [this.registry],
  });
  readonly #locksLost = new Counter({
    name: 'pnpmix_locks_lost_total',
    help: 'Jobs that another worker took over while this one was still working on them.',
    registers: [this.registry],
  });
  readonly #handedOver = new Counter({
    name: 'pnpmix_jobs_handed_over_total',
    help: 'Jobs put back for an idle worker that has their scene’s inversions.',
    registers: [this.registry],
  });
  readonly #connectionsLost = new Counter({
    name: 'pnpmix_connections_lost_total',
    help: 'Losses of the connection to Redis.',
    registers: [this.registry],
  });

  constructor() {
    collectDefaultMetrics({ register: this.registry });
  }

  #seconds(name: string, help: string): Histogram {
    return new Histogram({ name, help, buckets: SECONDS, registers: [this.registry] });
  }

  count(event: WorkerEvent): void {
    switch (event.kind) {
      case 'claimed':
        this.#waited.observe(event.waitedMs / 1000);
        break;
      case 'done':
        this.#jobs.inc({ outcome: 'done' });
        this.#rendered.observe(event.totalMs / 1000);
        this.#overhead.observe(Math.max(0, event.overheadMs) / 1000);
        this.#rows.inc(event.unetRows);
        break;
      case 'failed':
        this.#jobs.inc({ outcome: event.code });
        break;
      case 'handedOver':
        this.#handedOver.inc();
        break;
      case 'lockLost':
        this.#locksLost.inc();
        break;
      case 'connectionLost':
        this.#connectionsLost.inc();
        break;
      case 'connectionRestored':
        break;
    }
  }

  /** Adds the depth of the worker's queue, which every worker of the queue reports. */
  watchQueue({ redis, key }: FarmConnection, model: string): void {
    const name = (list: string) => `${queuePrefix(key, model)}:${QUEUE_NAME}:${list}`;
    new Gauge({
      name: 'pnpmix_queue_jobs',
      help: 'Jobs in the queue of this worker’s model, by state.',
      labelNames: ['model', 'state'],
      registers: [this.registry],
      async collect() {
        // A scrape during a lost connection would wait for it.
        if (redis.status !== 'ready') {
          this.reset();
          return;
        }
        this.set({ model, state: 'waiting' }, await redis.llen(name('wait')));
        this.set({ model, state: 'active' }, await redis.llen(name('active')));
      },
    });
  }
}
