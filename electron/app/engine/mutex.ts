/** Runs actions one at a time, first come, first served; a waiting one can be cancelled. */
import { StudioError } from '../../contract/errors.ts';

export class Mutex {
  #isLocked = false;
  readonly #waiting: (() => void)[] = [];

  /** Number of waiting actions. */
  get waiting(): number {
    return this.#waiting.length;
  }

  /** Whether an action is running. */
  get isLocked(): boolean {
    return this.#isLocked;
  }

  /**
   * Runs an action when its turn comes.
   *
   * @throws StudioError CANCELLED when the signal is aborted first; what the action throws
   */
  async runExclusive<Result>(signal: AbortSignal, action: () => Promise<Result>): Promise<Result> {
    if (signal.aborted) throw cancelled();
    if (this.#isLocked) await this.#wait(signal);
    this.#isLocked = true;
    try {
      return await action();
    } finally {
      const next = this.#waiting.shift();
      if (next) next();
      else this.#isLocked = false;
    }
  }

  #wait(signal: AbortSignal): Promise<void> {
    return new Promise((resolve, reject) => {
      const go = () => {
        signal.removeEventListener('abort', giveUp);
        resolve();
      };
      const giveUp = () => {
        this.#waiting.splice(this.#waiting.indexOf(go), 1);
        reject(cancelled());
      };
      this.#waiting.push(go);
      signal.addEventListener('abort', giveUp, { once: true });
    });
  }
}

function cancelled(): StudioError {
  return new StudioError('CANCELLED', 'The run was cancelled before it started.');
}
