/** Connects the command line to this process. */
import type { CommandLineIo } from './run-command-line.ts';

/**
 * Prints to the process's streams. For a command that reads the signal, the first Ctrl-C cancels at the next step,
 * and the second ends the process as usual.
 */
export function processIo(): CommandLineIo {
  let controller: AbortController | undefined;
  // The reader may stop early (`| head`); the files are still written.
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
    // First, so that what hears a second signal is there when the user knows of it.
    controller.abort();
    console.error('\nCancelling; press Ctrl-C again to stop at once.');
  });
  process.once('SIGTERM', () => controller.abort());
  return controller;
}
