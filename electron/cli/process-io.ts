/** The command line's ends, tied to this process. */
import type { CommandLineIo } from './command-line.ts';

/** Prints to the process's streams. The first Ctrl-C cancels at the next step; the second ends it as ever. */
export function processIo(): CommandLineIo {
  const controller = new AbortController();
  process.once('SIGINT', () => {
    console.error('\nCancelling; press Ctrl-C again to stop at once.');
    controller.abort();
  });
  // Whoever reads may have seen enough (`| head`); the files are written all the same.
  for (const stream of [process.stdout, process.stderr]) {
    stream.on('error', (error: NodeJS.ErrnoException) => {
      if (error.code !== 'EPIPE') throw error;
    });
  }
  return {
    signal: controller.signal,
    print: (line) => console.log(line),
    printError: (line) => console.error(line),
  };
}
