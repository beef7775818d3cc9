import { expect, it } from 'vitest';
import type { RenderSummary } from '../../../electron/contract/render-record.ts';
import { groupRenders, withoutDrafts } from '../../../renderer/editor/render-groups.ts';
import { renderSummary } from '../session/render-summary.ts';

const ID = '00000000-0000-4000-8000-000000000000';
const SWEEP = '00000000-0000-4000-8000-000000000001';
const render = (renderId: string, sweep: RenderSummary['sweep'] = null) =>
  ({ renderId, sweep }) as RenderSummary;
const variation = (renderId: string, seed: number) => render(renderId, { variationsId: ID, seed });

const cell = (renderId: string) => render(renderId, { sweepId: SWEEP, alpha: 0, beta: 1 });

it('variations and the cells of a sweep are gathered where the newest of them is, the first one first', () => {
  const groups = groupRenders([
    render('after'),
    variation('c', 3),
    cell('right'),
    render('between'),
    variation('b', 2),
    cell('left'),
    variation('a', 1),
  ]);
  expect(groups.map(({ kind, renders }) => [kind, renders.map(({ renderId }) => renderId)])).toEqual([
    ['single', ['after']],
    ['variations', ['a', 'b', 'c']],
    ['sweep', ['left', 'right']],
    ['single', ['between']],
  ]);
});

it('a single variation is no group, a single cell is still one of a sweep', () => {
  expect(groupRenders([variation('a', 1)])).toMatchObject([{ kind: 'single' }]);
  expect(groupRenders([cell('a')])).toMatchObject([{ kind: 'sweep' }]);
});

it('drafts are left out, unless one is viewed, starred or named', () => {
  const draft = (renderId: string, change: Partial<RenderSummary> = {}): RenderSummary => ({
    ...renderSummary(renderId, { sweep: { isDraft: true } }),
    ...change,
  });
  const renders = [
    draft('hidden'),
    draft('viewed'),
    draft('starred', { isStarred: true }),
    draft('named', { name: 'The one' }),
    renderSummary('render'),
  ];
  expect(withoutDrafts(renders, 'viewed').map(({ renderId }) => renderId)).toEqual([
    'viewed',
    'starred',
    'named',
    'render',
  ]);
});
