/** The table that `npm run coverage` prints. */
import { expect, it } from 'vitest';
import { coverageTable, folderOf } from '../../build/coverage.ts';

const half = { total: 4, covered: 2 };
const none = { total: 0, covered: 0 };

it('sums files by folder, two levels deep', () => {
  expect(folderOf('electron/app/engine/engine-child.ts')).toBe('electron/app');
  expect(folderOf('renderer/main.tsx')).toBe('renderer');
  const table = coverageTable({
    'renderer/editor/a.ts': { lines: half, functions: half, branches: none },
    'electron/app/b.ts': { lines: { total: 1, covered: 1 }, functions: half, branches: half },
    'electron/app/engine/c.ts': { lines: { total: 2, covered: 0 }, functions: half, branches: half },
  });
  expect(table.split('\n').slice(2)).toEqual([
    '| electron/app | 2 | 33 % | 50 % | 50 % |',
    '| renderer/editor | 1 | 50 % | 50 % | – |',
  ]);
});
