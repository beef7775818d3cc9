/**
 * The command line: finds the command, runs it, and turns what it throws into a line and an exit code.
 */
import { inspect } from 'node:util';
import { exitCodeOf, exitCodes, StudioError } from '../../contract/errors.ts';
import { type Command, type CommandEntry, commandHelp, overview, parseCommandLine } from './command.ts';
import { nearest } from './parse-options.ts';
import { type ProgressOutput, progressPrinter } from './progress-printer.ts';

/** What the command line needs of the process that it runs in. */
export interface CommandLineIo {
  /** Aborted to cancel. */
  readonly signal: AbortSignal;
  /** Results. */
  readonly print: (line: string) => void;
  /** Errors. */
  readonly printError: (line: string) => void;
  readonly progress: ProgressOutput;
}

/** A command and the arguments after its name. */
interface Found {
  readonly command: Command;
  /** Its name, with its group's. */
  readonly path: string;
  readonly args: readonly string[];
  readonly siblings: readonly Command[];
}

const PROGRAM = {
  path: 'pnpmix',
  summary: 'PnP-MIX Studio: places several subjects of your own in one generated scene.',
};

/**
 * Runs one of the commands.
 *
 * @param argv the command's name and its arguments
 * @returns the exit code (docs/errors.md)
 */
export async function runCommandLine(
  entries: readonly CommandEntry[],
  argv: readonly string[],
  io: CommandLineIo,
): Promise<number> {
  const isJson = argv.includes('--json');
  // Until the command is known, errors name what comes before it.
  const isKnown = entries.some(({ name }) => name === argv[0]);
  let path = isKnown ? `${PROGRAM.path} ${argv[0]}` : PROGRAM.path;
  try {
    const found = await find(entries, argv, io);
    if (found === undefined) return exitCodes.done.code;
    path = `${PROGRAM.path} ${found.path}`;
    await run(found, io);
    return exitCodes.done.code;
  } catch (error) {
    const code = error instanceof StudioError ? error.code : 'INTERNAL';
    const message = error instanceof Error ? error.message : String(error);
    if (isJson) io.print(JSON.stringify({ error: { code, message } }));
    else {
      io.printError(`error ${code}: ${message}`);
      if (code === 'USAGE') io.printError(`npx ${path} --help shows what it takes.`);
    }
    if (argv.includes('--debug')) io.printError(inspect(error));
    return exitCodeOf(code);
  }
}

/**
 * @returns undefined when help was requested and printed
 * @throws StudioError USAGE when there is no such command
 */
async function find(
  entries: readonly CommandEntry[],
  [name, ...args]: readonly string[],
  io: CommandLineIo,
): Promise<Found | undefined> {
  if (isHelp(name)) {
    io.print(overview(PROGRAM, entries));
    return undefined;
  }
  const loaded = await named(entries, name).load(args);
  if (!('commands' in loaded)) return { command: loaded, path: loaded.name, args, siblings: [] };
  const { commands, summary, details } = loaded;
  const [subcommand, ...rest] = args;
  if (isHelp(subcommand)) {
    io.print(overview({ summary, details, path: `${PROGRAM.path} ${loaded.name}` }, commands));
    return undefined;
  }
  const command = named(commands, subcommand, `${loaded.name} `);
  return { command, path: `${loaded.name} ${command.name}`, args: rest, siblings: commands };
}

function isHelp(word: string | undefined): boolean {
  return word === 'help' || word === '--help' || word === '-h';
}

/** @param group the word before the name, with a trailing space */
function named<Named extends { readonly name: string }>(
  commands: readonly Named[],
  name: string | undefined,
  group = '',
): Named {
  const names = commands.map((command) => command.name);
  if (name === undefined || name.startsWith('-')) {
    throw new StudioError('USAGE', `Name a command: ${names.slice(0, -1).join(', ')} or ${names.at(-1)}.`);
  }
  const command = commands.find((candidate) => candidate.name === name);
  if (command !== undefined) return command;
  const meant = nearest(name, names);
  const hint = meant === undefined ? '' : ` Did you mean "${group}${meant}"?`;
  throw new StudioError('USAGE', `There is no command "${group}${name}".${hint}`);
}

async function run({ command, path, args, siblings }: Found, io: CommandLineIo): Promise<void> {
  const { options, positionals } = parseCommandLine(command, path, args, siblings);
  if (options.has('help')) {
    io.print(commandHelp(command, path));
    return;
  }
  const isJson = options.has('json');
  const progress = progressPrinter(io.progress);
  try {
    await command.run({
      options,
      positionals,
      get signal() {
        return io.signal;
      },
      print: (line) => {
        progress.end();
        if (!isJson) io.print(line);
      },
      result: (value) => {
        progress.end();
        if (isJson) io.print(JSON.stringify(value));
      },
      progress,
    });
  } finally {
    progress.end();
  }
}
