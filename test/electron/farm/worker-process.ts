/** A farm's worker as a separate process, as users start it. */
import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { createInterface } from 'node:readline';

type Entry = Readonly<Record<string, unknown>> & { readonly event: string };

export interface WorkerProcess {
  readonly child: ChildProcess;
  /** All entries of its log so far. */
  readonly log: readonly Entry[];
  /** Resolves with the first entry of this event, past or future. */
  readonly heard: (event: string) => Promise<Entry>;
  /** Resolves with its exit code and signal. */
  readonly ended: Promise<readonly [code: number | null, signal: string | null]>;
}

/**
 * @param args of `pnpmix worker`
 * @param core the only one that it uses, on Linux
 */
export function startWorker(
  args: readonly string[],
  environment: NodeJS.ProcessEnv = {},
  core?: number,
): WorkerProcess {
  const pinned =
    core !== undefined && process.platform === 'linux' ? ['taskset', '--cpu-list', `${core}`] : [];
  const [file, ...words] = [...pinned, process.execPath, 'electron/cli/main.ts', 'worker', ...args];
  const child = spawn(file!, words, {
    stdio: ['ignore', 'ignore', 'pipe'],
    env: { ...process.env, ...environment },
  });
  const log: Entry[] = [];
  const said: string[] = [];
  const watches = new Set<() => void>();
  const ended = once(child, 'exit') as Promise<[number | null, string | null]>;
  createInterface({ input: child.stderr! }).on('line', (line) => {
    said.push(line);
    if (!line.startsWith('{')) return;
    log.push(JSON.parse(line) as Entry);
    for (const watch of watches) watch();
  });
  return {
    child,
    log,
    ended,
    heard: (event) =>
      new Promise((resolve, reject) => {
        const look = () => {
          const found = log.find((entry) => entry.event === event);
          if (found === undefined) return;
          watches.delete(look);
          resolve(found);
        };
        watches.add(look);
        look();
        void ended.then(() => reject(new Error(`The worker ended before ${event}:\n${said.join('\n')}`)));
      }),
  };
}
