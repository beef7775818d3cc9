/** Entry of the browser host, `serve` of the command line, for the packaged program, which has no command line. */
import { processIo } from '../foundation/command-line/process-io.ts';
import { runCommandLine } from '../foundation/command-line/run-command-line.ts';
import { serveCommand } from './serve-command.ts';

const entry = { ...serveCommand, load: async () => serveCommand };
process.exitCode = await runCommandLine([entry], ['serve', ...process.argv.slice(2)], processIo());
