/** The browser host as an entry of its own: `serve` of the command line, in a program that is packaged without it. */
import { processIo } from '../foundation/command-line/process-io.ts';
import { runCommandLine } from '../foundation/command-line/run-command-line.ts';
import { serveCommand } from './serve-command.ts';

const entry = { ...serveCommand, load: async () => serveCommand };
process.exitCode = await runCommandLine([entry], ['serve', ...process.argv.slice(2)], processIo());
