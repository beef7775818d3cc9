/**
 * Follows a job to its end: by the queue's events, by what {@link file://./queue-watch.ts} finds, and by looking at the
 * job itself where an event may have been missed.
 */

import type { Job, Queue, QueueEvents } from 'bullmq';
import { StudioError } from '../../contract/errors.ts';
import { jobProgressSchema } from '../../contract/farm.ts';
import type { Notice } from '../../contract/notices.ts';
import type { FarmConnection } from '../farm-connection.ts';
import { readPreview } from '../previews.ts';
import type { RenderControls } from '../render-engine.ts';
import { openJson } from '../sealed-box.ts';

/** Where a job is. */
export interface JobPlace {
  readonly state: 'waiting' | 'rendering';
  /** The worker's machine; null while it waits, or until the worker has said it. */
  readonly machine: string | null;
  /** Jobs before it; null while it is rendered, or when unknown. */
  readonly position: number | null;
  /** Why it waits, if no worker can take it. */
  readonly reason: Notice | null;
}

export type JobEnd =
  | { readonly state: 'done'; readonly returned: unknown }
  | { readonly state: 'failed'; readonly reason: string };

export interface FollowOptions {
  readonly connection: FarmConnection;
  readonly queue: Queue;
  readonly events: QueueEvents;
  readonly jobId: string;
  readonly controls: Omit<RenderControls, 'readAsset'> & { readonly onPlace?: (place: JobPlace) => void };
  /** Called when the queue no longer has the job. */
  readonly onGone: () => Promise<void>;
}

export class FollowedJob {
  readonly jobId: string;
  readonly #options: FollowOptions;
  readonly #close = new AbortController();
  #waiters = Promise.withResolvers<JobEnd>();
  #place = '';
  #previewStep: number | null = null;
  #isLooking = false;

  constructor(options: FollowOptions) {
    this.#options = options;
    const { events, jobId, controls } = options;
    this.jobId = jobId;
    this.#waiters.promise.catch(() => undefined);
    const ofJob =
      <Args extends { jobId: string }>(handle: (args: Args) => void) =>
      (args: Args) => {
        if (args.jobId === jobId) handle(args);
      };
    const onCompleted = ofJob<{ jobId: string; returnvalue: unknown }>(({ returnvalue }) =>
      this.#waiters.resolve({ state: 'done', returned: returnvalue }),
    );
    // The event also comes for an attempt that is followed by another: the job itself says whether it has ended.
    const onFailed = ofJob<{ jobId: string }>(() => this.look());
    const onActive = ofJob<{ jobId: string }>(() => this.isActive());
    const onProgress = ofJob<{ jobId: string; data: unknown }>(({ data }) => this.#progress(data));
    events.on('completed', onCompleted);
    events.on('failed', onFailed);
    events.on('active', onActive);
    events.on('progress', onProgress);
    const onAbort = () => this.#waiters.reject(new StudioError('CANCELLED', 'The run was cancelled.'));
    controls.signal.addEventListener('abort', onAbort, { once: true });
    this.#close.signal.addEventListener('abort', () => {
      events.off('completed', onCompleted);
      events.off('failed', onFailed);
      events.off('active', onActive);
      events.off('progress', onProgress);
      controls.signal.removeEventListener('abort', onAbort);
    });
    if (controls.signal.aborted) onAbort();
    this.look();
  }

  /** Resolves at its end; may be called again when the job was queued again. @throws StudioError CANCELLED */
  async end(): Promise<JobEnd> {
    const end = await this.#waiters.promise;
    const { signal } = this.#options.controls;
    this.#waiters = Promise.withResolvers();
    this.#waiters.promise.catch(() => undefined);
    if (signal.aborted) this.#waiters.reject(new StudioError('CANCELLED', 'The run was cancelled.'));
    return end;
  }

  close(): void {
    this.#close.abort();
  }

  /** It waits in the queue. */
  isWaiting(position: number, reason: Notice | null): void {
    this.#tell({ state: 'waiting', machine: null, position, reason });
  }

  /** A worker has it. */
  isActive(): void {
    this.#tell({ state: 'rendering', machine: null, position: null, reason: null });
  }

  /** @param reason why no worker takes jobs, if it waits */
  look(reason: Notice | null = null): void {
    const { connection } = this.#options;
    if (this.#isLooking || this.#close.signal.aborted || connection.redis.status !== 'ready') return;
    this.#isLooking = true;
    this.#lookNow(reason)
      // The connection was lost while looking: it is looked again when it is back.
      .catch(() => undefined)
      .finally(() => {
        this.#isLooking = false;
      });
  }

  async #lookNow(reason: Notice | null): Promise<void> {
    const { queue, jobId, onGone } = this.#options;
    const waiters = this.#waiters;
    const job = (await queue.getJob(jobId)) as Job | undefined;
    if (this.#close.signal.aborted || waiters !== this.#waiters) return;
    if (job === undefined) {
      await onGone();
      return;
    }
    const state = await job.getState();
    if (state === 'completed') {
      // The result may have been written after the job was read.
      const ended = (await queue.getJob(jobId)) as Job | undefined;
      waiters.resolve({ state: 'done', returned: ended?.returnvalue });
    } else if (state === 'failed') {
      const ended = (await queue.getJob(jobId)) as Job | undefined;
      waiters.resolve({ state: 'failed', reason: ended?.failedReason ?? '' });
    } else if (state === 'active') {
      if (job.progress) this.#progress(job.progress);
    } else {
      this.#tell({ state: 'waiting', machine: null, position: null, reason });
    }
  }

  #progress(data: unknown): void {
    const { connection, jobId, controls } = this.#options;
    if (typeof data !== 'string' || this.#close.signal.aborted) return;
    let at: ReturnType<typeof jobProgressSchema.parse>;
    try {
      at = jobProgressSchema.parse(openJson(connection.key, `progress ${jobId}`, data));
    } catch {
      // Someone without the key writes into the queue: their progress is not shown.
      return;
    }
    this.#tell({ state: 'rendering', machine: at.machine, position: null, reason: null });
    if (at.progress !== null) controls.onProgress?.(at.progress);
    if (at.previewStep === null || at.previewStep === this.#previewStep) return;
    this.#previewStep = at.previewStep;
    readPreview(connection, jobId).then(
      (preview) => {
        if (preview !== undefined && !this.#close.signal.aborted) controls.onPreview?.(preview);
      },
      () => undefined,
    );
  }

  #tell(place: JobPlace): void {
    const text = JSON.stringify(place);
    // The worker's name follows the claim: keep it if the claim arrives late.
    const isLess =
      place.state === 'rendering' && place.machine === null && this.#place.includes('"rendering"');
    if (text === this.#place || isLess) return;
    this.#place = text;
    this.#options.controls.onPlace?.(place);
  }
}
