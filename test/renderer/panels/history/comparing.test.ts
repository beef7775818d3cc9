// @vitest-environment happy-dom
/** Two renders compared: the right ones, and their own differences. */
import { MantineProvider } from '@mantine/core';
import { act, createElement } from 'react';
import { createRoot } from 'react-dom/client';
import { afterEach, expect, test, vi } from 'vitest';
import type { RenderDifference, RenderSummary } from '../../../../electron/contract/render-record.ts';
import type { StudioClient } from '../../../../renderer/client/studio-client.ts';
import {
  beginComparing,
  compareShownWith,
  showOrCompare,
} from '../../../../renderer/panels/history/compare-frames.ts';
import { Differences } from '../../../../renderer/panels/history/differences.tsx';
import { startTexts } from '../../../../renderer/panels/texts/texts.ts';
import { useEditor } from '../../../../renderer/session/editor-store.ts';
import { Renders } from '../../../../renderer/session/renders.ts';
import type { Studio } from '../../../../renderer/session/studio.ts';
import { StudioContext } from '../../../../renderer/session/studio-context.ts';
import { findRender, useStudio } from '../../../../renderer/session/studio-store.ts';

const renderOf = (renderId: string, isDeleted = false) =>
  ({ renderId, result: `picture ${renderId}`, isDeleted }) as RenderSummary;

afterEach(() => {
  useEditor.setState(useEditor.getInitialState());
  useStudio.setState(useStudio.getInitialState());
});

test('a click compares with the render that waits, and shows the picture when that one is gone', () => {
  const calls: string[] = [];
  const studio = {
    renders: {
      show: ({ renderId }: RenderSummary) => calls.push(`show ${renderId}`),
      compare: (a: RenderSummary, b: RenderSummary) => calls.push(`${a.renderId} with ${b.renderId}`),
    },
  } as unknown as Studio;
  useStudio.setState({ renders: [renderOf('a'), renderOf('b')] });
  useEditor.setState({ comparingId: 'a' });
  showOrCompare(studio, renderOf('b'));
  for (const renders of [[renderOf('b')], [renderOf('a', true), renderOf('b')]]) {
    useStudio.setState({ renders });
    useEditor.setState({ comparingId: 'a' });
    showOrCompare(studio, renderOf('b'));
    expect(useEditor.getState().comparingId).toBeNull();
  }
  expect(calls).toEqual(['a with b', 'show b', 'show b']);
});

test('a render that the strip does not list, such as an older one, can be compared too', () => {
  const client = { call: async () => null } as unknown as StudioClient;
  const renders = new Renders(client, { isActive: false, gestureCount: 0 }, () => undefined);
  const studio = { renders } as unknown as Studio;
  const found = (id: string | null) => findRender(useStudio.getState(), id)?.renderId;
  useStudio.setState({ renders: [renderOf('new')] });
  useEditor.setState({ shownRenderId: 'new' });
  compareShownWith(studio, renderOf('old'));
  expect(found(useEditor.getState().comparedRenderId)).toBe('old');
  beginComparing(studio, renderOf('older'));
  showOrCompare(studio, renderOf('new'));
  const { shownRenderId, comparedRenderId } = useEditor.getState();
  expect([found(comparedRenderId), found(shownRenderId)]).toEqual(['older', 'new']);
});

test('the differences of a pair are not shown for the next one, which is still read', async () => {
  vi.stubGlobal('IS_REACT_ACT_ENVIRONMENT', true);
  await startTexts();
  const answers: ((found: RenderDifference[]) => void)[] = [];
  const studio = {
    projectId: 'open',
    client: { call: () => new Promise((resolve) => answers.push(resolve)) },
  } as unknown as Studio;
  const host = document.createElement('div');
  const root = createRoot(host);
  const show = (a: string, b: string) => {
    const differences = createElement(Differences, { a: renderOf(a), b: renderOf(b) });
    const page = createElement(StudioContext, { value: studio }, differences);
    return act(async () => root.render(createElement(MantineProvider, null, page)));
  };
  await show('a', 'b');
  await act(async () => answers[0]!([{ concept: null, path: 'parameters.beta', a: 0.8, b: 1 }]));
  expect(host.querySelectorAll('li')).toHaveLength(1);
  await show('a', 'c');
  expect(host.querySelectorAll('li')).toHaveLength(0);
  await act(async () => root.unmount());
});
