/**
 * Looks at a queue now and then for all jobs that a client follows in it: where each one waits, and which of them need
 * a look of their own, because an event may have been missed. One look costs the same for one job and for a thousand.
 */

import type { Queue } from 'bullmq';
import type { Notice } from '../../contract/notices.ts';
import type { FarmConnection } from '../farm-connection.ts';
import type { FollowedJob } from './followed-job.ts';

const LOOK_EVERY_MS = 2000;
/** Positions beyond this are not counted. */
const MAX_POSITION = 1000;

export class QueueWatch {
  readonly #connection: FarmConnection;
  readonly #queue: Queue;
  readonly #reasonToWait: () => Promise<Notice | null>;
  readonly #jobs = new Set<FollowedJob>();
  readonly #onReady = () => this.#look();
  #timer: NodeJS.Timeout | undefined;
  #isLooking = false;

  /** @param reasonToWait why no worker takes jobs of this queue; null when one does */
  constructor(connection: FarmConnection, queue: Queue, reasonToWait: () => Promise<Notice | null>) {
    this.#connection = connection;
    this.#queue = queue;
    this.#reasonToWait = reasonToWait;
  }

  /** Watches a job until the returned function is called. */
  add(job: FollowedJob): () => void {
    this.#jobs.add(job);
    if (this.#timer === undefined) {
      this.#timer = setInterval(() => this.#look(), LOOK_EVERY_MS);
      this.#connection.redis.on('ready', this.#onReady);
    }
    this.#look();
    return () => {
      this.#jobs.delete(job);
      if (this.#jobs.size > 0) return;
      clearInterval(this.#timer);
      this.#timer = undefined;
      this.#connection.redis.off('ready', this.#onReady);
    };
  }

  #look(): void {
    if (this.#isLooking || this.#connection.redis.status !== 'ready') return;
    this.#isLooking = true;
    this.#lookNow()
      // The connection was lost while looking: the next look follows when it is back.
      .catch(() => undefined)
      .finally(() => {
        this.#isLooking = false;
      });
  }

  async #lookNow(): Promise<void> {
    const { redis } = this.#connection;
    const [waiting, active, reason] = await Promise.all([
      // The next job is at the list's end.
      redis.lrange(this.#queue.toKey('wait'), -MAX_POSITION, -1),
      redis.lrange(this.#queue.toKey('active'), 0, -1),
      this.#reasonToWait(),
    ]);
    const positions = new Map(waiting.toReversed().map((jobId, position) => [jobId, position]));
    const running = new Set(active);
    for (const job of this.#jobs) {
      const position = positions.get(job.jobId);
      if (position !== undefined) job.isWaiting(position, reason);
      else if (running.has(job.jobId)) job.isActive();
      // Beyond the positions that are counted, ended, or gone.
      else job.look(reason);
    }
  }
}
