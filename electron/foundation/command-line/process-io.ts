/** The command line's ends, tied to this process. */
import type { CommandLineIo } from './run-command-line.ts';

/**
 * Prints to the process's streams. For a command that looks at the signal, the first Ctrl-C cancels at the next step,
 * and the second ends the process as ever.
 */
export function processIo(): CommandLineIo {
  let controller: AbortController | undefined;
  // A reader may have seen enough (`| head`); the files are written all the same.
  for (const stream of [process.stdout, process.stderr]) {
    stream.on('error', (error: NodeJS.ErrnoException) => {
      if (error.code !== 'EPIPE') throw error;
    });
  }
  return {
    get signal() {
      controller ??= cancelledBySignals();
      return controller.signal;
    },
    print: (line) => console.log(line),
    printError: (line) => console.error(line),
    progress: {
      write: (text) => process.stderr.write(text),
      isTerminal: process.stderr.isTTY === true,
      now: () => performance.now(),
    },
  };
}

function cancelledBySignals(): AbortController {
  const controller = new AbortController();
  process.once('SIGINT', () => {
    console.error('\nCancelling; press Ctrl-C again to stop at once.');
    controller.abort();
  });
  process.once('SIGTERM', () => controller.abort());
  return controller;
}
