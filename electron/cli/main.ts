/**
 * The command line: `node electron/cli/main.ts COMMAND [options]`.
 *
 * Exit codes: 0 done, 1 failed, 2 not understood, 130 cancelled by Ctrl-C.
 */
import { StudioError } from '../contract/errors.ts';
import { type Command, commandHelp, parseCommandLine } from './command.ts';
import { composeCommand } from './compose.ts';
import { demoCommand } from './demo.ts';

const commands: readonly Command[] = [demoCommand, composeCommand];

const exitCodes = { done: 0, failed: 1, usage: 2, cancelled: 130 } as const;

process.exitCode = await main(process.argv.slice(2));

async function main([name, ...args]: readonly string[]): Promise<number> {
  const command = commands.find((candidate) => candidate.name === name);
  if (command === undefined) {
    if (name === '--help') {
      console.log(overview());
      return exitCodes.done;
    }
    console.error(
      `${name === undefined ? '' : `error USAGE: There is no command "${name}".\n\n`}${overview()}`,
    );
    return exitCodes.usage;
  }
  try {
    const { options, positionals } = parseCommandLine(command, args);
    if (options.has('help')) {
      console.log(commandHelp(command));
      return exitCodes.done;
    }
    const print = (line: string) => console.log(line);
    await command.run({ options, positionals, signal: signalOfInterrupts(), print });
    return exitCodes.done;
  } catch (error) {
    return reportError(error, args.includes('--debug'), command);
  }
}

function overview(): string {
  const width = Math.max(...commands.map((command) => command.name.length));
  return [
    'PnP-MIX Studio: puts several of your own things into one generated scene.',
    '',
    'Usage: npm run COMMAND -- [options]',
    '',
    'Commands:',
    ...commands.map((command) => `  ${command.name.padEnd(width)}  ${command.summary}`),
    '',
    'npm run COMMAND -- --help shows a command’s options.',
  ].join('\n');
}

/** The first Ctrl-C asks the run to stop at its next step; the second ends the process as ever. */
function signalOfInterrupts(): AbortSignal {
  const controller = new AbortController();
  process.once('SIGINT', () => {
    console.error('\nCancelling; press Ctrl-C again to stop at once.');
    controller.abort();
  });
  return controller.signal;
}

function reportError(error: unknown, isDebug: boolean, command: Command): number {
  const code = error instanceof StudioError ? error.code : 'INTERNAL';
  const message = error instanceof Error ? error.message : String(error);
  console.error(`error ${code}: ${message}`);
  if (isDebug) console.error(error);
  if (code === 'CANCELLED') return exitCodes.cancelled;
  if (code !== 'USAGE') return exitCodes.failed;
  console.error(`npm run ${command.name} -- --help shows what it takes.`);
  return exitCodes.usage;
}
