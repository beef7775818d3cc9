// @vitest-environment happy-dom
/** A sweep in the filmstrip that has no picture: it says why, and waits only while it is under way. */
import { MantineProvider } from '@mantine/core';
import { act, createElement } from 'react';
import { createRoot } from 'react-dom/client';
import { expect, test, vi } from 'vitest';
import type { RenderSummary } from '../../../../electron/contract/render-record.ts';
import { SweepStack } from '../../../../renderer/panels/history/sweep-stack.tsx';
import { startTexts } from '../../../../renderer/panels/texts/texts.ts';
import type { Studio } from '../../../../renderer/session/studio.ts';
import { StudioContext } from '../../../../renderer/session/studio-context.ts';

test('it waits while a render of it is under way, and then says that all failed or were cancelled', async () => {
  vi.stubGlobal('IS_REACT_ACT_ENVIRONMENT', true);
  await startTexts();
  const host = document.createElement('div');
  const root = createRoot(host);
  const show = async (...states: RenderSummary['state'][]) => {
    const renders = states.map((state, value) => renderOf(state, value));
    const stack = createElement(SweepStack, { renders, shownId: null, frameOf: () => null });
    const page = createElement(StudioContext, { value: {} as Studio }, stack);
    await act(async () => root.render(createElement(MantineProvider, null, page)));
    return [
      host.querySelector('.frame-state')?.textContent,
      host.querySelector('.mantine-Loader-root') !== null,
      host.querySelector('.sweep-count')?.textContent,
    ];
  };
  expect(await show('failed', 'running', 'queued')).toEqual(['running', true, '0/3']);
  expect(await show('cancelled', 'queued')).toEqual(['waiting', true, '0/2']);
  expect(await show('failed', 'cancelled')).toEqual(['failed', false, '2']);
  expect(await show('cancelled', 'cancelled')).toEqual(['cancelled', false, '2']);
  await act(async () => root.unmount());
});

function renderOf(state: RenderSummary['state'], value: number): RenderSummary {
  const sweep = {
    sweepId: 'sweep',
    x: { parameter: 'alpha', value },
    y: { parameter: 'beta', value: 1 },
  };
  return { renderId: `${value}`, state, sweep, result: null, thumbnail: null } as RenderSummary;
}
