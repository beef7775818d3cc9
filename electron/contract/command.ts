/** The shape of a command of the contract and of its result. */
import * as z from 'zod';
import { errorCodeSchema } from './errors.ts';

/** A command: its input, its result, and a line on what it does. */
export interface CommandDefinition<
  Input extends z.ZodType = z.ZodType,
  Output extends z.ZodType = z.ZodType,
> {
  readonly summary: string;
  readonly input: Input;
  readonly output: Output;
}

/** Defines a command and keeps the types of its schemas. */
export function command<Input extends z.ZodType, Output extends z.ZodType>(
  summary: string,
  input: Input,
  output: Output,
): CommandDefinition<Input, Output> {
  return { summary, input, output };
}

/** For commands that take nothing. */
export const nothing = z.strictObject({});

/** For commands that return nothing. */
export const done = z.null();

export const failureSchema = z.strictObject({
  ok: z.literal(false),
  code: errorCodeSchema,
  message: z.string().describe('A sentence for the user.'),
});
export type Failure = z.infer<typeof failureSchema>;

/** The envelope of every response. */
export type Envelope<Value> = { readonly ok: true; readonly value: Value } | Failure;

export const envelopeSchema = z.discriminatedUnion('ok', [
  z.strictObject({ ok: z.literal(true), value: z.json() }),
  failureSchema,
]);
