#!/usr/bin/env node
/** `pnpmix COMMAND [options]`: the command line, run in this process. */
import { keepCompiledCode } from '../foundation/processes/compiled-code.ts';

// Before anything else is loaded, so that it is kept too.
keepCompiledCode();
const [{ processIo }, { runCommandLine }, { commands }] = await Promise.all([
  import('../foundation/command-line/process-io.ts'),
  import('../foundation/command-line/run-command-line.ts'),
  import('./commands.ts'),
]);

process.exitCode = await runCommandLine(commands, process.argv.slice(2), processIo());
