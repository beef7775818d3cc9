/** An error for the log: what broke and where, without the user's content that its sentence quotes. */
import * as z from 'zod';
import { StudioError } from '../../contract/errors.ts';

/** How many causes of an error are followed. */
const MAX_CAUSES = 5;

/** Tokens of this program's hosts are 32 bytes in base64url; the hub's begin with hf_. */
const TOKENS = /(?<![\w-])(?:[\w-]{43}|hf_\w{8,})(?![\w-])/g;

/**
 * Removes the user's words and file contents. Sentences of this program, zod and JSON.parse put them in double
 * quotes; everything from a line's first quote to its last is removed, so that quotes within them hide nothing.
 */
export function withoutQuotes(text: string): string {
  return text.replaceAll(/"[^\n]*"|"[^\n]*/g, '"…"').replaceAll(TOKENS, '…');
}

/** Type, code, sentence and stack of anything thrown, and of its causes. */
export function describeFault(thrown: unknown): {
  readonly type: string;
  readonly code?: string;
  readonly message?: string;
  readonly stack?: string;
  readonly causes?: string;
} {
  if (typeof thrown === 'string') return { type: 'string', message: withoutQuotes(thrown) };
  // An object that is not an error may hold anything: log only its kind.
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
  // Its message is all quotes: the field names help more.
  if (error instanceof z.core.$ZodError) {
    return error.issues.map(({ code, path }) => `${code} at ${path.join('.')}`).join('; ');
  }
  return withoutQuotes(quotesOnOneLine(error.message));
}

/** A quotation may span several lines: remove everything from the first quote to the last. */
function quotesOnOneLine(message: string): string {
  return message.replace(/"[\s\S]*"/, '"…"');
}

/** Only the frames: the stack begins with the message. */
function framesOf({ stack = '' }: Error): string {
  return stack
    .split('\n')
    .filter((line) => /^\s+at /.test(line))
    .join('\n');
}
