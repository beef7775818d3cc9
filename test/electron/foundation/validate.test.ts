/** Validation of values of unknown origin. */
import { expect, test } from 'vitest';
import * as z from 'zod';
import { validate } from '../../../electron/foundation/validate.ts';

const schema = z.object({ steps: z.number().default(50), seed: z.number() });

test('returns the value with the schema’s defaults', () => {
  expect(validate(schema, { seed: 1 }, 'PARAMETER_INVALID', 'The request is not valid')).toEqual({
    steps: 50,
    seed: 1,
  });
});

test('refuses an invalid value with the given code, naming every field at fault', () => {
  const refused = () => validate(schema, { steps: 'many' }, 'SCENE_INVALID', 'The scene is not valid');
  expect(refused).toThrow(
    expect.objectContaining({
      code: 'SCENE_INVALID',
      message: expect.stringMatching(/^The scene is not valid:\n[\s\S]*steps[\s\S]*seed/),
      cause: expect.any(z.ZodError),
    }),
  );
});
