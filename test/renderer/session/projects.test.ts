/** Opening another project: nothing is lost from the previous one, and none of it ends up in the other. */
import { beforeEach, expect, test, vi } from 'vitest';
import { StudioError } from '../../../electron/contract/errors.ts';
import type { ProjectState } from '../../../electron/contract/project-state.ts';
import type { SceneDocument } from '../../../electron/contract/scene-document.ts';
import type { StudioClient } from '../../../renderer/client/studio-client.ts';
import { useEditor } from '../../../renderer/session/editor-store.ts';
import { Projects } from '../../../renderer/session/projects.ts';
import { useStudio } from '../../../renderer/session/studio-store.ts';

const scene = (prompt: string) => ({ prompt, concepts: [], background: null }) as unknown as SceneDocument;
const stateOf = (projectId: string, prompt = '', revision = 0): ProjectState =>
  ({
    projectId,
    path: `/${projectId}.pnpmix`,
    revision,
    document: scene(prompt),
    history: { position: revision, length: revision + 1 },
  }) as unknown as ProjectState;

let committed: { projectId: string; prompt: string }[];
let log: string[];
let holdCommits: Promise<void>;
let load: () => Promise<void>;
/** Whether the file of `a` can be opened again. */
let isThere: boolean;
let projects: Projects;

beforeEach(() => {
  const kept = new Map<string, string>();
  vi.stubGlobal('localStorage', {
    setItem: (key: string, value: string) => kept.set(key, value),
    removeItem: (key: string) => kept.delete(key),
  });
  vi.stubGlobal('document', { activeElement: null });
  vi.stubGlobal('navigator', { locks: { request: () => new Promise(() => undefined) } });
  vi.stubGlobal('history', { replaceState: (_state: null, _title: string, url: string) => log.push(url) });
  useStudio.setState({ connection: 'connected' });
  committed = [];
  log = [];
  holdCommits = Promise.resolve();
  isThere = false;
  load = async () => void log.push(`load ${projects.shown?.projectId}`);
  const call = async (name: string, input: { projectId: string; document: SceneDocument }) => {
    if (name === 'project.open') {
      if (isThere) return stateOf('a');
      throw new StudioError('PROJECT_MISSING', 'The file no longer exists.');
    }
    if (name !== 'project.commit') throw new Error(`${name} was not expected.`);
    await holdCommits;
    const { prompt } = input.document;
    committed.push({ projectId: input.projectId, prompt: String(prompt) });
    return stateOf(input.projectId, String(prompt), committed.length);
  };
  projects = new Projects(
    { call } as unknown as Pick<StudioClient, 'call'>,
    {
      conclude: () => log.push('conclude'),
      leaveProject: () => log.push('leave'),
      markSaved: () => undefined,
      setTool: (tool) => log.push(`tool ${tool}`),
    },
    { clear: () => log.push('clear'), load: () => load() },
  );
});

test('an unfinished gesture is committed to the previous project, then the other is shown with its renders', async () => {
  await projects.show(stateOf('a'));
  log = [];
  await projects.open(async () => stateOf('b'));
  expect(log).toEqual(['conclude', 'leave', 'clear', '#project=%2Fb.pnpmix', 'load b']);
  expect(projects.shown?.projectId).toBe('b');
});

test('a project whose selected concept is placed opens with the Move tool, another one keeps the tool', async () => {
  useEditor.setState({ tool: 'brush' });
  await projects.show(stateOf('a'));
  expect(useEditor.getState().tool).toBe('brush');
  const placed = { id: 'concept-1', mode: 'place' } as SceneDocument['concepts'][number];
  await projects.show({ ...stateOf('b'), document: { ...scene(''), concepts: [placed] } });
  expect(useEditor.getState()).toMatchObject({ activeConceptId: 'concept-1', tool: 'move' });
  expect(log).toContain('tool move');
});

test('a proposal belongs to its project, even if the other has a concept with the same id', async () => {
  await projects.show(stateOf('a'));
  const hits = { conceptId: 'concept-1', image: 'i', phrase: '', hits: [], chosen: [], isSearching: false };
  const offer = { kind: 'moved', conceptId: 'concept-1', mask: 'moved', left: 'mask' } as const;
  useEditor.setState({ offer, hits });
  await projects.open(async () => stateOf('b'));
  expect(useEditor.getState()).toMatchObject({ offer: null, hits: null });
});

test('a start screen that is opened again while the renders of a project are read stays open', async () => {
  useEditor.setState({ sheet: 'projects' });
  load = async () => {
    expect(useEditor.getState().sheet).toBeNull();
    useEditor.setState({ sheet: 'projects' });
  };
  await projects.open(async () => stateOf('b'));
  expect(useEditor.getState().sheet).toBe('projects');
});

