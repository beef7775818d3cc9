/** Notices when an idle engine's memory should be released: after a while, or when memory is short. */
import type { SupervisorLimits } from './supervisor-limits.ts';

export class IdleWatch {
  readonly #availableMemory: () => number;
  readonly #release: () => void;
  #idleTimer: NodeJS.Timeout | undefined;
  #memoryTimer: NodeJS.Timeout | undefined;

  /** @param availableMemory in bytes */
  constructor(availableMemory: () => number, release: () => void) {
    this.#availableMemory = availableMemory;
    this.#release = release;
  }

  /** The engine is idle from now on. */
  begin({ idleMs, memoryCheckMs, lowMemoryBytes }: SupervisorLimits): void {
    clearTimeout(this.#idleTimer);
    if (Number.isFinite(idleMs)) this.#idleTimer = setTimeout(this.#release, idleMs).unref();
    clearInterval(this.#memoryTimer);
    this.#memoryTimer = setInterval(() => {
      if (this.#availableMemory() < lowMemoryBytes) this.#release();
    }, memoryCheckMs).unref();
  }

  /** The engine works; its memory is still watched, for when it is idle again. */
  pause(): void {
    clearTimeout(this.#idleTimer);
  }

  /** There is no engine. */
  end(): void {
    clearTimeout(this.#idleTimer);
    clearInterval(this.#memoryTimer);
  }
}
