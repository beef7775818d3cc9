/** A `serve` process that is started on the same folders again and again, and killed (SIGKILL) each time. */
import { once } from 'node:events';
import { expect } from 'vitest';
import { isAlive } from '../electron/app/engine/tiny-engine.ts';
import { children } from '../electron/serve/process-tree.ts';
import { type ServeProcess, startServe } from '../electron/serve/serve-process.ts';
import { TestClient } from '../electron/serve/test-client.ts';

export class KilledHost {
  readonly #environment: NodeJS.ProcessEnv;
  #serve: ServeProcess | undefined;
  #client: TestClient | undefined;

  constructor(environment: NodeJS.ProcessEnv) {
    this.#environment = environment;
  }

  /** @returns a page of it */
  async start(): Promise<TestClient> {
    this.#serve = await startServe(this.#environment);
    this.#client = await TestClient.connect(this.#serve.url);
    // That it ends is what is wanted here.
    this.#client.socket.on('error', () => undefined);
    return this.#client;
  }

  /** Kills it; resolves when all that it said has been heard and its engine has ended too. */
  async kill(): Promise<void> {
    const { child, errors } = this.#serve!;
    const engines = children(child.pid!);
    const exited = once(child, 'exit');
    const closed = once(this.#client!.socket, 'close');
    child.kill('SIGKILL');
    await Promise.all([exited, closed]);
    expect(errors()).toBe('');
    await expect.poll(() => engines.filter(isAlive), { interval: 5 }).toEqual([]);
  }

  /** Ends it as Ctrl+C does. */
  async close(): Promise<void> {
    this.#client!.close();
    expect(await this.#serve!.stop()).toBe(0);
  }

  /** Ends whatever runs, after a failure. */
  abandon(): void {
    this.#serve?.child.kill('SIGKILL');
  }
}

/** How long things took of late, by what they are; what is not known yet is taken to be short. */
export class UsualTimes {
  readonly #ms = new Map<string, number>();

  of(what: string): number {
    return this.#ms.get(what) ?? 10;
  }

  took(what: string, ms: number): void {
    this.#ms.set(what, this.of(what) + (ms - this.of(what)) / 3);
  }
}