test('a change made while another project opens goes to its own project, even after that has left the screen', async () => {
  await projects.show(stateOf('a'));
  const a = projects.shown!;
  let release = () => {};
  await projects.open(async () => {
    holdCommits = new Promise((resolve) => {
      release = resolve;
    });
    a.edit('late', () => scene('late'));
    return stateOf('b');
  });
  expect(projects.sessions.map(({ projectId }) => projectId)).toEqual(['b', 'a']);
  const saved = a.saved();
  release();
  await saved;
  expect(committed).toEqual([{ projectId: 'a', prompt: 'late' }]);
  expect(projects.sessions.map(({ projectId }) => projectId)).toEqual(['b']);
  expect(useStudio.getState().project?.document).toEqual(scene(''));
});

test('the project that was asked for last stays, however long an earlier one takes', async () => {
  await projects.show(stateOf('a'));
  const slow = Promise.withResolvers<ProjectState>();
  const both = [projects.open(() => slow.promise), projects.open(async () => stateOf('c'))];
  expect(useStudio.getState().isOpening).toBe(true);
  await Promise.resolve();
  slow.resolve(stateOf('b'));
  await both[0];
  await both[1];
  expect(projects.shown?.projectId).toBe('c');
  expect(useStudio.getState().isOpening).toBe(false);
  await expect(projects.open(() => Promise.reject(new Error('gone')))).rejects.toThrow('gone');
  await projects.open(async () => stateOf('d'));
  expect(projects.shown?.projectId).toBe('d');
});

test('changes go on where the browser has no room to keep them all', async () => {
  const kept: string[][] = [];
  vi.spyOn(console, 'warn').mockReturnValue(undefined);
  vi.stubGlobal('localStorage', {
    setItem: (_: string, text: string) => {
      const { steps } = JSON.parse(text) as { steps: { label: string }[] };
      if (steps.length > 2) throw new DOMException('full', 'QuotaExceededError');
      kept.push(steps.map(({ label }) => label));
    },
    removeItem: () => undefined,
  });
  await projects.show(stateOf('a'));
  useStudio.setState({ connection: 'lost' });
  for (const text of ['1', '2', '3']) projects.shown!.edit(text, () => scene(text));
  expect(kept).toEqual([['1'], ['1', '2'], ['3']]);
  expect(useStudio.getState().project?.document).toEqual(scene('3'));
  await projects.shown!.saved();
  expect(committed).toHaveLength(3);
});

test('what is being typed is committed to its own project', async () => {
  await projects.show(stateOf('a'));
  const a = projects.shown!;
  const blur = () => projects.shown!.edit('typed', () => scene('typed'));
  vi.stubGlobal('document', { activeElement: { closest: () => ({ blur }) } });
  await projects.open(async () => stateOf('b'));
  await a.saved();
  expect(committed).toEqual([{ projectId: 'a', prompt: 'typed' }]);
  expect(projects.shown!.document).toEqual(scene(''));
});

test('a change begun in a project that has left the screen is kept until the host has it', async () => {
  await projects.show(stateOf('a'));
  const a = projects.shown!;
  await projects.open(async () => stateOf('b'));
  expect(projects.sessions.map(({ projectId }) => projectId)).toEqual(['b']);
  a.edit('an object removal that has come to its end', () => scene('removed'));
  expect(projects.sessions.map(({ projectId }) => projectId)).toEqual(['b', 'a']);
  await a.saved();
  expect(committed).toEqual([{ projectId: 'a', prompt: 'removed' }]);
  expect(projects.sessions.map(({ projectId }) => projectId)).toEqual(['b']);
});

test('no other project is opened while changes wait for a missing file', async () => {
  await projects.show(stateOf('a'));
  const a = projects.shown!;
  holdCommits = Promise.reject(new StudioError('PROJECT_MOVED', 'The file no longer exists.'));
  a.edit('waits', () => scene('waits'));
  await expect.poll(() => a.view().isMoved).toBe(true);
  const open = vi.fn();
  await expect(projects.open(open)).rejects.toMatchObject({ code: 'PROJECT_MOVED' });
  expect(open).not.toHaveBeenCalled();
  expect(projects.shown).toBe(a);
});

test('a project that is gone for the host, too, can be left, and its changes are made once it is back', async () => {
  await projects.show(stateOf('a'));
  const a = projects.shown!;
  holdCommits = Promise.reject(
    new StudioError('PROJECT_UNKNOWN', 'Another window has moved it to the trash.'),
  );
  a.edit('waits', () => scene('waits'));
  await expect.poll(() => a.view()).toMatchObject({ isMoved: true, isGone: true, pending: 1 });
  await projects.open(async () => stateOf('b'));
  expect(projects.shown?.projectId).toBe('b');
  holdCommits = Promise.resolve();
  isThere = true;
  await projects.open(async () => stateOf('a'));
  await a.saved();
  expect(committed).toEqual([{ projectId: 'a', prompt: 'waits' }]);
});
