/** The engine as a utility process of Electron. */
import type { UtilityProcess, utilityProcess } from 'electron';
import type { ChildExit, EngineChild, EngineLauncher } from '../app/engine/engine-child.ts';

/** How much of its standard error is kept. */
const LAST_WORDS_LENGTH = 2000;

/** @param file the engine process's entry file */
export function utilityEngine(fork: (typeof utilityProcess)['fork'], file: string): EngineLauncher {
  return () =>
    engineChild(fork(file, [], { serviceName: 'PnP-MIX engine', stdio: ['ignore', 'ignore', 'pipe'] }));
}

function engineChild(child: UtilityProcess): EngineChild {
  let lastWords = '';
  child.stderr?.on('data', (bytes: Buffer) => {
    lastWords = (lastWords + bytes.toString('utf8')).slice(-LAST_WORDS_LENGTH);
  });
  let hasExited = false;
  const exited = new Promise<ChildExit>((resolve) => {
    child.once('exit', (exitCode) => {
      hasExited = true;
      resolve({ exitCode, signal: null, lastWords });
    });
  });
  return {
    get pid() {
      return child.pid;
    },
    send: (message) => {
      // A child that died meanwhile is told of by its exit.
      if (!hasExited) child.postMessage(message);
    },
    kill: () => {
      // Electron's own kill asks politely; an engine inside a native call does not hear that.
      if (!hasExited && child.pid !== undefined) process.kill(child.pid, 'SIGKILL');
    },
    onMessage: (listener) => void child.on('message', listener),
    onExit: (listener) => void exited.then(listener),
  };
}
