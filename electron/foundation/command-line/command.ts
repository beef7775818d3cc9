/** The definition of a command: its options, from which both its help and its parser are made. */
import * as z from 'zod';
import { StudioError } from '../../contract/errors.ts';
import { parseOptions } from './parse-options.ts';
import type { ProgressPrinter } from './progress-printer.ts';

/** One option. */
export interface CommandOption {
  /** Placeholder for its value in the help; without one the option is a switch. */
  readonly value?: string;
  /** May be given more than once. */
  readonly multiple?: boolean;
  readonly description: string;
}

/** The input of a command's run. */
export interface CommandContext {
  readonly options: ParsedOptions;
  readonly positionals: readonly string[];
  /** Aborted by the first Ctrl-C. A command that never reads it handles signals itself. */
  readonly signal: AbortSignal;
  /** Prints a line of the result for people; nothing with --json. */
  readonly print: (line: string) => void;
  /** Prints the result for programs, as one line of JSON; nothing without --json. */
  readonly result: (value: object) => void;
  /** Progress and notices, on standard error. */
  readonly progress: ProgressPrinter;
}

export interface Command {
  readonly name: string;
  readonly summary: string;
  /** The usage after the command's name in the help. */
  readonly usage: string;
  readonly details?: string;
  readonly options: Readonly<Record<string, CommandOption>>;
  /** Names of its positional arguments, one each; without them the command checks its own. */
  readonly operands?: readonly string[];
  readonly run: (context: CommandContext) => Promise<void>;
}

/** Commands in a group, such as `models pull`. */
export interface CommandGroup {
  readonly name: string;
  readonly summary: string;
  readonly details?: string;
  readonly commands: readonly Command[];
}

/** A command in the list of all: its code is loaded only to run it, since most commands load models or hosts. */
export interface CommandEntry {
  readonly name: string;
  readonly summary: string;
  /** @param args what follows its name */
  readonly load: (args: readonly string[]) => Promise<Command | CommandGroup>;
}

/** Options that every command takes. */
const sharedOptions: Readonly<Record<string, CommandOption>> = {
  json: { description: 'Print the result, or the error, as a line of JSON (docs/command-line.md).' },
  debug: { description: 'Show the stack trace of an error, and its cause.' },
  help: { description: 'Show this help.' },
};

/** Options by name, as given. */
export class ParsedOptions {
  readonly #values: Readonly<Record<string, unknown>>;

  constructor(values: Readonly<Record<string, unknown>>) {
    this.#values = values;
  }

  has(name: string): boolean {
    return this.#values[name] !== undefined;
  }

  text(name: string): string | undefined {
    const value = this.#values[name];
    return typeof value === 'string' ? value : undefined;
  }

  texts(name: string): readonly string[] {
    const value = this.#values[name];
    return Array.isArray(value) ? value : [];
  }

  /**
   * @param range accepted values
   * @throws StudioError USAGE when the value is no number, PARAMETER_INVALID when it is out of range
   */
  number(name: string, range: NumberRange): number | undefined {
    const text = this.text(name);
    return text === undefined ? undefined : parseNumber(`--${name}`, text, range);
  }
}

/** Which numbers are accepted. */
export interface NumberRange {
  readonly minimum: number;
  /** No upper limit by default. */
  readonly maximum?: number | undefined;
  readonly isWhole: boolean;
}

/** The range of a schema such as `z.int().min(0)`. */
export function rangeOf(schema: z.ZodType): NumberRange {
  const { type, minimum, maximum } = z.toJSONSchema(schema);
  if (minimum === undefined) throw new Error('a numeric option needs a minimum');
  return { minimum, maximum, isWhole: type === 'integer' };
}

/**
 * @param what name of the number on the command line, such as `--seed`
 * @throws StudioError USAGE when the text is no number, PARAMETER_INVALID when it is out of range; both state the
 * accepted range
 */
export function parseNumber(what: string, text: string, { minimum, maximum, isWhole }: NumberRange): number {
  const number = Number(text);
  const kind = isWhole ? 'a whole number' : 'a number';
  const limits = maximum === undefined ? `from ${minimum} on` : `from ${minimum} to ${maximum}`;
  const accepted = `${what} takes ${kind} ${limits}; not "${text}".`;
  if (text.trim() === '' || !Number.isFinite(number)) throw new StudioError('USAGE', accepted);
  if (
    number < minimum ||
    (maximum !== undefined && number > maximum) ||
    (isWhole && !Number.isInteger(number))
  ) {
    throw new StudioError('PARAMETER_INVALID', accepted);
  }
  return number;
}

/**
 * Parses a command's arguments.
 *
 * @param path the command's name with its group's, such as `models pull`
 * @param siblings the other commands of its group, to recognise their options
 * @throws StudioError USAGE naming the option or what is missing
 */
export function parseCommandLine(
  command: Command,
  path: string,
  args: readonly string[],
  siblings: readonly Command[] = [],
): { options: ParsedOptions; positionals: readonly string[] } {
  const options = Object.fromEntries(
    Object.entries({ ...command.options, ...sharedOptions }).map(([name, { value, multiple }]) => [
      name,
      {
        type: value === undefined ? ('boolean' as const) : ('string' as const),
        multiple: multiple ?? false,
        ...(name === 'help' && { short: 'h' }),
      },
    ]),
  );
  const elsewhere = siblings.flatMap((sibling) => Object.keys(sibling.options));
  const { values, positionals } = parseOptions(args, options, { path, options: elsewhere });
  const { operands } = command;
  if (values.help === undefined && operands !== undefined && positionals.length !== operands.length) {
    throw new StudioError(
      'USAGE',
      `"${path}" takes ${operands.join(' ') || 'no name'}, not: ${positionals.join(' ') || 'nothing'}.`,
    );
  }
  return { options: new ParsedOptions(values), positionals };
}

/** The help of a command. */
export function commandHelp(command: Command, path: string): string {
  const rows = Object.entries({ ...command.options, ...sharedOptions }).map(
    ([name, { value, multiple, description }]) =>
      [`--${name}${value ? ` ${value}` : ''}${multiple ? ' ...' : ''}`, description] as const,
  );
  return [
    command.summary,
    '',
    `Usage: npx pnpmix ${path} ${command.usage}`,
    ...(command.details ? ['', command.details] : []),
    '',
    'Options:',
    ...inColumns(rows),
  ].join('\n');
}

/** The help of commands in a list: all of them, or a group's. */
export function overview(
  { summary, details, path }: { summary: string; details?: string | undefined; path: string },
  commands: readonly Pick<Command, 'name' | 'summary'>[],
): string {
  return [
    summary,
    '',
    `Usage: npx ${path} COMMAND [options]`,
    '',
    'Commands:',
    ...inColumns(commands.map((command) => [command.name, command.summary])),
    ...(details ? ['', details] : []),
    '',
    `npx ${path} COMMAND --help shows a command’s options.`,
  ].join('\n');
}

function inColumns(rows: readonly (readonly [string, string])[]): string[] {
  const width = Math.max(...rows.map(([first]) => first.length));
  return rows.map(([first, second]) => `  ${first.padEnd(width)}  ${second}`);
}
