// @vitest-environment happy-dom
/// <reference types="vite/client" />
/** Saving an edit re-renders the window's title, and no panel. */
import { MantineProvider } from '@mantine/core';
import { act, createElement } from 'react';
import { createRoot } from 'react-dom/client';
import { afterAll, beforeAll, expect, it, vi } from 'vitest';
import { emptySceneDocument } from '../../../../electron/contract/scene-document.ts';
import { startTexts } from '../../../../renderer/panels/texts/texts.ts';
import { Editor } from '../../../../renderer/panels/window/app.tsx';
import type { ProjectView } from '../../../../renderer/session/project-session.ts';
import type { Studio } from '../../../../renderer/session/studio.ts';
import { StudioContext } from '../../../../renderer/session/studio-context.ts';
import { mirror } from '../../../../renderer/session/studio-store.ts';

const drawn = vi.hoisted(() => {
  const counts = new Map<string, number>();
  const panel = (name: string) => () => {
    counts.set(name, (counts.get(name) ?? 0) + 1);
    return null;
  };
  return { counts, panel };
});
vi.mock('../../../../renderer/panels/window/header-bar.tsx', () => ({ HeaderBar: drawn.panel('header') }));
vi.mock('../../../../renderer/panels/window/tool-rail.tsx', () => ({ ToolRail: drawn.panel('tools') }));
vi.mock('../../../../renderer/panels/window/workspace.tsx', () => ({ Workspace: drawn.panel('workspace') }));
vi.mock('../../../../renderer/panels/window/status-bar.tsx', () => ({ StatusBar: drawn.panel('status') }));
vi.mock('../../../../renderer/panels/window/announcer.tsx', () => ({ Announcer: () => null }));
vi.mock('../../../../renderer/panels/window/export-dialog.tsx', () => ({ ExportDialog: () => null }));
vi.mock('../../../../renderer/panels/window/command-palette.tsx', () => ({ CommandPalette: () => null }));
vi.mock('../../../../renderer/panels/sheets/sheets.tsx', () => ({ Sheets: drawn.panel('sheets') }));
vi.mock('../../../../renderer/panels/parameters/live-preview.ts', () => ({ LivePreview: () => null }));
vi.mock('../../../../renderer/panels/flow/watch-warnings.ts', () => ({ WatchWarnings: () => null }));

const project: ProjectView = {
  state: {
    projectId: '00000000-0000-4000-8000-000000000001',
    name: 'Beach',
    path: '/beach.pnpmix',
    isReadOnly: false,
    document: emptySceneDocument(),
    revision: 1,
    history: { position: 0, length: 1, undoLabel: null, redoLabel: null },
  },
  document: emptySceneDocument(),
  canUndo: false,
  canRedo: false,
  position: 0,
  pending: 0,
  isMoved: false,
  isGone: false,
};

let stop: () => void;

beforeAll(async () => {
  vi.stubGlobal('IS_REACT_ACT_ENVIRONMENT', true);
  await startTexts();
  mirror({ project });
  const studio = { client: { on: () => () => {} } } as unknown as Studio;
  const root = createRoot(document.body.appendChild(document.createElement('div')));
  await act(async () =>
    root.render(
      createElement(
        MantineProvider,
        null,
        createElement(StudioContext, { value: studio }, createElement(Editor)),
      ),
    ),
  );
  stop = () => act(() => root.unmount());
});

afterAll(() => stop());

it('marks the title while a change is unsaved, and renders no panel for it', async () => {
  expect([...drawn.counts]).toEqual([
    ['header', 1],
    ['tools', 1],
    ['workspace', 1],
    ['status', 1],
    ['sheets', 1],
  ]);
  expect(document.title).toMatch(/^Beach/);
  drawn.counts.clear();
  await act(async () => mirror({ project: { ...project, pending: 1 } }));
  expect(document.title).toMatch(/^● Beach/);
  await act(async () => mirror({ project }));
  expect(document.title).toMatch(/^Beach/);
  expect([...drawn.counts]).toEqual([]);
});
