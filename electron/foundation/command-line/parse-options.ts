/** The one parser of command lines: Node's own, with negative numbers, and errors that state what is accepted. */
import { type ParseArgsConfig, parseArgs } from 'node:util';
import levenshtein from 'fastest-levenshtein';
import { StudioError } from '../../contract/errors.ts';

type Options = NonNullable<ParseArgsConfig['options']>;
type Parsed<Known extends Options> = ReturnType<
  typeof parseArgs<{ args: string[]; options: Known; allowPositionals: true }>
>;

/**
 * Parses the arguments of a command. A value may be a negative number: `--seed -1` is `--seed=-1`, which Node alone
 * takes for an option named 1.
 *
 * @param others the command's name, and the options of its sibling commands
 * @throws StudioError USAGE: an unknown option (with the nearest one), another command's option, an option without
 * its value, a switch with one
 */
export function parseOptions<const Known extends Options>(
  args: readonly string[],
  options: Known,
  others: { readonly path: string; readonly options: readonly string[] },
): Parsed<Known> {
  const { tokens } = parseArgs({
    args: [...args],
    options,
    strict: false,
    allowPositionals: true,
    tokens: true,
  });
  const joined = tokens.flatMap((token) => {
    if (token.kind === 'option-terminator') return ['--'];
    if (token.kind === 'positional') return [token.value];
    const { name, rawName, value, inlineValue } = token;
    // "--toString" is none, although every object has one.
    const option = Object.hasOwn(options, name) ? options[name] : undefined;
    if (option === undefined) {
      if (others.options.includes(name)) {
        throw new StudioError('USAGE', `"${others.path}" takes no ${rawName}.`);
      }
      throw unknownOption(rawName, Object.keys(options));
    }
    if (option.type === 'boolean') {
      if (value === undefined) return [rawName];
      throw new StudioError('USAGE', `${rawName} takes no value; not "${value}".`);
    }
    // Otherwise a forgotten value would swallow the next option.
    if (value === undefined || (inlineValue === false && isOption(value))) {
      throw new StudioError('USAGE', `${rawName} needs a value.`);
    }
    return [`${rawName}=${value}`];
  });
  return parseArgs({ args: joined, options, allowPositionals: true }) as Parsed<Known>;
}

function isOption(text: string): boolean {
  return text.startsWith('-') && text !== '-' && !/^-[\d.]/.test(text);
}

function unknownOption(given: string, known: readonly string[]): StudioError {
  const meant = nearest(given.replace(/^-+/, ''), known);
  const hint = meant === undefined ? '' : ` Did you mean --${meant}?`;
  return new StudioError('USAGE', `There is no option ${given}.${hint}`);
}

/** The candidate nearest to a misspelt word, if any: two letters, or a third of them, may be wrong. */
export function nearest(word: string, candidates: readonly string[]): string | undefined {
  if (candidates.length === 0) return undefined;
  const best = levenshtein.closest(word, candidates);
  const isNear =
    levenshtein.distance(word, best) <= Math.max(Math.min(2, word.length - 2), Math.floor(word.length / 3));
  // Someone who writes --keep may mean --no-keep-background.
  return isNear ? best : candidates.find((candidate) => word.length > 2 && candidate.includes(word));
}
