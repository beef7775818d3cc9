/**
 * Notices an engine that stopped responding. While a model runs, the engine's only thread is inside a native call
 * and cannot say a word, however well it is: silence alone is no sign, only silence that is far longer than what the
 * work takes (docs/decisions/0060).
 */

/** How long an engine may be silent. */
export interface WatchdogLimits {
  /** While it opens a pack: it reports every few megabytes that it reads, so this is about a disk or driver that stalls. */
  readonly openingMs: number;
  /** Before the second report of a stage: its models may have to be loaded, and nothing is known of its pace. */
  readonly firstStepMs: number;
  /** Between later steps of a stage, at the least. */
  readonly laterStepMs: number;
  /** And this many times the slowest step of the stage so far. */
  readonly slowestStepFactor: number;
}

export const DEFAULT_WATCHDOG_LIMITS: WatchdogLimits = {
  openingMs: 10 * 60_000,
  firstStepMs: 30 * 60_000,
  laterStepMs: 10 * 60_000,
  slowestStepFactor: 20,
};

/** A limit is waited for in parts: a machine that was put to sleep finds one of them over when it wakes, not all. */
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
   * @param onSilent called once, with the time that it had been silent for
   */
  constructor(limits: WatchdogLimits, what: 'opening' | 'task', onSilent: (silentMs: number) => void) {
    this.#limits = limits;
    this.#onSilent = onSilent;
    this.#limitMs = what === 'opening' ? limits.openingMs : limits.firstStepMs;
    this.#wait();
  }

  /** Restarts the time limit: the engine has sent something that says nothing of its pace. */
  touch(): void {
    if (this.#timer !== undefined) this.#wait();
  }

  /**
   * It has reported a step.
   *
   * @param nowMs a clock that never goes back
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

  /** From now on it may be silent for this long at most, where it might have been for longer. */
  shorten(limitMs: number): void {
    if (this.#timer === undefined || limitMs >= this.#limitMs) return;
    this.#limitMs = limitMs;
    this.#wait();
  }

  /** It waits for the host: until {@link touch} its silence says nothing. */
  pause(): void {
    clearTimeout(this.#timer);
  }

  /** Watches no longer. */
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
    // A host that has nothing else to do may end.
    this.#timer.unref();
  }
}
