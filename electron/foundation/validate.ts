/** Validates values of unknown origin with a schema. */
import * as z from 'zod';
import { type ErrorCode, StudioError } from '../contract/errors.ts';

/**
 * @param problem the sentence before the list of faults, without a full stop: "The request is not valid"
 * @returns the value as the schema gives it
 * @throws StudioError with `code`, naming every field at fault
 */
export function validate<Schema extends z.ZodType>(
  schema: Schema,
  value: unknown,
  code: ErrorCode,
  problem: string,
): z.output<Schema> {
  const parsed = schema.safeParse(value);
  if (parsed.success) return parsed.data;
  throw new StudioError(code, `${problem}:\n${z.prettifyError(parsed.error)}`, { cause: parsed.error });
}

/** {@link validate} for a caller's input. @param what begins the sentence @throws StudioError PARAMETER_INVALID */
export function validateInput<Schema extends z.ZodType>(
  schema: Schema,
  input: unknown,
  what: string,
): z.output<Schema> {
  return validate(schema, input, 'PARAMETER_INVALID', `${what} is not valid`);
}
