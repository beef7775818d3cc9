/** The open project's file has gone: changes wait in order until the project is somewhere again. */
import { beforeEach, expect, it } from 'vitest';
import { StudioError } from '../../../electron/contract/errors.ts';
import type { ProjectState } from '../../../electron/contract/project-state.ts';
import { emptySceneDocument, type SceneDocument } from '../../../electron/contract/scene-document.ts';
import type { StudioClient } from '../../../renderer/client/studio-client.ts';
import { ProjectSession, type ProjectView } from '../../../renderer/session/project-session.ts';

let isMoved: boolean;
let state: ProjectState;
let view: ProjectView;
let errors: unknown[];
let session: ProjectSession;

beforeEach(() => {
  isMoved = false;
  errors = [];
  state = {
    projectId: crypto.randomUUID(),
    name: 'A',
    path: '/a.pnpmix',
    isReadOnly: false,
    document: emptySceneDocument(),
    revision: 0,
    history: { position: 0, length: 1, undoLabel: null, redoLabel: null },
  };
  const call = async (
    name: string,
    { document, baseRevision }: { document: SceneDocument; baseRevision: number },
  ) => {
    if (name === 'project.state') return state;
    if (isMoved) throw new StudioError('PROJECT_MOVED', 'The file went away.');
    if (baseRevision !== state.revision) throw new StudioError('PROJECT_CONFLICT', 'Another was quicker.');
    const position = state.history.position + 1;
    state = {
      ...state,
      document,
      revision: state.revision + 1,
      history: { position, length: position + 1, undoLabel: 'x', redoLabel: null },
    };
    return state;
  };
  session = new ProjectSession(
    { call } as unknown as StudioClient,
    state,
    (shown) => {
      view = shown;
    },
    (error) => errors.push(error),
  );
});

const prompt = (text: string) =>
  session.edit('Prompt', (document) => ({ ...document, prompt: `${document.prompt}${text}` }));

it('save as: everything that waited is saved, in order', async () => {
  prompt('a');
  await session.saved();
  isMoved = true;
  prompt('b');
  prompt('c');
  await expect.poll(() => view.isMoved).toBe(true);
  expect(view).toMatchObject({ pending: 2, document: { prompt: 'abc' }, canUndo: true });
  // Another attempt ends the same way.
  prompt('d');
  await expect.poll(() => view.pending).toBe(3);
  await expect.poll(() => view.isMoved).toBe(true);
  isMoved = false;
  state = { ...state, path: '/b.pnpmix', revision: state.revision + 1 };
  session.adopt(state);
  await session.saved();
  expect(view).toMatchObject({ isMoved: false, pending: 0, state: { path: '/b.pnpmix' } });
  expect(state.document.prompt).toBe('abcd');
  expect(state.history.position).toBe(4);
  expect(errors).toEqual([]);
});

it('file put back: the next change saves everything', async () => {
  isMoved = true;
  prompt('a');
  await expect.poll(() => view.isMoved).toBe(true);
  isMoved = false;
  prompt('b');
  await session.saved();
  expect(state.document.prompt).toBe('ab');
});

it('a change whose picture could not be stored also waits, and is made once the project has a place again', async () => {
  isMoved = true;
  const shown = session.editPrepared('Stroke', async () => {
    if (isMoved) throw new StudioError('PROJECT_MOVED', 'The file no longer exists.');
    return (document) => ({ ...document, prompt: 'stroke' });
  });
  await expect.poll(() => view.isMoved).toBe(true);
  isMoved = false;
  state = { ...state, path: '/b.pnpmix', revision: state.revision + 1 };
  session.adopt(state);
  await shown;
  await session.saved();
  expect(state.document.prompt).toBe('stroke');
});
