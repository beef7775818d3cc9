/** An error for the log: what broke and where, without what its sentence quotes. */
import * as z from 'zod';
import { StudioError } from '../../contract/errors.ts';

/** Deepest chain of causes that is followed. */
const MAX_CAUSES = 5;

/** Tokens of this program's hosts are 32 bytes in base64url; the hub's begin with hf_. */
const TOKENS = /(?<![\w-])(?:[\w-]{43}|hf_\w{8,})(?![\w-])/g;

/**
 * Takes out what somebody wrote or what a file holds. Sentences of this program, of zod and of JSON.parse quote such
 * things in double quotes; from a line's first to its last, so that quotes inside of what is quoted hide nothing.
 */
export function withoutQuotes(text: string): string {
  return text.replaceAll(/"[^\n]*"|"[^\n]*/g, '"…"').replaceAll(TOKENS, '…');
}

/** Type, code, sentence and stack of whatever was thrown, and of what caused it. */
export function describeFault(thrown: unknown): {
  readonly type: string;
  readonly code?: string;
  readonly message?: string;
  readonly stack?: string;
  readonly causes?: string;
} {
  if (typeof thrown === 'string') return { type: 'string', message: withoutQuotes(thrown) };
  // An object that is no error may hold anything: its kind is all that is said of it.
  if (!(thrown instanceof Error)) return { type: kindOf(thrown) };
  const causes: string[] = [];
  for (let cause = thrown.cause; cause instanceof Error && causes.length < MAX_CAUSES; cause = cause.cause) {
    causes.push(`${cause.name}: ${messageOf(cause)}`);
  }
  const code = codeOf(thrown);
  return {
    type: thrown.name,
    ...(code !== undefined && { code }),
    message: messageOf(thrown),
    stack: framesOf(thrown),
    ...(causes.length > 0 && { causes: causes.join('; ') }),
  };
}

function kindOf(thrown: unknown): string {
  if (typeof thrown !== 'object' || thrown === null) return String(thrown === null ? null : typeof thrown);
  return thrown.constructor?.name ?? 'object';
}

function codeOf(error: Error): string | undefined {
  if (error instanceof StudioError) return error.code;
  const { code } = error as NodeJS.ErrnoException;
  return typeof code === 'string' ? code : undefined;
}

function messageOf(error: Error): string {
  // Its message is all quotes: names of fields are what helps.
  if (error instanceof z.core.$ZodError) {
    return error.issues.map(({ code, path }) => `${code} at ${path.join('.')}`).join('; ');
  }
  return withoutQuotes(quotesOnOneLine(error.message));
}

/** What is quoted may have several lines: from the first quote to the last is one. */
function quotesOnOneLine(message: string): string {
  return message.replace(/"[\s\S]*"/, '"…"');
}

/** The frames alone: the stack begins with the message. */
function framesOf({ stack = '' }: Error): string {
  return stack
    .split('\n')
    .filter((line) => /^\s+at /.test(line))
    .join('\n');
}
