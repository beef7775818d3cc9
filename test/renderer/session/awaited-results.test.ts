/** When a result takes the canvas, and when it only says that it is there. */
import { beforeEach, expect, it } from 'vitest';
import type { RenderSummary } from '../../../electron/contract/render-record.ts';
import { AwaitedResults } from '../../../renderer/session/awaited-results.ts';
import { renderSummary } from './render-summary.ts';

let painting: { isActive: boolean; gestureCount: number };
let shown: string[];
let offered: string[];
let results: AwaitedResults;

beforeEach(() => {
  painting = { isActive: false, gestureCount: 3 };
  shown = [];
  offered = [];
  results = new AwaitedResults(painting, {
    show: ({ renderId }) => shown.push(renderId),
    announce: ({ renderId }) => offered.push(renderId),
  });
});

function end(renderId: string, state: RenderSummary['state']): void {
  results.changed(renderSummary(renderId, { state }));
}

it('shows the render that was asked for once, when it is done', () => {
  results.expect('a', results.mark());
  end('a', 'running');
  expect(shown).toEqual([]);
  end('a', 'done');
  end('a', 'done');
  expect(shown).toEqual(['a']);
  expect(offered).toEqual([]);
});

it('never takes the canvas in the middle of a stroke, nor from one who has painted since', () => {
  results.expect('a', results.mark());
  painting.isActive = true;
  end('a', 'done');
  painting.isActive = false;
  const mark = results.mark();
  painting.gestureCount++;
  results.expect('b', mark);
  end('b', 'done');
  expect(shown).toEqual([]);
  expect(offered).toEqual(['a', 'b']);
});

it('shows nothing of renders that failed, were cancelled, or were not asked for here', () => {
  for (const id of ['a', 'b']) results.expect(id, results.mark());
  end('a', 'failed');
  end('b', 'cancelled');
  end('b', 'done');
  end('another window’s', 'done');
  expect([...shown, ...offered]).toEqual([]);
});

it('goes on waiting in the next page, and only offers what was painted over', () => {
  results.expect('a', results.mark());
  const mark = results.mark();
  painting.gestureCount++;
  results.expect('b', results.mark());
  results.expect('c', mark);
  const left = results.awaited();
  painting = { isActive: false, gestureCount: 0 };
  results = new AwaitedResults(painting, {
    show: ({ renderId }) => shown.push(renderId),
    announce: ({ renderId }) => offered.push(renderId),
  });
  results.resume(left);
  for (const renderId of ['a', 'b', 'c']) end(renderId, 'done');
  expect(shown).toEqual(['b']);
  expect(offered).toEqual(['a', 'c']);
});
