/** One at a time, in the order of asking; who waits can stop waiting. */
import { StudioError } from '../../contract/errors.ts';

export class Turns {
  #isTaken = false;
  readonly #waiting: (() => void)[] = [];

  /** How many wait. */
  get waiting(): number {
    return this.#waiting.length;
  }

  /** Whether somebody is at it. */
  get isTaken(): boolean {
    return this.#isTaken;
  }

  /**
   * Runs an action when its turn comes.
   *
   * @throws StudioError CANCELLED when the signal is aborted before that; what the action throws
   */
  async take<Result>(signal: AbortSignal, action: () => Promise<Result>): Promise<Result> {
    if (signal.aborted) throw cancelled();
    if (this.#isTaken) await this.#wait(signal);
    this.#isTaken = true;
    try {
      return await action();
    } finally {
      const next = this.#waiting.shift();
      if (next) next();
      else this.#isTaken = false;
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
  return new StudioError('CANCELLED', 'The run was cancelled before it began.');
}
