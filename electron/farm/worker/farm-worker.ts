/**
 * A worker of a render farm: claims jobs of one model from its queue, one at a time, and renders them. BullMQ renews a
 * job's lock from this process, never from the engine's, so that a long native call does not lose the job. A job whose
 * worker is killed is taken over by another one when its lock expires, and gives the same bytes.
 */
import { randomUUID } from 'node:crypto';
import { type Job, UnrecoverableError, WaitingError, Worker } from 'bullmq';
import type { EngineProgress, EngineResultOf } from '../../contract/engine-messages.ts';
import type { OpenPack } from '../../contract/engine-status.ts';
import { type ErrorCode, StudioError } from '../../contract/errors.ts';
import {
  FARM_CONTRACT,
  type FarmJobProgress,
  type FarmJobResult,
  type JobBody,
  type WorkerPresence,
} from '../../contract/farm.ts';
import { renderProgressSchema } from '../../contract/progress.ts';
import type { AssetId } from '../../contract/render-request.ts';
import { hashOf } from '../assets/asset-hash.ts';
import { type AssetStore, readWhole } from '../assets/asset-store.ts';
import { isCancelled } from '../cancellation.ts';
import type { FarmConnection } from '../farm-connection.ts';
import { KEEP_ENDED, modelName, QUEUE_NAME, queuePrefix, sceneName } from '../farm-names.ts';
import { openEnvelope } from '../job-envelope.ts';
import { sealFailure } from '../job-failure.ts';
import { ANNOUNCE_EVERY_MS, announceWorker, forgetGone, withdrawWorker } from '../presence.ts';
import { writePreview } from '../previews.ts';
import type { RenderEngine } from '../render-engine.ts';
import { sealJson } from '../sealed-box.ts';
import { SceneAffinity } from './scene-affinity.ts';

export interface WorkerLimits {
  /** How long a job stays with a worker that no longer renews its lock. */
  readonly lockMs: number;
  /** How often each worker looks for jobs whose lock has expired. */
  readonly takeOverEveryMs: number;
  /** How often a running job's cancellation is looked for. */
  readonly cancelCheckMs: number;
  /** Minimum interval between two writes of a job's progress. */
  readonly progressEveryMs: number;
  /** How long a job is put back for the worker that has its scene's inversions; then the next worker renders it. */
  readonly handoverMs: number;
}

export const DEFAULT_WORKER_LIMITS: WorkerLimits = {
  lockMs: 30_000,
  takeOverEveryMs: 15_000,
  cancelCheckMs: 500,
  progressEveryMs: 200,
  handoverMs: 500,
};

/** How long a worker that has put a job back claims none, so that the other one gets it. */
const STAND_BACK_MS = 100;

/** How often a job may lose its worker before it is given up: the job may be what kills them. */
const MAX_LOST_WORKERS = 5;

/** Failures after which another attempt may succeed, on this worker or another. */
const WORTH_RETRYING: readonly ErrorCode[] = [
  'ENGINE_CRASHED',
  'ENGINE_HUNG',
  'ENGINE_UNAVAILABLE',
  'FARM_STORE_UNREACHABLE',
  'OUT_OF_MEMORY',
];

/** Something that happened to a job, for logs and metrics. */
export type WorkerEvent =
  | {
      readonly kind: 'claimed';
      readonly jobId: string;
      readonly requestId: string;
      readonly waitedMs: number;
    }
  | {
      readonly kind: 'done';
      readonly jobId: string;
      readonly requestId: string;
      readonly totalMs: number;
      /** Time of the job outside of the engine. */
      readonly overheadMs: number;
      readonly unetRows: number;
    }
  | {
      readonly kind: 'failed';
      readonly jobId: string;
      /** null when the job could not be opened. */
      readonly requestId: string | null;
      readonly code: ErrorCode;
      readonly message: string;
    }
  /** The job was put back for a worker that has its scene's inversions. */
  | { readonly kind: 'handedOver'; readonly jobId: string; readonly requestId: string }
  | { readonly kind: 'lockLost'; readonly jobId: string }
  | { readonly kind: 'connectionLost' | 'connectionRestored' };

