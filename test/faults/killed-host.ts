/** A `serve` process that is started repeatedly on the same folders and killed (SIGKILL) each time. */
import { once } from 'node:events';
import { existsSync } from 'node:fs';
import { expect } from 'vitest';
import { isAlive } from '../electron/app/engine/tiny-engine.ts';
import { children } from '../electron/serve/process-tree.ts';
import { type ServeProcess, startServe } from '../electron/serve/serve-process.ts';
import { TestClient } from '../electron/serve/test-client.ts';

/**
 * The cache of compiled code of hosts that are killed, which do not write it: that of the whole test run, or a new one
 * that a host which exits normally has written. Most of a start is compilation.
 */
export async function withCompiledCode(
  environment: NodeJS.ProcessEnv,
  folder: string,
): Promise<NodeJS.ProcessEnv> {
  if (process.env.NODE_COMPILE_CACHE !== undefined) return environment;
  const caching = { ...environment, NODE_COMPILE_CACHE: folder };
  if (!existsSync(folder)) await (await startServe(caching)).stop();
  return caching;
}

export class KilledHost {
  readonly #environment: NodeJS.ProcessEnv;
  #serve: ServeProcess | undefined;
  #client: TestClient | undefined;

  constructor(environment: NodeJS.ProcessEnv) {
    this.#environment = environment;
  }

  /** @returns a page connected to it */
  async start(): Promise<TestClient> {
    this.#serve = await startServe(this.#environment);
    this.#client = await TestClient.connect(this.#serve.url);
    // The exit is expected here.
    this.#client.socket.on('error', () => undefined);
    return this.#client;
  }

  /** Kills it; resolves once all its output is read and its engine has ended too. */
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

  /** Ends whatever is still running after a failure. */
  abandon(): void {
    this.#serve?.child.kill('SIGKILL');
  }
}

/** Recent durations by kind of action; an unknown one is assumed to be short. */
export class UsualTimes {
  readonly #ms = new Map<string, number>();

  of(what: string): number {
    return this.#ms.get(what) ?? 10;
  }

  took(what: string, ms: number): void {
    this.#ms.set(what, this.of(what) + (ms - this.of(what)) / 3);
  }
}
