/** Where prompts name embeddings. */
import { expect, test } from 'vitest';
import { embeddingsNamed, splitAtEmbeddings } from '../../../electron/contract/embedding-names.ts';

const names = ['easynegative', 'bad-hands-5', 'bad', 'sumi.v2'];
const shown = (text: string) =>
  splitAtEmbeddings(text, names).map(({ text: part, name, isUnknown }) =>
    name === undefined ? (isUnknown ? [part, null] : part) : [part, name],
  );

test.each<[string, unknown[]]>([
  ['a cat', ['a cat']],
  ['', []],
  ['embedding:easynegative', [['embedding:easynegative', 'easynegative']]],
  ['a cat, EasyNegative, rain', ['a cat, ', ['EasyNegative', 'easynegative'], ', rain']],
  ['bad-hands-5 and bad', [['bad-hands-5', 'bad-hands-5'], ' and ', ['bad', 'bad']]],
  ['badly, abad, bad_, bad2', ['badly, abad, bad_, bad2']],
  ['in sumi.v2.', ['in ', ['sumi.v2', 'sumi.v2'], '.']],
  ['an embedding:none here', ['an ', ['embedding:none', null], ' here']],
  ['embedding:badly', [['embedding:badly', null]]],
  ['sumixv2', ['sumixv2']],
])('%s', (text, expected) => {
  expect(shown(text)).toEqual(expected);
  expect(
    splitAtEmbeddings(text, names)
      .map((part) => part.text)
      .join(''),
  ).toBe(text);
});

test('the embeddings of several prompts are each named once, in the order of their names', () => {
  const all = names.map((name) => ({ name }));
  expect(embeddingsNamed(['bad cat', 'a (bad:1.2) dog', 'embedding:EASYNEGATIVE'], all)).toEqual([
    { name: 'bad' },
    { name: 'easynegative' },
  ]);
  expect(embeddingsNamed(['style \\(v2\\)'], [{ name: 'style (v2)' }])).toEqual([{ name: 'style (v2)' }]);
  expect(embeddingsNamed(['bad'], [])).toEqual([]);
});
