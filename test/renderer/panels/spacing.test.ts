/** Distances are the theme's: no panel has a scale of its own. */
import { globSync, readFileSync } from 'node:fs';
import { expect, it } from 'vitest';

it('takes every gap and margin of the panels from the theme', () => {
  const own = globSync('renderer/panels/**/*.tsx').flatMap((file) =>
    [...readFileSync(file, 'utf8').matchAll(/\b(?:gap|[mp][tblrxy]?)=\{[1-9]\d*\}/g)].map(
      ([text]) => `${file}: ${text}`,
    ),
  );
  expect(own).toEqual([]);
});
