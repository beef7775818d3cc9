/**
 * The client of a render farm: uploads what the farm lacks, queues renders, and follows them to their end. A lost
 * connection is reported and restored; a job that was queued is not lost, and asking for it again finds it, or its
 * result, by the request and the name of its output.
 */

import { type Job, Queue, QueueEvents } from 'bullmq';
import type { EngineResultOf } from '../../contract/engine-messages.ts';
import { StudioError } from '../../contract/errors.ts';
import {
  FARM_CONTRACT,
  jobResultSchema,
  type OfferedModel,
  type WorkerPresence,
} from '../../contract/farm.ts';
import { type Notice, notice } from '../../contract/notices.ts';
import type { AssetId, RenderRequest } from '../../contract/render-request.ts';
import { type AssetStore, readWhole } from '../assets/asset-store.ts';
import { openAssetStore } from '../assets/open-asset-store.ts';
import { forgetCancel, requestCancel } from '../cancellation.ts';
import type { FarmAddress } from '../farm-address.ts';
import { connectFarm, type FarmConnection } from '../farm-connection.ts';
import { jobName, KEEP_ENDED, modelName, QUEUE_NAME, queuePrefix, waitingListKey } from '../farm-names.ts';
import { assetsOf, makeEnvelope } from '../job-envelope.ts';
import { openFailure } from '../job-failure.ts';
import { listModels, listWorkers } from '../presence.ts';
import type { RenderControls } from '../render-engine.ts';
import { openJson } from '../sealed-box.ts';
import { FollowedJob, type JobPlace } from './followed-job.ts';
import { QueueWatch } from './queue-watch.ts';

export interface FarmRenderControls extends RenderControls {
  /** Name of the result: the same request with the same name is the same job. */
  readonly outputId: string;
  /** Called when its place changes: waiting in the queue, or with a worker. */
  readonly onPlace?: (place: JobPlace) => void;
  readonly previews?: boolean;
}

/** A render that came from a farm. */
export type FarmResult = EngineResultOf<'render'> & {
  /** The machine that rendered it. */
  readonly machine: string;
};

/** Attempts of a job whose engine crashes. */
const ATTEMPTS = 3;
/** How often a job that ended without a result is queued again. */
const MAX_RENEWALS = 3;

interface FollowedQueue {
  readonly queue: Queue;
  readonly events: QueueEvents;
  readonly watch: QueueWatch;
}

export class FarmClient {
  readonly #connection: FarmConnection;
  readonly #assets: AssetStore;
  readonly #queues = new Map<string, FollowedQueue>();
  readonly #uploads = new Map<AssetId, Promise<void>>();
  readonly #cancels = new Set<Promise<void>>();
  #isClosing = false;

  constructor(connection: FarmConnection, assets: AssetStore) {
    this.#connection = connection;
    this.#assets = assets;
  }

