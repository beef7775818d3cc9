/** What a command of the command line is: its options, from which both its help and its parser are made. */
import * as z from 'zod';
import { StudioError } from '../contract/errors.ts';
import { parseOptions } from '../foundation/command-line/parse-options.ts';

/** One option. */
export interface CommandOption {
  /** What stands for its value in the help; without it the option is a switch. */
  readonly value?: string;
  /** May be given more than once. */
  readonly multiple?: boolean;
  readonly description: string;
}

/** What a command is run with. */
export interface CommandContext {
  readonly options: ParsedOptions;
  readonly positionals: readonly string[];
  /** Aborted by the first Ctrl-C. */
  readonly signal: AbortSignal;
  /** Prints a line of the result. */
  readonly print: (line: string) => void;
}

export interface Command {
  readonly name: string;
  readonly summary: string;
  /** The line behind the command's name in the help. */
  readonly usage: string;
  readonly details?: string;
  readonly options: Readonly<Record<string, CommandOption>>;
  readonly run: (context: CommandContext) => Promise<void>;
}

/** Options that every command takes. */
const sharedOptions: Readonly<Record<string, CommandOption>> = {
  debug: { description: 'Show the stack trace of an error, and its cause.' },
  help: { description: 'Show this help.' },
};

/** Options by name, as they were given. */
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
   * @param range what is accepted
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
  /** Without it there is no upper limit. */
  readonly maximum?: number | undefined;
  readonly isWhole: boolean;
}

/** The range of a schema such as `z.int().min(0)`. */
export function rangeOf(schema: z.ZodType): NumberRange {
  const { type, minimum, maximum } = z.toJSONSchema(schema);
  if (minimum === undefined) throw new Error('a number of the command line needs a smallest value');
  return { minimum, maximum, isWhole: type === 'integer' };
}

/**
 * @param what how the command line calls the number, such as `--seed`
 * @throws StudioError USAGE when the text is no number, PARAMETER_INVALID when it is out of range; both say what is
 *   accepted
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
 * @throws StudioError USAGE naming the option
 */
export function parseCommandLine(
  command: Command,
  args: readonly string[],
): { options: ParsedOptions; positionals: readonly string[] } {
  const options = Object.fromEntries(
    Object.entries({ ...command.options, ...sharedOptions }).map(([name, { value, multiple }]) => [
      name,
      { type: value === undefined ? ('boolean' as const) : ('string' as const), multiple: multiple ?? false },
    ]),
  );
  const { values, positionals } = parseOptions(args, options);
  return { options: new ParsedOptions(values), positionals };
}

/** A command's help. */
export function commandHelp(command: Command): string {
  const rows = Object.entries({ ...command.options, ...sharedOptions }).map(
    ([name, { value, multiple, description }]) =>
      [`--${name}${value ? ` ${value}` : ''}${multiple ? ' ...' : ''}`, description] as const,
  );
  const width = Math.max(...rows.map(([option]) => option.length));
  return [
    command.summary,
    '',
    `Usage: npm run ${command.name} -- ${command.usage}`,
    ...(command.details ? ['', command.details] : []),
    '',
    'Options:',
    ...rows.map(([option, description]) => `  ${option.padEnd(width)}  ${description}`),
  ].join('\n');
}
