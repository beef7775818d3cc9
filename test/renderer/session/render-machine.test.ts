/** When a result is shown on the canvas, and when it is only announced. */
import { beforeEach, expect, it } from 'vitest';
import type { RenderSummary } from '../../../electron/contract/render-record.ts';
import {
  type AwaitedRender,
  awaitedRenders,
  noRenders,
  type RenderEvent,
  type RenderMachine,
  stepRenders,
} from '../../../renderer/session/render-machine.ts';
import { renderSummary } from './render-summary.ts';

let painting: { isActive: boolean; gestureCount: number };
let shown: string[];
let offered: string[];
let machine: RenderMachine;

beforeEach(() => {
  painting = { isActive: false, gestureCount: 3 };
  shown = [];
  offered = [];
  machine = noRenders;
});

function play(event: RenderEvent): void {
  const step = stepRenders(machine, event);
  machine = step.machine;
  for (const effect of step.effects) {
    if (effect.kind === 'show') shown.push(effect.render.renderId);
    if (effect.kind === 'announce') offered.push(effect.render.renderId);
  }
}

/** The host has queued a render that was requested after so many finished gestures. */
function expectResult(renderId: string, gestureCount = painting.gestureCount): void {
  const render = renderSummary(renderId, { state: 'queued' });
  play({ kind: 'queued', turn: machine.turn, gestureCount, render, painting });
}

function end(renderId: string, state: RenderSummary['state']): void {
  play({ kind: 'changed', render: renderSummary(renderId, { state }), painting });
}

it('shows the requested render once, when it is done', () => {
  expectResult('a');
  end('a', 'running');
  expect(shown).toEqual([]);
  end('a', 'done');
  end('a', 'done');
  expect(shown).toEqual(['a']);
  expect(offered).toEqual([]);
});

it('never takes over the canvas during a stroke, or if the user has painted since', () => {
  expectResult('a');
  painting.isActive = true;
  end('a', 'done');
  painting.isActive = false;
  const mark = painting.gestureCount;
  painting.gestureCount++;
  expectResult('b', mark);
  end('b', 'done');
  expect(shown).toEqual([]);
  expect(offered).toEqual(['a', 'b']);
});

it('shows nothing for renders that failed, were cancelled, or were requested elsewhere', () => {
  for (const id of ['a', 'b']) expectResult(id);
  end('a', 'failed');
  end('b', 'cancelled');
  end('b', 'done');
  end('another window’s', 'done');
  expect([...shown, ...offered]).toEqual([]);
});

it('continues waiting in the next page, and only announces a result that was painted over', () => {
  expectResult('a');
  const mark = painting.gestureCount;
  painting.gestureCount++;
  expectResult('b');
  expectResult('c', mark);
  const left: readonly AwaitedRender[] = awaitedRenders(machine, painting);
  painting = { isActive: false, gestureCount: 0 };
  machine = noRenders;
  play({ kind: 'resumed', awaited: left, painting });
  for (const renderId of ['a', 'b', 'c']) end(renderId, 'done');
  expect(shown).toEqual(['b']);
  expect(offered).toEqual(['a', 'c']);
});
