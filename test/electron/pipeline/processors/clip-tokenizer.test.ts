/** The CLIP tokenizer has the ids of transformers' CLIPTokenizer (test/golden/tokenizer/make_golden.py). */
import { readFileSync } from 'node:fs';
import { describe, expect, test } from 'vitest';
import { createClipTokenizer, parseMerges } from '../../../../electron/pipeline/processors/clip-tokenizer.ts';

interface Golden {
  readonly maxLength: number;
  readonly vocabulary: Record<string, number>;
  readonly merges: string;
  readonly cases: readonly {
    readonly padToken: string;
    readonly prompt: string;
    readonly ids: readonly number[];
    /** Tokens of the whole prompt, without start and end. */
    readonly tokens: number;
  }[];
}

const golden = JSON.parse(
  readFileSync(new URL('../../../golden/tokenizer/clip.json', import.meta.url), 'utf8'),
) as Golden;
const { vocabulary, maxLength } = golden;
const merges = parseMerges(golden.merges);

describe.each(['<|endoftext|>', '!'])('padded with %s', (padToken) => {
  const tokenize = createClipTokenizer({ vocabulary, merges, padToken, maxLength });
  const cases = golden.cases.filter((known) => known.padToken === padToken);

  test('the golden file contains its prompts', () => {
    expect(cases.length).toBeGreaterThanOrEqual(40);
  });

  test.each(cases.map((known) => [JSON.stringify(known.prompt).slice(0, 50), known] as const))(
    '%s',
    (_, known) => {
      const { ids, droppedTokens } = tokenize(known.prompt);
      expect(ids).toEqual(known.ids);
      expect(droppedTokens).toBe(Math.max(known.tokens - (maxLength - 2), 0));
    },
  );
});

test.each(['<|startoftext|>', '<|endoftext|>', '!'])(
  'a vocabulary without %s is an error that names it',
  (missing) => {
    const { [missing]: _, ...rest } = vocabulary;
    expect(() => createClipTokenizer({ vocabulary: rest, merges, padToken: '!', maxLength })).toThrow(
      expect.objectContaining({ code: 'TOKENIZER_INVALID', message: expect.stringContaining(missing) }),
    );
  },
);

test('merges.txt with Windows line endings contains the same pairs', () => {
  expect(merges.length).toBeGreaterThan(100);
  expect(parseMerges(golden.merges.replaceAll('\n', '\r\n'))).toEqual(merges);
});

test('pairs as lists, as in a recent tokenizer.json, give the same ids', () => {
  const pairs = merges.map((pair) => pair.split(' '));
  for (const padToken of ['<|endoftext|>', '!']) {
    const tokenize = createClipTokenizer({ vocabulary, merges: pairs, padToken, maxLength });
    for (const known of golden.cases.filter((one) => one.padToken === padToken)) {
      expect(tokenize(known.prompt).ids, known.prompt).toEqual(known.ids);
    }
  }
});