export interface FarmWorkerOptions {
  readonly connection: FarmConnection;
  readonly assets: AssetStore;
  readonly engine: RenderEngine;
  readonly pack: OpenPack;
  readonly device: Pick<WorkerPresence, 'device' | 'deviceChoice'>;
  readonly machine: string;
  readonly version: string;
  readonly onEvent: (event: WorkerEvent) => void;
  readonly limits?: Partial<WorkerLimits>;
}

export class FarmWorker {
  readonly model: string;
  readonly #options: FarmWorkerOptions;
  readonly #limits: WorkerLimits;
  readonly #worker: Worker;
  readonly #presence: WorkerPresence;
  readonly #announcing: NodeJS.Timeout;
  readonly #affinity: SceneAffinity;
  #standingBack: NodeJS.Timeout | undefined;
  #state: WorkerPresence['state'] = 'idle';
  #jobsDone = 0;
  #isClosing = false;

  /** Starts to claim jobs. */
  constructor(options: FarmWorkerOptions) {
    this.#options = options;
    this.#limits = { ...DEFAULT_WORKER_LIMITS, ...options.limits };
    const { connection, pack, device, machine, version, onEvent } = options;
    this.model = modelName(connection.key, pack.identity);
    this.#presence = {
      workerId: randomUUID(),
      contract: FARM_CONTRACT,
      version,
      machine,
      pid: process.pid,
      ...device,
      model: this.model,
      startedAtMs: Date.now(),
      state: 'idle',
      jobsDone: 0,
    };
    this.#affinity = new SceneAffinity(connection, this.#presence.workerId, this.#limits.handoverMs);
    this.#worker = new Worker(QUEUE_NAME, (job, token, signal) => this.#process(job, token!, signal!), {
      connection: connection.redis,
      prefix: queuePrefix(connection.key, this.model),
      concurrency: 1,
      lockDuration: this.#limits.lockMs,
      stalledInterval: this.#limits.takeOverEveryMs,
      maxStalledCount: MAX_LOST_WORKERS,
      removeOnComplete: KEEP_ENDED,
      removeOnFail: KEEP_ENDED,
    });
    this.#worker.on('lockRenewalFailed', (jobIds) => {
      for (const jobId of jobIds) {
        onEvent({ kind: 'lockLost', jobId });
        // Another worker has the job by now: its result counts.
        this.#worker.cancelJob(jobId);
      }
    });
    // Errors of the connection, which restores itself.
    this.#worker.on('error', () => undefined);
    connection.redis.on('close', () => {
      if (!this.#isClosing) onEvent({ kind: 'connectionLost' });
    });
    connection.redis.on('ready', () => {
      onEvent({ kind: 'connectionRestored' });
      void this.#announce();
    });
    this.#announcing = setInterval(() => void this.#announce(), ANNOUNCE_EVERY_MS);
    void this.#announce();
  }

  /** Resolves when it can claim jobs, and is announced. */
  async ready(): Promise<void> {
    await this.#worker.waitUntilReady();
    await forgetGone(this.#options.connection, Date.now());
    await this.#announce();
  }

  /** Claims no more jobs; resolves when the running one has ended and its result is in the queue. */
  async drain(): Promise<void> {
    this.#isClosing = true;
    this.#state = 'draining';
    clearInterval(this.#announcing);
    clearTimeout(this.#standingBack);
    await this.#announce();
    await this.#worker.close();
    await withdrawWorker(this.#options.connection, this.#presence.workerId);
  }

  #change(state: WorkerPresence['state']): void {
    if (this.#isClosing) return;
    this.#state = state;
    void this.#announce();
  }

  async #announce(): Promise<void> {
    const { connection, pack } = this.#options;
    if (connection.redis.status !== 'ready') return;
    const worker = { ...this.#presence, state: this.#state, jobsDone: this.#jobsDone };
    try {
      await announceWorker(connection, worker, { model: this.model, pack }, Date.now());
    } catch {
      // The next announcement follows within seconds, and the connection's loss is reported where it is noticed.
    }
  }

  async #process(job: Job, token: string, lockSignal: AbortSignal): Promise<string> {
    const { connection, onEvent } = this.#options;
    const { key } = connection;
    const jobId = job.id!;
    const startMs = performance.now();
    let requestId: string | null = null;
    this.#change('rendering');
    try {
      const body = openEnvelope(key, job.data, { jobId, model: this.model });
      requestId = body.outputId;
      const scene = sceneName(key, this.model, body.request);
      if (!this.#isClosing && (await this.#affinity.isBetterElsewhere(jobId, scene))) {
        await this.#putBack(job, token);
        onEvent({ kind: 'handedOver', jobId, requestId });
        throw new WaitingError();
      }
      onEvent({ kind: 'claimed', jobId, requestId, waitedMs: Math.max(0, Date.now() - job.timestamp) });
      const result = await this.#render(job, body, lockSignal);
      const [png] = await Promise.all([this.#keepPicture(result.png), this.#affinity.keep(scene)]);
      const { kind: _, png: __, ...facts } = result;
      const sealed = sealJson(key, `result ${jobId}`, {
        ...facts,
        machine: this.#options.machine,
        png,
      } satisfies FarmJobResult);
      this.#jobsDone++;
      const { totalMs, unetRows } = result;
      const overheadMs = performance.now() - startMs - totalMs;
      onEvent({ kind: 'done', jobId, requestId, totalMs, overheadMs, unetRows });
      return sealed;
    } catch (error) {
      if (error instanceof WaitingError) throw error;
      const failure =
        error instanceof StudioError ? error : new StudioError('INTERNAL', String(error), { cause: error });
      const { code, message } = failure;
      onEvent({ kind: 'failed', jobId, requestId, code, message });
      const text = sealFailure(key, jobId, failure);
      throw WORTH_RETRYING.includes(code) ? new Error(text) : new UnrecoverableError(text);
    } finally {
      this.#change('idle');
    }
  }

  /** Puts a job back to the head of the queue, and claims none for a moment. */
  async #putBack(job: Job, token: string): Promise<void> {
    await this.#worker.pause(true);
    this.#standingBack = setTimeout(() => {
      if (!this.#isClosing) void this.#worker.resume();
    }, STAND_BACK_MS);
    await job.moveToWait(token);
  }

  async #render(job: Job, body: JobBody, lockSignal: AbortSignal): Promise<EngineResultOf<'render'>> {
    const { connection, engine } = this.#options;
    const jobId = job.id!;
    const controller = new AbortController();
    const checking = setInterval(() => {
      isCancelled(connection, jobId).then(
        (isAsked) => isAsked && controller.abort(),
        () => undefined,
      );
    }, this.#limits.cancelCheckMs);
    const progress = this.#progressWriter(job);
    try {
      if (await isCancelled(connection, jobId)) throw new StudioError('CANCELLED', 'The run was cancelled.');
      progress.write(null);
      return await engine.run(
        { kind: 'render', request: body.request, previews: body.previews },
        {
          signal: AbortSignal.any([controller.signal, lockSignal]),
          readAsset: async (id) => {
            if (!body.assets.includes(id)) return null;
            return {
              name: `The picture ${id.slice(0, 8)}`,
              bytes: await readWhole(this.#options.assets, id),
            };
          },
          onProgress: (reported) => progress.write(reported),
          onPreview: (preview) => {
            writePreview(connection, jobId, preview).then(
              () => progress.previewed(preview.step),
              () => undefined,
            );
          },
        },
      );
    } finally {
      clearInterval(checking);
      progress.end();
    }
  }

  /** Writes progress, but not more often than the limit, nor after the end. */
  #progressWriter(job: Job) {
    const { key } = this.#options.connection;
    let at: FarmJobProgress = { machine: this.#options.machine, progress: null, previewStep: null };
    let timer: NodeJS.Timeout | undefined;
    let isEnded = false;
    const send = () => {
      timer = undefined;
      // Losing progress with the connection does no harm.
      job.updateProgress(sealJson(key, `progress ${job.id}`, at)).catch(() => undefined);
    };
    const later = () => {
      if (!isEnded) timer ??= setTimeout(send, this.#limits.progressEveryMs);
    };
    return {
      write: (reported: EngineProgress | null) => {
        at = { ...at, progress: reported === null ? null : renderProgressSchema.parse(reported) };
        if (reported === null) send();
        else later();
      },
      previewed: (previewStep: number) => {
        at = { ...at, previewStep };
        later();
      },
      end: () => {
        isEnded = true;
        clearTimeout(timer);
      },
    };
  }

  async #keepPicture(png: Uint8Array): Promise<AssetId> {
    const id = hashOf(png);
    const { assets } = this.#options;
    if (!(await assets.touch(id))) await assets.put(id, [png]);
    return id;
  }
}
