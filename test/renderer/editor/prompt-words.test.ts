import { expect, test } from 'vitest';
import { vocabularySchema } from '../../../electron/contract/vocabulary.ts';
import { withWord } from '../../../renderer/editor/prompt-words.ts';

const vocabulary = vocabularySchema.parse({
  subjects: ['cat', 'robot'],
  places: ['beach'],
  attributes: ['red'],
  connectives: ['a', 'and', 'background'],
  draws: 'drawings',
  languages: { ko: { words: { 고양이: 'cat', 로봇: 'robot', 빨간: 'red', 배경: 'background' } } },
});

test.each([
  ['', 'cat', 'en', 'cat'],
  ['red', 'cat', 'en', 'red cat'],
  ['a red cat and ', 'robot', 'en', 'a red cat and robot'],
  ['a red cat', 'beach', 'en', 'a red cat, beach'],
  ['a cat, beach background', 'red', 'en', 'a cat, beach background, red'],
  ['a cat,', 'robot', 'en', 'a cat, robot'],
  ['bicycle', 'cat', 'en', 'bicycle, cat'],
  ['빨간', 'cat', 'ko', '빨간 고양이'],
  ['빨간 고양이', 'robot', 'ko', '빨간 고양이, 로봇'],
])('"%s" and the chip of "%s" in %s make "%s"', (prompt, word, language, expected) => {
  expect(withWord(prompt, word, vocabulary, language)).toBe(expected);
});
