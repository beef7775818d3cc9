import { describe, expect, it } from 'vitest';
import { alphaSchema, renderParametersSchema } from '../../../electron/contract/parameters.ts';
import { ALPHA_FIELD, PARAMETER_FIELDS } from '../../../renderer/editor/parameter-fields.ts';

describe('the parameters', () => {
  it('accept exactly the values that the contract accepts', () => {
    for (const field of PARAMETER_FIELDS) {
      if (field.kind !== 'slider') continue;
      const schema = renderParametersSchema.shape[field.name];
      const { min, max, most = max, step } = field;
      const taken = [min - step, min, max, most, most + step].map((value) => schema.safeParse(value).success);
      expect({ name: field.name, taken }).toEqual({
        name: field.name,
        taken: [false, true, true, true, false],
      });
    }
  });

  it('have the contract’s range of alpha', () => {
    const { min, max, step } = ALPHA_FIELD;
    const taken = [min - step, min, max, max + step].map((value) => alphaSchema.safeParse(value).success);
    expect(taken).toEqual([false, true, true, false]);
  });
});
