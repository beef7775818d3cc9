/** `node electron/cli/main.ts COMMAND [options]`: the command line, run in this process. */
import { runCommandLine } from './command-line.ts';
import { commands } from './commands.ts';
import { processIo } from './process-io.ts';

process.exitCode = await runCommandLine(commands, process.argv.slice(2), processIo());
