import { expect, it } from 'vitest';
import { fuzzyScore, searchCommands } from '../../../renderer/editor/command-search.ts';

const names = (query: string, ...texts: string[]) =>
  searchCommands(
    query,
    texts.map((name) => ({ name })),
  ).map(({ name }) => name);

it('characters in order fit, in any case and with spaces left out', () => {
  expect(names('EXPNG', 'Export as PNG', 'Next concept')).toEqual(['Export as PNG']);
  expect(names('ex png', 'Export as PNG')).toEqual(['Export as PNG']);
  expect(names('gnp', 'Export as PNG')).toEqual([]);
});

it('beginnings of words come first, then what has the characters next to each other', () => {
  expect(names('re', 'Bring forward, even', 'Render', 'Flip placed image, reversed')).toEqual([
    'Render',
    'Flip placed image, reversed',
    'Bring forward, even',
  ]);
  expect(names('zi', 'Resize it', 'Zoom in')).toEqual(['Zoom in', 'Resize it']);
});

it('an empty query keeps everything in order', () => {
  expect(names('  ', 'b', 'a')).toEqual(['b', 'a']);
  expect(fuzzyScore('', '')).toBe(0);
});

it('finds Korean in both Unicode forms', () => {
  expect(names('내보'.normalize('NFD'), '그림 내보내기', '렌더링')).toEqual(['그림 내보내기']);
});
