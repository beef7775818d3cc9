/** A running child process, seen from its host. Node and Electron each start it in their own way. */
import { type ChildProcess, fork } from 'node:child_process';
import type { Socket } from 'node:net';

/** How a process ended. */
export interface ChildExit {
  readonly exitCode: number | null;
  readonly signal: string | null;
  /** The last lines that it wrote to its standard error. */
  readonly stderrTail: string;
}

/** A connection to a process, and the way to end it. */
export interface HostedChild {
  readonly pid: number | undefined;
  readonly send: (message: unknown) => void;
  /** Kills it at once. */
  readonly kill: () => void;
  readonly onMessage: (listener: (message: unknown) => void) => void;
  /** Called once; also when it could not be started. */
  readonly onExit: (listener: (exit: ChildExit) => void) => void;
}

/** Starts a process. */
export type ChildLauncher = () => HostedChild;

/** How much of its standard error is kept: V8 prints dozens of stack frames after the line that gives the reason. */
const STDERR_TAIL_LENGTH = 16_000;

/**
 * Starts a file by child_process.fork.
 *
 * @param environment variables that it has besides this process's
 */
export function forkChild(file: string, environment: Readonly<Record<string, string>> = {}): HostedChild {
  return hosted(start(file, environment));
}

/**
 * Starts a file before it is known whether it is needed. Until it is taken, it does not keep this process running; it
 * ends with it.
 *
 * @returns takes it
 */
export function forkChildAhead(
  file: string,
  environment: Readonly<Record<string, string>> = {},
): () => HostedChild {
  const child = start(file, environment);
  const streams = [child, child.channel, child.stderr as Socket | null];
  for (const stream of streams) stream?.unref();
  const taken = hosted(child);
  return () => {
    for (const stream of streams) stream?.ref();
    return taken;
  };
}

function start(file: string, environment: Readonly<Record<string, string>>): ChildProcess {
  return fork(file, [], {
    // Structured clone: bytes arrive as bytes.
    serialization: 'advanced',
    stdio: ['ignore', 'ignore', 'pipe', 'ipc'],
    env: { ...environment, ...process.env },
  });
}

function hosted(child: ChildProcess): HostedChild {
  let stderrTail = '';
  child.stderr?.setEncoding('utf8').on('data', (text: string) => {
    stderrTail = (stderrTail + text).slice(-STDERR_TAIL_LENGTH);
  });
  const exited = new Promise<ChildExit>((resolve) => {
    // 'close' comes after the last of its standard error has been read.
    child.once('close', (exitCode, signal) => resolve({ exitCode, signal, stderrTail }));
    child.once('error', (error) => resolve({ exitCode: null, signal: null, stderrTail: String(error) }));
  });
  return {
    pid: child.pid,
    send: (message) => {
      // The exit event reports a child that died meanwhile.
      if (child.connected) child.send(message as object, () => undefined);
    },
    kill: () => void child.kill('SIGKILL'),
    onMessage: (listener) => void child.on('message', listener),
    onExit: (listener) => void exited.then(listener),
  };
}
