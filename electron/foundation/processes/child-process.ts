/** A running child process, seen from its host. Node and Electron start it each in their own way. */
import { fork } from 'node:child_process';

/** How a process came to its end. */
export interface ChildExit {
  readonly exitCode: number | null;
  readonly signal: string | null;
  /** The last lines that it wrote to its standard error. */
  readonly stderrTail: string;
}

/** A line to a process, and the way to end it. */
export interface HostedChild {
  readonly pid: number | undefined;
  readonly send: (message: unknown) => void;
  /** Ends it at once, whatever it is doing. */
  readonly kill: () => void;
  readonly onMessage: (listener: (message: unknown) => void) => void;
  /** Once; also when it could not be started. */
  readonly onExit: (listener: (exit: ChildExit) => void) => void;
}

/** Starts a process of one kind. */
export type ChildLauncher = () => HostedChild;

/** How much of its standard error is kept. */
const STDERR_TAIL_LENGTH = 2000;

/** Starts a file by child_process.fork. */
export function forkChild(file: string): HostedChild {
  // 'advanced' is structured clone: bytes arrive as bytes.
  const child = fork(file, [], { serialization: 'advanced', stdio: ['ignore', 'ignore', 'pipe', 'ipc'] });
  let stderrTail = '';
  child.stderr?.setEncoding('utf8').on('data', (text: string) => {
    stderrTail = (stderrTail + text).slice(-STDERR_TAIL_LENGTH);
  });
  const exited = new Promise<ChildExit>((resolve) => {
    // 'close' comes after the last of its standard error was read.
    child.once('close', (exitCode, signal) => resolve({ exitCode, signal, stderrTail }));
    child.once('error', (error) => resolve({ exitCode: null, signal: null, stderrTail: String(error) }));
  });
  return {
    pid: child.pid,
    send: (message) => {
      // A child that died meanwhile is reported by its exit event.
      if (child.connected) child.send(message as object, () => undefined);
    },
    kill: () => void child.kill('SIGKILL'),
    onMessage: (listener) => void child.on('message', listener),
    onExit: (listener) => void exited.then(listener),
  };
}
