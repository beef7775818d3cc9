// @vitest-environment happy-dom
/** What React renders again after a stroke: what shows the stroke, and no other panel. */
import { MantineProvider } from '@mantine/core';
import { act, createElement, type FunctionComponent, Profiler } from 'react';
import { createRoot } from 'react-dom/client';
import { afterAll, beforeAll, expect, it, vi } from 'vitest';
import type { ProjectState } from '../../../../electron/contract/project-state.ts';
import { emptySceneDocument, type SceneDocument } from '../../../../electron/contract/scene-document.ts';
import { Watched } from '../../../../renderer/canvas/watched.ts';
import type { StudioClient } from '../../../../renderer/client/studio-client.ts';
import {
  addConcept,
  changeConcept,
  changeParameters,
} from '../../../../renderer/editor/document-commands.ts';
import { BackgroundStep } from '../../../../renderer/panels/flow/background-step.tsx';
import { ConceptList } from '../../../../renderer/panels/flow/concept-list.tsx';
import { InpaintedStep } from '../../../../renderer/panels/flow/inpainted-step.tsx';
import { MaskPanel } from '../../../../renderer/panels/flow/mask-panel.tsx';
import { Filmstrip } from '../../../../renderer/panels/history/filmstrip.tsx';
import { ParameterPanel } from '../../../../renderer/panels/parameters/parameter-panel.tsx';
import { startTexts } from '../../../../renderer/panels/texts/texts.ts';
import { HeaderBar } from '../../../../renderer/panels/window/header-bar.tsx';
import { StatusBar } from '../../../../renderer/panels/window/status-bar.tsx';
import { ToolOptions } from '../../../../renderer/panels/window/tool-options.tsx';
import { ToolRail } from '../../../../renderer/panels/window/tool-rail.tsx';
import { ViewBar } from '../../../../renderer/panels/window/view-bar.tsx';
import { useEditor } from '../../../../renderer/session/editor-store.ts';
import { ProjectSession } from '../../../../renderer/session/project-session.ts';
import type { Studio } from '../../../../renderer/session/studio.ts';
import { StudioContext } from '../../../../renderer/session/studio-context.ts';
import { mirror, useStudio } from '../../../../renderer/session/studio-store.ts';

const MASKS = ['1', '2', '3'].map((digit) => digit.repeat(64));

/** As a host sends it: none of its objects is one the page had. */
const told = <T>(value: T): T => JSON.parse(JSON.stringify(value)) as T;

function scene(): SceneDocument {
  const first = addConcept({ ...emptySceneDocument(), background: '0'.repeat(64) }, 'a', { name: 'cat' });
  const both = addConcept(first, 'b', { name: 'dog' });
  return changeConcept(changeConcept(both, 'a', { mask: MASKS[0]! }), 'b', { mask: MASKS[1]! });
}

/** Lets the host answer. */
let confirm = () => {};

/** A host that accepts every change once it is released. */
function openProject() {
  let state: ProjectState = {
    projectId: '00000000-0000-4000-8000-000000000001',
    name: 'p',
    path: '/p.pnpmix',
    isReadOnly: false,
    document: scene(),
    revision: 1,
    history: { position: 1, length: 2, undoLabel: 'Paint', redoLabel: null },
  };
  const client = {
    call: async (_: string, { document }: { document: SceneDocument }) => {
      await new Promise<void>((resolve) => {
        confirm = resolve;
      });
      const { revision, history } = state;
      const position = history.position + 1;
      state = {
        ...state,
        document,
        revision: revision + 1,
        history: { ...history, position, length: position + 1 },
      };
      return told(state);
    },
  } as unknown as Pick<StudioClient, 'call'>;
  const session = new ProjectSession(
    client,
    told(state),
    (project) => mirror({ project }),
    (error) => {
      throw error;
    },
  );
  mirror({ project: session.view(), backgroundSize: { of: '0'.repeat(64), width: 64, height: 64 } });
  return session;
}

