/** Values stored as JSON in the database, validated like untrusted input when read. */
import type * as z from 'zod';
import { StudioError } from '../contract/errors.ts';
import { validate } from '../foundation/validate.ts';
import { MAX_JSON_LENGTH } from './size-limits.ts';

/** What a query returns in place of a text that is too long to read: see {@link boundedText}. */
const TOO_LONG = null;

/** SQL for a column's text, or null, without reading it, if it is longer than any that this program writes. */
export function boundedText(column: string): string {
  return `iif(length(CAST(${column} AS BLOB)) <= ${MAX_JSON_LENGTH}, ${column}, NULL)`;
}

/**
 * @param text of a column read through {@link boundedText}
 * @param what names it in the message
 * @throws StudioError PROJECT_INVALID
 */
export function fromStoredJson<Schema extends z.ZodType>(
  schema: Schema,
  text: string | null,
  what: string,
): z.output<Schema> {
  if (text === TOO_LONG) throw new StudioError('PROJECT_INVALID', `${what} is too large to be genuine.`);
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch (cause) {
    throw new StudioError('PROJECT_INVALID', `${what} is damaged: it is not JSON.`, { cause });
  }
  return fromStored(schema, value, what);
}

/** @throws StudioError PROJECT_INVALID */
export function fromStored<Schema extends z.ZodType>(
  schema: Schema,
  value: unknown,
  what: string,
): z.output<Schema> {
  return validate(schema, value, 'PROJECT_INVALID', `${what} is damaged`);
}

/** @throws StudioError PARAMETER_INVALID when it is longer than the limit for reading */
export function toStoredJson(value: unknown, what: string): string {
  const text = JSON.stringify(value);
  if (Buffer.byteLength(text) <= MAX_JSON_LENGTH) return text;
  throw new StudioError('PARAMETER_INVALID', `${what} is too large for a project.`);
}
