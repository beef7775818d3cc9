/** The size of a prompt in the tokens of a model, and the passes of its text encoder. */
import * as z from 'zod';

const index = z.int().nonnegative();

export const promptTokensSchema = z.strictObject({
  count: z.int().nonnegative().describe('Tokens of the whole prompt, without start and end tokens.'),
  limit: z.int().positive().describe('Tokens in a pass of the text encoder.'),
  chunks: z
    .array(
      z.strictObject({
        tokens: z.int().nonnegative(),
        start: index.describe('Index of its first character in the text.'),
        end: index.describe('Index behind its last character.'),
      }),
    )
    .min(1)
    .describe('The parts of the text that are encoded, each in a pass of its own.'),
  ignored: z.int().nonnegative().describe('Tokens behind the last pass, which have no effect.'),
  ignoredFrom: index.nullable().describe('Index of the first character without effect; null for none.'),
});
export type PromptTokens = z.infer<typeof promptTokensSchema>;
