/**
 * Notices an engine that stopped responding. While a model runs, the engine's only thread is inside a native call and
 * cannot report, even if all is well: only silence far longer than the work takes is a sign of a hang
 * (docs/decisions/0060).
 */

/** How long an engine may be silent. */
export interface WatchdogLimits {
  /** While it opens a pack: it reports every few megabytes, so a longer silence is a stalled disk or driver. */
  readonly openingMs: number;
  /** Before the second report of a stage: its models may have to be loaded, and its pace is unknown. */
  readonly firstStepMs: number;
  /** Between later steps of a stage, at the least. */
  readonly laterStepMs: number;
  /** Also at least this many times the slowest step of the stage so far. */
  readonly slowestStepFactor: number;
}

export const DEFAULT_WATCHDOG_LIMITS: WatchdogLimits = {
  openingMs: 10 * 60_000,
  firstStepMs: 30 * 60_000,
  laterStepMs: 10 * 60_000,
  slowestStepFactor: 20,
};

/** A limit is waited for in parts: when a machine wakes from sleep, only one part has expired, not all. */
const PARTS = 10;

export class Watchdog {
  readonly #limits: WatchdogLimits;
  readonly #onSilent: (silentMs: number) => void;
  #timer: NodeJS.Timeout | undefined;
  #limitMs: number;
  #stage: string | undefined;
  #reportedAtMs: number | undefined;
  #slowestStepMs = 0;

  /**
   * Begins to watch.
   *
   * @param onSilent called once, with the length of the silence
   */
  constructor(limits: WatchdogLimits, what: 'opening' | 'task', onSilent: (silentMs: number) => void) {
    this.#limits = limits;
    this.#onSilent = onSilent;
    this.#limitMs = what === 'opening' ? limits.openingMs : limits.firstStepMs;
    this.#wait();
  }

  /** Restarts the time limit: the engine has sent something other than a step. */
  touch(): void {
    if (this.#timer !== undefined) this.#wait();
  }

  /**
   * The engine has reported a step.
   *
   * @param nowMs a monotonic clock
   */
  step(stage: string, nowMs: number): void {
    if (this.#timer === undefined) return;
    const { firstStepMs, laterStepMs, slowestStepFactor } = this.#limits;
    if (stage === this.#stage && this.#reportedAtMs !== undefined) {
      this.#slowestStepMs = Math.max(this.#slowestStepMs, nowMs - this.#reportedAtMs);
      this.#limitMs = Math.max(laterStepMs, slowestStepFactor * this.#slowestStepMs);
    } else {
      this.#slowestStepMs = 0;
      this.#limitMs = firstStepMs;
    }
    this.#stage = stage;
    this.#reportedAtMs = nowMs;
    this.#wait();
  }

  /** Lowers the limit of its silence, from now on. */
  shorten(limitMs: number): void {
    if (this.#timer === undefined || limitMs >= this.#limitMs) return;
    this.#limitMs = limitMs;
    this.#wait();
  }

  /** The engine waits for the host: its silence is ignored until {@link touch}. */
  pause(): void {
    clearTimeout(this.#timer);
  }

  /** Stops watching. */
  stop(): void {
    clearTimeout(this.#timer);
    this.#timer = undefined;
  }

  #wait(partsLeft = PARTS): void {
    clearTimeout(this.#timer);
    const limitMs = this.#limitMs;
    this.#timer = setTimeout(() => {
      if (partsLeft > 1) return this.#wait(partsLeft - 1);
      this.stop();
      this.#onSilent(limitMs);
    }, limitMs / PARTS);
    // The timer must not keep the host running.
    this.#timer.unref();
  }
}
