/**
 * Picture processes that the programs of many test files use one after another: starting one takes longer than what
 * most tests do with it, and it keeps nothing of a picture. One that is ended while it works, or that ends by itself,
 * is not used again.
 */
import { resolve } from 'node:path';
import type { PictureResponse } from '../../../electron/foundation/pictures/picture-messages.ts';
import {
  type ChildExit,
  forkChild,
  type HostedChild,
} from '../../../electron/foundation/processes/child-process.ts';

const PROCESS_FILE = resolve('electron/foundation/pictures/picture-process.ts');

class Reused {
  readonly #child = forkChild(PROCESS_FILE);
  #isReady = false;
  #isWorking = false;
  #hasEnded = false;
  #onMessage: ((message: unknown) => void) | undefined;
  #onExit: ((exit: ChildExit) => void) | undefined;

  constructor() {
    this.#child.onMessage((message) => {
      if ((message as PictureResponse).state === 'ready') this.#isReady = true;
      else this.#isWorking = false;
      this.#onMessage?.(message);
    });
    this.#child.onExit((exit) => {
      this.#hasEnded = true;
      this.#onExit?.(exit);
    });
  }

  get isUsable(): boolean {
    return !this.#hasEnded;
  }

  /** As a process of its own for the next program. */
  lend(): HostedChild {
    if (this.#isReady) queueMicrotask(() => this.#onMessage?.({ state: 'ready' } satisfies PictureResponse));
    return {
      pid: this.#child.pid,
      send: (message) => {
        this.#isWorking = true;
        this.#child.send(message);
      },
      kill: () => {
        this.#onMessage = undefined;
        this.#onExit = undefined;
        if (this.#isWorking) this.#child.kill();
        else if (this.isUsable) idle.push(this);
      },
      onMessage: (listener) => {
        this.#onMessage = listener;
      },
      onExit: (listener) => {
        this.#onExit = listener;
      },
    };
  }
}

const idle: Reused[] = [];

/** A launcher for createStudio. */
export function launchReused(): HostedChild {
  for (let next = idle.pop(); next; next = idle.pop()) if (next.isUsable) return next.lend();
  return new Reused().lend();
}
