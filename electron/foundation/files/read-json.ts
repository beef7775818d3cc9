/**
 * Reads JSON that people edit: in the encodings that editors save it in, and with errors that name line and column.
 *
 * Notepad and PowerShell begin UTF-8 with a byte order mark, and write UTF-16 when asked for "Unicode".
 */
import jsonc, { type ParseError } from 'jsonc-parser';
import { type ErrorCode, StudioError } from '../../contract/errors.ts';
import { FileReadError, readRegularFile } from './read-file.ts';

/** Largest JSON file that people edit: a catalogue has some 20 kB. */
const MAX_JSON_FILE_BYTES = 8 * 2 ** 20;

/** Error codes of a file's reader. */
export interface JsonFileCodes {
  /** The file is not there or cannot be read. */
  readonly missing: ErrorCode;
  /** The file exists but is not JSON. */
  readonly invalid: ErrorCode;
}

/**
 * Reads a JSON file.
 *
 * @param what names the file at the beginning of a sentence, such as `The scene file x/scene.json`
 * @throws StudioError with one of these codes
 */
export async function readJsonFile(path: string, what: string, codes: JsonFileCodes): Promise<unknown> {
  let bytes: Uint8Array;
  try {
    bytes = await readRegularFile(path, MAX_JSON_FILE_BYTES);
  } catch (cause) {
    if (!(cause instanceof FileReadError)) throw cause;
    const isThere = cause.reason === 'not-a-file' || cause.reason === 'too-large';
    throw new StudioError(isThere ? codes.invalid : codes.missing, `${what} ${cause.message}.`, { cause });
  }
  return parseJsonFile(bytes, what, codes.invalid);
}

/** {@link readJsonFile} for an optional file. @returns undefined when it does not exist */
export async function readJsonFileIfPresent(
  path: string,
  what: string,
  codes: JsonFileCodes,
): Promise<unknown> {
  try {
    return await readJsonFile(path, what, codes);
  } catch (error) {
    const { cause } = error as StudioError;
    if (cause instanceof FileReadError && cause.reason === 'missing') return undefined;
    throw error;
  }
}

/**
 * Parses the bytes of a JSON file.
 *
 * @throws StudioError with the code: the encoding is unknown, or the text is not JSON
 */
export function parseJsonFile(bytes: Uint8Array, what: string, code: ErrorCode): unknown {
  const text = decodeText(bytes, what, code);
  try {
    return JSON.parse(text);
  } catch (cause) {
    throw new StudioError(code, `${what} is not valid JSON: ${describeJsonError(text, cause)}.`, { cause });
  }
}

/** UTF-8, or UTF-16 in either byte order; byte order marks are removed. */
function decodeText(bytes: Uint8Array, what: string, code: ErrorCode): string {
  const encoding = encodingOf(bytes);
  try {
    return new TextDecoder(encoding, { fatal: true }).decode(bytes);
  } catch (cause) {
    const named = encoding === 'utf-8' ? 'UTF-8' : 'UTF-16';
    throw new StudioError(code, `${what} is not ${named} text. Save it with the encoding UTF-8.`, { cause });
  }
}

/**
 * Detected by the byte order mark; without one, by UTF-16's zero byte next to JSON's first character, which is ASCII.
 */
function encodingOf([first, second]: Uint8Array): 'utf-8' | 'utf-16le' | 'utf-16be' {
  if (first === 0xff && second === 0xfe) return 'utf-16le';
  if (first === 0xfe && second === 0xff) return 'utf-16be';
  if (first !== 0 && second === 0) return 'utf-16le';
  if (first === 0 && second !== 0) return 'utf-16be';
  return 'utf-8';
}

/** Sentences for jsonc-parser's errors. */
const jsonFaults: Readonly<Record<string, string>> = {
  InvalidSymbol: 'this is neither text in double quotes nor a number, true, false or null',
  InvalidNumberFormat: 'this is not a number',
  PropertyNameExpected: 'a field name in double quotes is missing (a comma after the last field?)',
  ValueExpected: 'a value is missing (a comma after the last one?)',
  ColonExpected: 'a colon is missing',
  CommaExpected: 'a comma is missing',
  CloseBraceExpected: 'the file ends before its closing }',
  CloseBracketExpected: 'the file ends before its closing ]',
  EndOfFileExpected: 'there is something after the end',
  InvalidCommentToken: 'comments are not allowed',
  UnexpectedEndOfComment: 'comments are not allowed',
  UnexpectedEndOfString: 'a text is not closed with double quotes',
  UnexpectedEndOfNumber: 'a number is not finished',
  InvalidUnicode: 'this is not \\u and four hexadecimal digits',
  InvalidEscapeCharacter:
    'a backslash is followed by a character that it cannot escape (write \\\\ for a backslash)',
  InvalidCharacter: 'a text contains a line break or another control character',
};

function describeJsonError(text: string, cause: unknown): string {
  const errors: ParseError[] = [];
  try {
    jsonc.parse(text, errors, { disallowComments: true, allowTrailingComma: false });
  } catch (error) {
    if (!(error instanceof RangeError)) throw error;
    // It calls itself for each level, and stops where there are too many.
    return 'its arrays and objects are nested too deeply';
  }
  const [first] = errors;
  if (first === undefined) return cause instanceof Error ? cause.message : String(cause);
  const name = jsonc.printParseErrorCode(first.error);
  if (text.trim() === '') return 'it is empty';
  const lines = text.slice(0, first.offset).split('\n');
  const column = lines.at(-1)!.length + 1;
  return `line ${lines.length}, column ${column}: ${jsonFaults[name] ?? name}`;
}
