/** Checks what a task was given, in the words of its schema. */
import * as z from 'zod';
import { StudioError } from '../../contract/errors.ts';

/** @throws StudioError PARAMETER_INVALID naming what is wrong */
export function parseInput<Schema extends z.ZodType>(
  schema: Schema,
  input: unknown,
  what: string,
): z.output<Schema> {
  const parsed = schema.safeParse(input);
  if (parsed.success) return parsed.data;
  throw new StudioError('PARAMETER_INVALID', `${what} is not valid:\n${z.prettifyError(parsed.error)}`, {
    cause: parsed.error,
  });
}
