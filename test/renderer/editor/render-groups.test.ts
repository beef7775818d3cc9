import { expect, it } from 'vitest';
import type { RenderSummary } from '../../../electron/contract/render-record.ts';
import { groupRenders } from '../../../renderer/editor/render-groups.ts';

const ID = '00000000-0000-4000-8000-000000000000';
const render = (renderId: string, sweep: RenderSummary['sweep'] = null) =>
  ({ renderId, sweep }) as RenderSummary;
const variation = (renderId: string, seed: number) => render(renderId, { variationsId: ID, seed });

it('variations are gathered where the newest of them is, the first seed first', () => {
  const groups = groupRenders([
    render('after'),
    variation('c', 3),
    render('draft'),
    variation('b', 2),
    variation('a', 1),
    render('cell', { sweepId: ID, alpha: 0, beta: 1 }),
  ]);
  expect(groups.map(({ isGroup, renders }) => [isGroup, renders.map(({ renderId }) => renderId)])).toEqual([
    [false, ['after']],
    [true, ['a', 'b', 'c']],
    [false, ['draft']],
    [false, ['cell']],
  ]);
});

it('a single variation is no group', () => {
  expect(groupRenders([variation('a', 1)])).toMatchObject([{ isGroup: false }]);
});
