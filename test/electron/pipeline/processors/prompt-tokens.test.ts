/** Tokens of a prompt, and where its passes begin and end in the text. */
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { readClipVocabulary } from '../../../../electron/inference/packs/family-facts.ts';
import { createClipTokenizer, parseMerges } from '../../../../electron/pipeline/processors/clip-tokenizer.ts';
import { countPromptTokens } from '../../../../electron/pipeline/processors/prompt-tokens.ts';
import { parsePrompt, passesOfPrompt } from '../../../../electron/pipeline/processors/weighted-prompt.ts';

const { vocabulary, merges } = await readClipVocabulary();
const tokenize = createClipTokenizer({
  vocabulary: JSON.parse(vocabulary) as Record<string, number>,
  merges: parseMerges(merges),
  padToken: '!',
  maxLength: 77,
});

test('the empty prompt has one empty pass', () => {
  expect(countPromptTokens('', tokenize)).toEqual({
    count: 0,
    limit: 75,
    chunks: [{ tokens: 0, start: 0, end: 0 }],
    ignored: 0,
    ignoredFrom: null,
  });
});

test('brackets, weights and BREAK are no tokens, and passes lie where their words do', () => {
  const prompt = 'a (cat:1.3) \\(sitting\\) BREAK a [dog]';
  const { count, chunks } = countPromptTokens(prompt, tokenize);
  expect(count).toBe(7);
  expect(chunks.map(({ start, end }) => prompt.slice(start, end))).toEqual([
    'a (cat:1.3) \\(sitting\\)',
    'a [dog',
  ]);
  expect(chunks.map(({ tokens }) => tokens)).toEqual([5, 2]);
});

test('a word that no pass takes any more is where the prompt ends to have effect', () => {
  const words = Array.from({ length: 303 }, (_, index) => ['cat', 'dog', 'hat'][index % 3]);
  const prompt = words.join(' ');
  const { count, chunks, ignored, ignoredFrom } = countPromptTokens(prompt, tokenize);
  expect([count, chunks.map(({ tokens }) => tokens), ignored]).toEqual([303, [75, 75, 75, 75], 3]);
  expect(prompt.slice(ignoredFrom!)).toBe(words.slice(300).join(' '));
  expect(chunks[1]!.start).toBe(75 * 4);
});

test('a word that two passes share belongs to the second', () => {
  // "photorealism" is two tokens; the first of them still fits into the first pass.
  const prompt = `${'cat '.repeat(74)}photorealism`;
  expect(tokenize('photorealism').content).toHaveLength(2);
  const { chunks } = countPromptTokens(prompt, tokenize);
  expect(chunks).toEqual([
    { tokens: 75, start: 0, end: 74 * 4 },
    { tokens: 1, start: 74 * 4, end: prompt.length },
  ]);
});

test('an embedding counts its vectors, which one pass takes', () => {
  const splitWords = (text: string) =>
    [...text.matchAll(/easyneg|[^e]+|e/g)].map(({ 0: part, index: start }) => ({
      text: part,
      start,
      ...(part === 'easyneg' && { ids: new Array<number>(8).fill(0) }),
    }));
  const prompt = `${'cat '.repeat(70)}(easyneg:1.2) dog`;
  const { count, chunks } = countPromptTokens(prompt, tokenize, splitWords);
  expect([count, chunks.map(({ tokens }) => tokens)]).toEqual([79, [70, 9]]);
  expect(prompt.slice(chunks[1]!.start, chunks[1]!.end)).toBe('easyneg:1.2) dog');
});

test('any text is counted as it is encoded', () => {
  const parts = fc.constantFrom(
    ..."a!?'Té가é".normalize('NFD'),
    ' cat',
    'BREAK',
    '<|endoftext|>',
    '(',
    ':1.2)',
    '\\',
    '7',
    "'s",
    '🐈',
  );
  fc.assert(
    fc.property(
      fc.oneof(
        fc.string({ unit: 'grapheme' }),
        fc.array(parts).map((some) => some.join('')),
      ),
      (prompt) => {
        const { count, chunks, ignored } = countPromptTokens(prompt, tokenize);
        const encoded = parsePrompt(prompt).flatMap((piece) => (piece ? tokenize(piece.text).content : []));
        expect(count).toBe(encoded.length);
        expect(ignored).toBe(passesOfPrompt(prompt, tokenize).droppedTokens);
        expect(chunks).toHaveLength(passesOfPrompt(prompt, tokenize).passes.length);
        let last = 0;
        for (const { start, end } of chunks) {
          expect(start).toBeGreaterThanOrEqual(last);
          expect(end).toBeGreaterThanOrEqual(start);
          expect(end).toBeLessThanOrEqual(prompt.length);
          last = end;
        }
      },
    ),
  );
});
