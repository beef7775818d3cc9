/**
 * The command line: finds the command, runs it, and turns what it throws into a line and an exit code.
 */
import { inspect } from 'node:util';
import { exitCodeOf, exitCodes, StudioError } from '../contract/errors.ts';
import { nearest } from '../foundation/command-line/parse-options.ts';
import { type Command, commandHelp, parseCommandLine } from './command.ts';

/** What the command line needs of the process that it runs in. */
export interface CommandLineIo {
  /** Aborted to cancel. */
  readonly signal: AbortSignal;
  /** Results. */
  readonly print: (line: string) => void;
  /** Errors; progress goes to standard error by itself. */
  readonly printError: (line: string) => void;
}

/**
 * Runs one of the commands.
 *
 * @param argv the command's name and what follows it
 * @returns the exit code
 */
export async function runCommandLine(
  commands: readonly Command[],
  [name, ...args]: readonly string[],
  io: CommandLineIo,
): Promise<number> {
  const command = commands.find((candidate) => candidate.name === name);
  if (command === undefined) {
    if (name === '--help') {
      io.print(overview(commands));
      return exitCodes.done.code;
    }
    if (name !== undefined) {
      const meant = nearest(
        name,
        commands.map((known) => known.name),
      );
      io.printError(
        `error USAGE: There is no command "${name}".${meant ? ` Did you mean "${meant}"?` : ''}\n`,
      );
    }
    io.printError(overview(commands));
    return exitCodes.usage.code;
  }
  try {
    const { options, positionals } = parseCommandLine(command, args);
    if (options.has('help')) {
      io.print(commandHelp(command));
      return exitCodes.done.code;
    }
    await command.run({ options, positionals, signal: io.signal, print: io.print });
    return exitCodes.done.code;
  } catch (error) {
    return reportError(error, args.includes('--debug'), command, io.printError);
  }
}

function overview(commands: readonly Command[]): string {
  const width = Math.max(...commands.map((command) => command.name.length));
  return [
    'PnP-MIX Studio: places several subjects of your own in one generated scene.',
    '',
    'Usage: npm run COMMAND -- [options]',
    '',
    'Commands:',
    ...commands.map((command) => `  ${command.name.padEnd(width)}  ${command.summary}`),
    '',
    'npm run COMMAND -- --help shows a command’s options.',
  ].join('\n');
}

function reportError(
  error: unknown,
  isDebug: boolean,
  command: Command,
  printError: (line: string) => void,
): number {
  const code = error instanceof StudioError ? error.code : 'INTERNAL';
  const message = error instanceof Error ? error.message : String(error);
  printError(`error ${code}: ${message}`);
  if (isDebug) printError(inspect(error));
  if (code === 'USAGE') printError(`npm run ${command.name} -- --help shows what it takes.`);
  return exitCodeOf(code);
}