class Workbench extends Watched {
  proposal = 'none';
  planeOf = () => undefined;
}

class View {
  subscribe = () => () => {};
  getPercent = () => 100;
}

const workbench = new Workbench();
const view = new View();
const drawn = new Map<string, number>();
let session: ProjectSession;
let stop: () => void;

function Concepts() {
  const concepts = useStudio((state) => state.project!.document.concepts);
  return createElement(ConceptList, { concepts });
}

function Background() {
  const prompt = useStudio((state) => state.project!.document.prompt);
  const background = useStudio((state) => state.project!.document.background);
  return createElement(BackgroundStep, { prompt, background });
}

const panels: Readonly<Record<string, FunctionComponent>> = {
  header: HeaderBar,
  tools: ToolRail,
  options: ToolOptions,
  view: ViewBar,
  background: Background,
  concepts: Concepts,
  masks: MaskPanel,
  inpainted: InpaintedStep,
  parameters: ParameterPanel,
  history: Filmstrip,
  status: StatusBar,
};

beforeAll(async () => {
  vi.stubGlobal('IS_REACT_ACT_ENVIRONMENT', true);
  // A text area waits for fonts, which this DOM does not have.
  Object.assign(document, { fonts: new EventTarget() });
  await startTexts();
  session = openProject();
  useEditor.setState({ activeConceptId: 'a' });
  const studio = {
    workbench,
    view,
    session,
    projects: { shown: session },
    pictureLibrary: { open: () => new Promise(() => {}), release: () => {} },
    assetUrl: (id: string) => `/assets/${id}`,
  } as unknown as Studio;
  const place = document.createElement('div');
  document.body.append(place);
  const root = createRoot(place);
  const profiled = Object.entries(panels).map(([id, panel]) =>
    createElement(
      Profiler,
      { key: id, id, onRender: () => drawn.set(id, (drawn.get(id) ?? 0) + 1) },
      createElement(panel),
    ),
  );
  await act(async () =>
    root.render(
      createElement(MantineProvider, null, createElement(StudioContext, { value: studio }, ...profiled)),
    ),
  );
  stop = () => act(() => root.unmount());
});

afterAll(() => {
  stop();
  vi.unstubAllGlobals();
});

/** How often each panel rendered: once a change is shown, and once the host has confirmed it. */
async function redrawsOf(change: () => void): Promise<Record<string, number>> {
  drawn.clear();
  await act(change);
  await act(async () => {
    confirm();
    await session.saved();
  });
  return Object.fromEntries(drawn);
}

it('renders what shows a stroke once; the host’s confirmation renders only the saved state', async () => {
  const redraws = await redrawsOf(() => {
    session.edit('Erase', (before) => changeConcept(before, 'a', { mask: MASKS[2]! }));
    workbench.changed();
  });
  expect(redraws).toEqual({ header: 2, concepts: 1, masks: 1 });
});

it('renders one concept of the list if only that one changed', async () => {
  const heads = () => [...document.querySelectorAll('.concept-card')];
  const shown = () => heads().map((card) => card.getAttribute('data-hidden'));
  expect(shown()).toEqual(['false', 'false']);
  const redraws = await redrawsOf(() =>
    session.edit('Hide', (before) => changeConcept(before, 'b', { visible: false })),
  );
  expect(shown()).toEqual(['true', 'false']);
  expect(redraws).toEqual({ header: 2, concepts: 1 });
});

it('renders the parameters if one of them changed', async () => {
  const redraws = await redrawsOf(() =>
    session.edit('Seed', (before) => changeParameters(before, { seed: 123 })),
  );
  expect(Object.keys(redraws).toSorted()).toEqual(['header', 'parameters']);
});

it('renders nothing if the host repeats what is known', async () => {
  const redraws = await redrawsOf(() => {
    session.adopt(told(session.view().state));
    mirror({ settings: told(useStudio.getState().settings) });
  });
  expect(redraws).toEqual({});
});
