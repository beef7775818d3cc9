/** Child processes as utility processes of Electron: the engine and the picture processes. */
import type { UtilityProcess, utilityProcess } from 'electron';
import type { ChildExit, ChildLauncher, HostedChild } from '../foundation/processes/child-process.ts';

/** How much of its standard error is kept. */
const STDERR_TAIL_LENGTH = 2000;

/**
 * @param file the process's entry file
 * @param serviceName its name in the system's list of processes
 */
export function utilityChild(
  fork: (typeof utilityProcess)['fork'],
  file: string,
  serviceName: string,
): ChildLauncher {
  return () => hostedChild(fork(file, [], { serviceName, stdio: ['ignore', 'ignore', 'pipe'] }));
}

function hostedChild(child: UtilityProcess): HostedChild {
  let stderrTail = '';
  child.stderr?.on('data', (bytes: Buffer) => {
    stderrTail = (stderrTail + bytes.toString('utf8')).slice(-STDERR_TAIL_LENGTH);
  });
  let hasExited = false;
  const exited = new Promise<ChildExit>((resolve) => {
    child.once('exit', (exitCode) => {
      hasExited = true;
      resolve({ exitCode, signal: null, stderrTail });
    });
  });
  return {
    get pid() {
      return child.pid;
    },
    send: (message) => {
      // The exit event reports a child that died meanwhile.
      if (!hasExited) child.postMessage(message);
    },
    kill: () => {
      // Electron's own kill only asks; a process inside a native call does not notice.
      if (!hasExited && child.pid !== undefined) process.kill(child.pid, 'SIGKILL');
    },
    onMessage: (listener) => void child.on('message', listener),
    onExit: (listener) => void exited.then(listener),
  };
}
