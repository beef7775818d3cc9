/** A farm of real processes in one folder: Redis, the key, and workers that can be killed and started again. */
import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { createStudioKey } from '../../electron/farm/studio-key.ts';
import { type RedisServer, startRedis } from '../electron/farm/redis-server.ts';
import { startWorker, type WorkerProcess } from '../electron/farm/worker-process.ts';

export class FarmProcesses {
  readonly url: string;
  readonly keyFile: string;
  readonly #redisFolder: string;
  readonly #root: string;
  #server: RedisServer;
  readonly #workers = new Map<string, WorkerProcess>();

  private constructor(root: string, redisFolder: string, keyFile: string, server: RedisServer) {
    this.#root = root;
    this.#redisFolder = redisFolder;
    this.keyFile = keyFile;
    this.#server = server;
    this.url = server.url;
  }

  /** @param more arguments of the server */
  static async start(root: string, more: readonly string[] = []): Promise<FarmProcesses> {
    const redisFolder = join(root, 'redis');
    mkdirSync(redisFolder, { recursive: true });
    const keyFile = join(root, 'studio.key');
    await createStudioKey(keyFile);
    return new FarmProcesses(root, redisFolder, keyFile, await startRedis(redisFolder, undefined, more));
  }

  /**
   * Starts a worker, or starts it again.
   *
   * @param core the only one that it uses, on Linux
   */
  startWorker(name: string, pack: string, lockSeconds = 1, core?: number): WorkerProcess {
    const worker = startWorker(
      [
        ...['--queue', this.url, '--key', this.keyFile, '--pack', pack, '--device', 'cpu'],
        ...['--name', name, '--lock-seconds', `${lockSeconds}`],
      ],
      { PNPMIX_CACHE_DIR: join(this.#root, `cache-${name}`) },
      core,
    );
    // One that is killed before it is ready is expected here.
    worker.ended.catch(() => undefined);
    this.#workers.set(name, worker);
    return worker;
  }

  worker(name: string): WorkerProcess {
    return this.#workers.get(name)!;
  }

  async killWorker(name: string): Promise<void> {
    const worker = this.worker(name);
    worker.child.kill('SIGKILL');
    await worker.ended;
  }

  /** Kills Redis, and starts it on its data. */
  async restartRedis(): Promise<void> {
    await this.#server.kill();
    this.#server = await startRedis(this.#redisFolder, this.#server.port);
  }

  async end(): Promise<void> {
    for (const name of this.#workers.keys()) await this.killWorker(name);
    await this.#server.kill();
  }
}
