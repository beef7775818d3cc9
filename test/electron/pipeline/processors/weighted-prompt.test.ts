/** Emphasis, BREAK and long prompts, by A1111's published rules. */
import { expect, test } from 'vitest';
import type { TokenizedPrompt } from '../../../../electron/pipeline/processors/clip-tokenizer.ts';
import {
  alignTokens,
  joinPasses,
  parsePrompt,
  passesOfPrompt,
  weighStates,
} from '../../../../electron/pipeline/processors/weighted-prompt.ts';
import { tensor } from '../../../../electron/pipeline/tensor/tensor.ts';

// The first seven are the examples in A1111's own documentation of its parser.
test.each<[string, ([text: string, weight: number] | null)[]]>([
  ['normal text', [['normal text', 1]]],
  [
    'an (important) word',
    [
      ['an ', 1],
      ['important', 1.1],
      [' word', 1],
    ],
  ],
  ['(unbalanced', [['unbalanced', 1.1]]],
  ['\\(literal\\]', [['(literal]', 1]]],
  ['(unnecessary)(parens)', [['unnecessaryparens', 1.1]]],
  [
    'a (((house:1.3)) [on] a (hill:0.5), sun, (((sky))).',
    [
      ['a ', 1],
      ['house', 1.573],
      [' ', 1.1],
      ['on', 1],
      [' a ', 1.1],
      ['hill', 0.55],
      [', sun, ', 1.1],
      ['sky', 1.4641],
      ['.', 1.1],
    ],
  ],
  ['', []],
  ['[less]', [['less', 1 / 1.1]]],
  ['a cat BREAK a dog', [['a cat', 1], null, ['a dog', 1]]],
  ['breakfast, BREAKING: 9:30', [['breakfast, BREAKING: 9:30', 1]]],
  ['a cat)]', [['a cat)]', 1]]],
  ['(cat: 0.25 )', [['cat', 0.25]]],
])('%s', (prompt, expected) => {
  const pieces = parsePrompt(prompt);
  expect(pieces.map((piece) => piece?.text)).toEqual(expected.map((piece) => piece?.[0]));
  for (const [index, piece] of pieces.entries()) {
    if (piece !== null) expect(piece.weight).toBeCloseTo(expected[index]![1], 10);
  }
});

/** A token for every letter, four to a pass: 100 start, 101 end, 0 padding. */
function tokenize(prompt: string): TokenizedPrompt {
  const content = [...prompt].filter((letter) => letter !== ' ').map((letter) => letter.charCodeAt(0));
  const ids = [100, ...content.slice(0, 4), 101];
  while (ids.length < 6) ids.push(0);
  return { ids, content, droppedTokens: Math.max(content.length - 4, 0) };
}

const [a, b, c] = ['a', 'b', 'c'].map((letter) => letter.charCodeAt(0)) as [number, number, number];

test('a prompt that fits is one pass with the tokenizer’s own ids, without weights', () => {
  for (const prompt of ['', 'ab', 'abca']) {
    expect(passesOfPrompt(prompt, tokenize)).toEqual({
      passes: [{ ids: tokenize(prompt).ids, weights: null }],
      droppedTokens: 0,
    });
  }
});

test('a longer one takes several passes, BREAK starts one, and weights are at their tokens', () => {
  expect(passesOfPrompt('aaaa(b:2) BREAK c', tokenize).passes).toEqual([
    { ids: [100, a, a, a, a, 101], weights: null },
    { ids: [100, b, 101, 0, 0, 0], weights: [1, 2, 1, 1, 1, 1] },
    { ids: [100, c, 101, 0, 0, 0], weights: null },
  ]);
  const { passes, droppedTokens } = passesOfPrompt('a'.repeat(19), tokenize);
  expect([passes.length, droppedTokens]).toEqual([4, 3]);
});

test('an embedding’s vectors stay together, with its weight', () => {
  const splitWords = (text: string) =>
    [...text].map((letter, start) => ({
      text: letter,
      start,
      ...(letter === 'E' && { ids: [200, 201, 202] }),
    }));
  expect(passesOfPrompt('ab(E:2)', tokenize, splitWords).passes).toEqual([
    { ids: [100, a, b, 101, 0, 0], weights: null },
    { ids: [100, 200, 201, 202, 101, 0], weights: [1, 2, 2, 2, 1, 1] },
  ]);
  expect(passesOfPrompt('aE', tokenize, splitWords).passes).toEqual([
    { ids: [100, a, 200, 201, 202, 101], weights: null },
  ]);
});

test('weighted states keep their mean', () => {
  const states = tensor(Float32Array.from([1, 2, 3, 4, 5, 9]), [3, 2]);
  const { data } = weighStates(states, [1, 2, 1]);
  // [1, 2, 6, 8, 5, 9] has the mean 31 / 6, which is scaled back to 24 / 6.
  expect([...data]).toEqual([1, 2, 6, 8, 5, 9].map((value) => expect.closeTo((value * 24) / 31, 5)));
  expect(weighStates(states, null)).toBe(states);
});

test('embeddings of a batch are repeated to a common length', () => {
  const embedding = (passes: number) =>
    joinPasses(Array.from({ length: passes }, (_, i) => tensor(Float32Array.from([i, i]), [2, 1])));
  const aligned = alignTokens([embedding(1), embedding(2), embedding(3)]);
  expect(aligned.map(({ dims }) => dims)).toEqual([
    [12, 1],
    [12, 1],
    [12, 1],
  ]);
  expect([...aligned[1]!.data]).toEqual([0, 0, 1, 1, 0, 0, 1, 1, 0, 0, 1, 1]);
  const same = embedding(2);
  expect(alignTokens([same, same])[0]).toBe(same);
});
