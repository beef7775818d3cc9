#!/usr/bin/env node
/** `pnpmix COMMAND [options]`: the command line, run in this process. */
import { processIo } from '../foundation/command-line/process-io.ts';
import { runCommandLine } from '../foundation/command-line/run-command-line.ts';
import { commands } from './commands.ts';

process.exitCode = await runCommandLine(commands, process.argv.slice(2), processIo());