  /**
   * @param onConnection called when the connection is lost (false) and restored (true)
   * @throws StudioError USAGE, FARM_KEY_INVALID, FARM_UNREACHABLE, FARM_STORE_UNREACHABLE
   */
  static async connect(
    address: FarmAddress,
    onConnection: (isConnected: boolean) => void = () => undefined,
  ): Promise<FarmClient> {
    const connection = await connectFarm(address);
    const assets = await openAssetStore(connection, address.assets).catch((error: unknown) => {
      connection.disconnect();
      throw error;
    });
    const client = new FarmClient(connection, assets);
    let isLost = false;
    connection.redis.on('close', () => {
      if (!isLost && !client.#isClosing) onConnection(false);
      isLost = true;
    });
    connection.redis.on('ready', () => {
      if (isLost) onConnection(true);
      isLost = false;
    });
    return client;
  }

  /** The server for people. */
  get server(): string {
    return this.#connection.server;
  }

  /** The models that can be rendered with, including those whose workers are gone for now. */
  models(): Promise<OfferedModel[]> {
    return listModels(this.#connection, Date.now());
  }

  workers(): Promise<WorkerPresence[]> {
    return listWorkers(this.#connection, Date.now());
  }

  /** How many jobs of a model wait and run. */
  async counts(model: string): Promise<{ waiting: number; active: number; failed: number }> {
    const { queue } = this.#queue(model);
    const { waiting = 0, active = 0, failed = 0 } = await queue.getJobCounts('waiting', 'active', 'failed');
    return { waiting, active, failed };
  }

  /** The list of a model's waiting jobs in Redis, for autoscalers. */
  waitingList(model: string): string {
    return waitingListKey(this.#connection.key, model);
  }

  /** Why a job of this model waits, if it is not for other jobs; null otherwise. */
  async reasonToWait(model: string): Promise<Notice | null> {
    const workers = await this.workers();
    const ofVersion = workers.filter(({ contract }) => contract === FARM_CONTRACT);
    if (ofVersion.some((worker) => worker.model === model)) return null;
    if (workers.length === 0) return notice('FARM_WITHOUT_WORKERS', {});
    const code = ofVersion.length === 0 ? 'FARM_OF_ANOTHER_VERSION' : 'FARM_WITHOUT_MODEL';
    return notice(code, { count: workers.length });
  }

  /**
   * Renders on the farm.
   *
   * @throws StudioError CANCELLED; ASSET_MISSING for a picture that the caller does not have; FARM_FULL;
   * FARM_JOB_REFUSED for a result that was not made with the studio's key; and what the worker's engine throws
   */
  async render(request: RenderRequest, controls: FarmRenderControls): Promise<FarmResult> {
    const { key } = this.#connection;
    const { signal, outputId, previews = false } = controls;
    const jobId = jobName(key, request, outputId);
    const model = modelName(key, request.pack);
    const assets = assetsOf(request);
    const { queue, events, watch } = this.#queue(model);
    const body = { request, assets, previews, outputId, createdAtMs: Date.now() };
    const envelope = makeEnvelope(key, jobId, body);
    const enqueue = async () => {
      await this.#upload(assets, controls);
      await queue.add('render', envelope, {
        jobId,
        attempts: ATTEMPTS,
        removeOnComplete: KEEP_ENDED,
        removeOnFail: KEEP_ENDED,
      });
    };
    if (signal.aborted) throw cancelled();
    const before = (await queue.getJob(jobId)) as Job | undefined;
    if (await before?.isFailed()) await before!.remove();
    await forgetCancel(this.#connection, jobId);
    if (!(await before?.isCompleted())) await enqueue();
    const followed = new FollowedJob({
      connection: this.#connection,
      queue,
      events,
      jobId,
      controls,
      // The queue was emptied, or Redis lost it: the job is not acknowledged any more, so it is queued again.
      onGone: enqueue,
    });
    const unwatch = watch.add(followed);
    const cancel = () => {
      const cancelling = this.#cancel(queue, jobId)
        .catch(() => undefined)
        .finally(() => this.#cancels.delete(cancelling));
      this.#cancels.add(cancelling);
    };
    signal.addEventListener('abort', cancel, { once: true });
    try {
      for (let renewals = 0; ; renewals++) {
        const end = await followed.end();
        const failure =
          end.state === 'failed'
            ? openFailure(key, jobId, end.reason)
            : await this.#result(jobId, end.returned).catch(asMissing);
        if (!(failure instanceof StudioError)) return failure;
        // A picture that the job needs, or that it made, has expired; or a worker was still stopping the job for the
        // request before.
        const isRenewed = ['ASSET_MISSING', 'CANCELLED'].includes(failure.code) && !signal.aborted;
        if (!isRenewed || renewals >= MAX_RENEWALS) throw failure;
        await removeEnded((await queue.getJob(jobId)) as Job | undefined);
        await forgetCancel(this.#connection, jobId);
        await enqueue();
      }
    } finally {
      signal.removeEventListener('abort', cancel);
      unwatch();
      followed.close();
    }
  }

  /** Closes the connection; queued jobs continue. */
  async close(): Promise<void> {
    this.#isClosing = true;
    const { redis, disconnect } = this.#connection;
    const open = [...this.#queues.values()];
    if (redis.status === 'ready') {
      const lost = new Promise<boolean>((resolve) => redis.once('close', () => resolve(true)));
      if (!(await Promise.race([lost, this.#sayGoodbye(open)]))) {
        disconnect();
        return;
      }
    }
    // Without a connection, nothing can be said goodbye to: what waits for it is given up. Closing the events also ends
    // their loop, which would otherwise try to read again for as long as this process runs, and keep it running.
    disconnect();
    for (const { queue, events } of open) {
      void events.close().catch(() => undefined);
      void queue.disconnect().catch(() => undefined);
    }
  }

  /** Never ends if the connection is lost meanwhile. @returns false */
  async #sayGoodbye(open: readonly FollowedQueue[]): Promise<boolean> {
    // Cancelled jobs must not go on because their client ended.
    await Promise.allSettled(this.#cancels);
    await Promise.allSettled(open.flatMap(({ queue, events }) => [events.close(), queue.close()]));
    return false;
  }

  #queue(model: string): FollowedQueue {
    const known = this.#queues.get(model);
    if (known !== undefined) return known;
    const { redis, key } = this.#connection;
    const options = { connection: redis, prefix: queuePrefix(key, model) };
    const queue = new Queue(QUEUE_NAME, options);
    const events = new QueueEvents(QUEUE_NAME, options);
    const watch = new QueueWatch(this.#connection, queue, () => this.reasonToWait(model));
    const made: FollowedQueue = { queue, events, watch };
    // Errors of the connection, which restores itself.
    made.queue.on('error', () => undefined);
    made.events.on('error', () => undefined);
    made.events.setMaxListeners(0);
    this.#queues.set(model, made);
    return made;
  }

  async #upload(assets: readonly AssetId[], { readAsset, signal }: FarmRenderControls): Promise<void> {
    for (const id of assets) {
      if (signal.aborted) throw cancelled();
      // Cells of a sweep share their pictures: one upload serves all.
      let upload = this.#uploads.get(id);
      if (upload === undefined) {
        upload = this.#uploadOne(id, readAsset).finally(() => this.#uploads.delete(id));
        this.#uploads.set(id, upload);
      }
      await upload;
    }
  }

  async #uploadOne(id: AssetId, readAsset: RenderControls['readAsset']): Promise<void> {
    if (await this.#assets.touch(id)) return;
    const file = await readAsset(id);
    if (file === null) throw new StudioError('ASSET_MISSING', `The picture ${id.slice(0, 8)} is missing.`);
    await this.#assets.put(id, [file.bytes]);
  }

  async #cancel(queue: Queue, jobId: string): Promise<void> {
    await requestCancel(this.#connection, jobId);
    const job = (await queue.getJob(jobId)) as Job | undefined;
    // A job that a worker has claimed cannot be removed: the worker stops it.
    if (job !== undefined && (await job.isWaiting())) await job.remove().catch(() => undefined);
  }

  async #result(jobId: string, returned: unknown): Promise<FarmResult> {
    const { key } = this.#connection;
    const { png, ...facts } = jobResultSchema.parse(openJson(key, `result ${jobId}`, String(returned)));
    const bytes = await readWhole(this.#assets, png);
    await this.#assets.release(png);
    return { kind: 'render', ...facts, png: bytes };
  }
}

/** Another client may have queued it again by now. */
async function removeEnded(job: Job | undefined): Promise<void> {
  if (job !== undefined && ((await job.isFailed()) || (await job.isCompleted()))) await job.remove();
}

/** @throws other errors */
function asMissing(error: unknown): StudioError {
  if (error instanceof StudioError && error.code === 'ASSET_MISSING') return error;
  throw error;
}

function cancelled(): StudioError {
  return new StudioError('CANCELLED', 'The run was cancelled.');
}
