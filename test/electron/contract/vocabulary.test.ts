/** Prompts in the words of a pack: what it knows, what it does not, and words of other languages. */
import { readFile } from 'node:fs/promises';
import { expect, test } from 'vitest';
import { packManifestSchema } from '../../../electron/contract/pack-manifest.ts';
import {
  inPackWords,
  nameOfWord,
  promptsBySubject,
  readPrompt,
  subjectsIn,
} from '../../../electron/contract/vocabulary.ts';

const root = new URL('../../../native-models/', import.meta.url);
const readJson = async (path: string): Promise<unknown> =>
  JSON.parse(await readFile(new URL(path, root), 'utf8'));
const vocabulary = packManifestSchema.parse(await readJson('packs/starter/pack.json')).vocabulary!;
const unknownIn = (prompt: string) =>
  readPrompt(prompt, vocabulary).flatMap(({ text, meaning }) => (meaning === null ? [text] : []));

test('the pack carries the vocabulary that export_pack.py writes, and its tokenizer knows every word', async () => {
  const source = (await readJson('training/vocabulary.json')) as { languages: Record<string, unknown> };
  expect(vocabulary).toMatchObject(source);
  const tokens = Object.keys((await readJson('packs/starter/tokenizer/vocab.json')) as object);
  const { subjects, places, attributes, connectives, languages } = vocabulary;
  const known = [...subjects, ...places, ...attributes, ...connectives];
  for (const part of known.flatMap((word) => word.split('-'))) expect(tokens).toContain(`${part}</w>`);
  for (const { words, examples } of Object.values(languages)) {
    for (const meaning of Object.values(words)) expect([...known, '']).toContain(meaning);
    for (const example of examples) expect(unknownIn(example), example).toEqual([]);
  }
});

test.each([
  ['해변에 있는 고양이와 빨간 풍선', 'beach  a cat and a red balloon'],
  ['파란색 기타를', 'a blue guitar'],
  ['(고양이:1.3)와 로봇, 숲 배경', '(a cat:1.3)and a robot, forest background'],
  ['eine rote Katze', 'a red cat'],
  ['a teddy bear in the woods', 'a teddy   forest'],
  ['a photo of a striped two-tone cat', 'a photo of a striped two-tone cat'],
])('"%s" is read as "%s"', (prompt, meaning) => {
  expect(inPackWords(prompt, vocabulary)).toBe(meaning);
});

test('unknown words are named as they were typed; weights and BREAK are instructions', () => {
  expect(unknownIn('a red Bicycle and a coffee cup, (Paris:1.2) BREAK 자전거를')).toEqual([
    'Bicycle',
    'coffee',
    'cup',
    'Paris',
    '자전거를',
  ]);
  expect(readPrompt('one 고양이와', vocabulary).at(-1)).toEqual({
    text: '고양이와',
    at: 4,
    article: 'a',
    meaning: 'cat and',
  });
});

test('subjects are found in any language, each once, and named in the editor’s language', () => {
  expect(subjectsIn('고양이, cats and a Roboter at the beach', vocabulary)).toEqual(['cat', 'robot']);
  expect(nameOfWord('cat', vocabulary, 'ko')).toBe('고양이');
  expect(nameOfWord('cat', vocabulary, 'en')).toBe('cat');
  expect(nameOfWord('orange', vocabulary, 'fr')).toBe('orange');
});

test.each([
  ['a photo of a beach background', []],
  ['a red cat', ['a red cat']],
  [
    'a photo of a red cat and a dog, beach background',
    ['a photo of a red cat and a red cat, beach background', 'a photo of a dog and a dog, beach background'],
  ],
  ['빨간 고양이와 파란 풍선', ['a red cat and a red cat', 'a blue balloon and a blue balloon']],
  [
    '(cats:1.3), a striped blue car and cats',
    ['(cat:1.3), a cat and cat', '(striped blue car:1.3), a striped blue car and striped blue car'],
  ],
  [
    'red, a cat; a robot, a house',
    ['red, a cat; a cat, a cat', 'red, a robot; a robot, a robot', 'red, a house; a house, a house'],
  ],
])('the prompts of each subject of "%s"', (prompt, bySubject) => {
  expect(promptsBySubject(prompt, vocabulary)).toEqual(bySubject);
});
