/**
 * Which worker has a scene's inversions and attention states. A worker that claims a re-tune of a scene which an idle
 * worker has rendered puts the job back for that one (docs/decisions/0206). It is about speed alone: the job stays in
 * the one queue that all workers share, so that a busy or dead worker delays it only for a moment.
 */
import type { FarmConnection } from '../farm-connection.ts';
import { handoverKey, sceneKey } from '../farm-names.ts';
import { findWorker } from '../presence.ts';

/** How long it is remembered who has a scene. */
const KEEP_MS = 3_600_000;
/** Scenes that this worker remembers having rendered. */
const MOST_OWN = 1000;
/** How long Redis remembers since when a job is being put back. */
const HANDOVER_KEEP_MS = 60_000;

export class SceneAffinity {
  readonly #connection: FarmConnection;
  readonly #workerId: string;
  readonly #handoverMs: number;
  /** Oldest first. */
  readonly #own = new Set<string>();

  /** @param handoverMs how long a job may be put back; after that, the worker that claims it renders it */
  constructor(connection: FarmConnection, workerId: string, handoverMs: number) {
    this.#connection = connection;
    this.#workerId = workerId;
    this.#handoverMs = handoverMs;
  }

  /** Whether an idle worker has the scene, and this one has not. */
  async isBetterElsewhere(jobId: string, scene: string): Promise<boolean> {
    if (this.#own.has(scene)) return false;
    const { redis, key } = this.#connection;
    const holder = await redis.get(sceneKey(key, scene));
    if (holder === null || holder === this.#workerId) return false;
    const worker = await findWorker(this.#connection, holder, Date.now());
    if (worker?.state !== 'idle') return false;
    // By the clock of Redis: a worker that died as idle is announced for a while.
    const name = handoverKey(key, jobId);
    await redis.set(name, '', 'PX', HANDOVER_KEEP_MS, 'NX');
    const leftMs = await redis.pttl(name);
    return HANDOVER_KEEP_MS - leftMs < this.#handoverMs;
  }

  /** This worker has rendered the scene. */
  async keep(scene: string): Promise<void> {
    this.#own.delete(scene);
    this.#own.add(scene);
    const [oldest] = this.#own;
    if (this.#own.size > MOST_OWN) this.#own.delete(oldest!);
    const { redis, key } = this.#connection;
    await redis.set(sceneKey(key, scene), this.#workerId, 'PX', KEEP_MS);
  }
}
