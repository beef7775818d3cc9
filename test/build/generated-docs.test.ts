/** The generated pages match the code. */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { generatedDocs } from '../../build/generated-docs.ts';
import { errorCodes } from '../../electron/contract/errors.ts';
import { renderParametersSchema } from '../../electron/contract/parameters.ts';

const root = join(import.meta.dirname, '..', '..');
const docs = new Map(generatedDocs().map(({ path, content }) => [path, content]));

test.each([...docs.keys()])('%s is up to date with `npm run docs`', (path) => {
  expect(readFileSync(join(root, path), 'utf8').replaceAll('\r\n', '\n')).toBe(docs.get(path));
});

describe('the pages', () => {
  test('name every error code and every parameter', () => {
    for (const code of Object.keys(errorCodes)) expect(docs.get('docs/errors.md')).toContain(`\`${code}\``);
    for (const name of ['alpha', ...Object.keys(renderParametersSchema.shape)]) {
      expect(docs.get('docs/parameters.md')).toMatch(
        new RegExp(`^\\| \`${name}\` \\| .+ \\| .+ \\| .+ \\|$`, 'm'),
      );
    }
  });

  test('the scene’s schema lists its fields and marks the required ones', () => {
    const schema = JSON.parse(docs.get('docs/scene.schema.json')!);
    expect(schema.required).toEqual(['version', 'prompt', 'background', 'concepts']);
    expect(schema.additionalProperties).toBe(false);
    expect(schema.properties.concepts).toMatchObject({ minItems: 1, maxItems: 8 });
  });
});
