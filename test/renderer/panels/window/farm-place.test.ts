// @vitest-environment happy-dom
/** What the window shows of renders on farms, and what it asks the host for. */

import { MantineProvider } from '@mantine/core';
import { act, createElement } from 'react';
import { createRoot } from 'react-dom/client';
import { afterAll, beforeAll, beforeEach, expect, test, vi } from 'vitest';
import { notice } from '../../../../electron/contract/notices.ts';
import type { QueueEntry } from '../../../../electron/contract/render-record.ts';
import { FarmSettings } from '../../../../renderer/panels/sheets/farm-settings.tsx';
import { startTexts } from '../../../../renderer/panels/texts/texts.ts';
import { WorkStatus } from '../../../../renderer/panels/window/work-status.tsx';
import type { Studio } from '../../../../renderer/session/studio.ts';
import { StudioContext } from '../../../../renderer/session/studio-context.ts';
import { useStudio } from '../../../../renderer/session/studio-store.ts';

const checked: string[] = [];
let root: ReturnType<typeof createRoot>;

const entry = (change: Partial<QueueEntry>): QueueEntry => ({
  renderId: crypto.randomUUID(),
  projectId: crypto.randomUUID(),
  projectName: 'Cat',
  state: 'queued',
  sweep: null,
  farm: 'studio',
  machine: null,
  position: null,
  reason: null,
  ...change,
});
const show = (state: Partial<ReturnType<typeof useStudio.getState>>) =>
  act(async () => useStudio.setState(state));
const text = () => document.body.textContent ?? '';

beforeAll(async () => {
  vi.stubGlobal('IS_REACT_ACT_ENVIRONMENT', true);
  await startTexts();
  const studio = { checkFarm: async (name: string) => checked.push(name) } as unknown as Studio;
  const place = document.createElement('div');
  document.body.append(place);
  root = createRoot(place);
  const parts = [
    createElement(FarmSettings, { key: 'settings' }),
    createElement(WorkStatus, { key: 'status' }),
  ];
  await act(async () =>
    root.render(
      createElement(
        MantineProvider,
        null,
        createElement(StudioContext.Provider, { value: studio }, ...parts),
      ),
    ),
  );
});
beforeEach(() => show({ farms: [], queue: { entries: [] } }));
afterAll(() => act(async () => root.unmount()));

test('without a farm, the settings say how to add one', () => {
  expect(text()).toContain('npx pnpmix farm add');
});

test('a farm shows its server, state and workers, and is checked on request', async () => {
  const farm = { name: 'studio', server: 'redis://farm:6379', error: null };
  await show({ farms: [{ ...farm, state: 'lost', workers: 3 }] });
  expect(text()).toContain('studio (redis://farm:6379): connection lost · 3 workers');
  const button = document.querySelector<HTMLButtonElement>('[aria-label="Check the farm studio"]')!;
  await act(async () => button.click());
  expect(checked).toEqual(['studio']);
});

test('a render on a farm shows its machine, its position, or why it waits', async () => {
  await show({ queue: { entries: [entry({ position: 2 })] } });
  expect(text()).toContain('on studio, 2 renders before it');
  await show({ queue: { entries: [entry({ position: 0, reason: notice('FARM_WITHOUT_WORKERS', {}) })] } });
  expect(text()).toContain('0 renders before it · No worker is running.');
  const running = { state: 'running', machine: 'gpu-1' } as const;
  await show({ queue: { entries: [entry({}), entry(running), entry(running)] } });
  expect(text()).toContain('on gpu-1 (studio)');
  expect(text()).toContain('1 more rendering');
  await show({ queue: { entries: [entry({ farm: null, state: 'running' })] } });
  expect(text()).not.toContain('studio');
});
