/**
 * A real Redis (or Valkey) server for tests: the one that PNPMIX_REDIS names, else an installed one. If there is none,
 * tests that need it are skipped; install-redis.ts tries to install one first, and says so.
 */
import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync } from 'node:fs';
import { createServer } from 'node:net';
import { createInterface } from 'node:readline';

const usualPlaces = [
  '/usr/bin/redis-server',
  '/usr/bin/valkey-server',
  '/usr/local/bin/redis-server',
  '/opt/homebrew/bin/redis-server',
];

/** Where a server is; undefined if there is none. */
export function findRedis(): string | undefined {
  const named = process.env.PNPMIX_REDIS;
  if (named === undefined || named === '') return usualPlaces.find((path) => existsSync(path));
  if (existsSync(named)) return named;
  throw new Error(`PNPMIX_REDIS names ${named}, which is not there.`);
}

/** A test's server. */
export interface RedisServer {
  readonly port: number;
  readonly url: string;
  readonly pid: number;
  /** Ends it by SIGKILL, as a crash would. */
  readonly kill: () => Promise<void>;
}

/**
 * Starts a server on a free port, with an append-only file in its folder.
 *
 * @param folder its data; a server started there again has it
 * @param more further arguments
 */
export async function startRedis(
  folder: string,
  port?: number,
  more: readonly string[] = [],
): Promise<RedisServer> {
  const binary = findRedis();
  if (binary === undefined) throw new Error('There is no redis-server.');
  const taken = port ?? (await freePort());
  const child = spawn(
    binary,
    [
      '--port',
      `${taken}`,
      '--bind',
      '127.0.0.1',
      '--dir',
      folder,
      '--save',
      '',
      '--appendonly',
      'yes',
      ...more,
    ],
    { stdio: ['ignore', 'pipe', 'inherit'] },
  );
  await untilReady(child);
  return {
    port: taken,
    url: `redis://127.0.0.1:${taken}`,
    pid: child.pid!,
    kill: async () => {
      if (child.exitCode !== null || child.signalCode !== null) return;
      const ended = once(child, 'exit');
      child.kill('SIGKILL');
      await ended;
    },
  };
}

async function untilReady(child: ChildProcess): Promise<void> {
  const said: string[] = [];
  for await (const line of createInterface({ input: child.stdout! })) {
    said.push(line);
    if (line.includes('Ready to accept connections')) {
      child.stdout!.resume();
      return;
    }
  }
  throw new Error(`redis-server did not start:\n${said.join('\n')}`);
}

/** A port that was free a moment ago. */
export async function freePort(): Promise<number> {
  const server = createServer().listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address() as { port: number };
  server.close();
  await once(server, 'close');
  return port;
}
