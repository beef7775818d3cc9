/** The paged history, and results that come while another project is opened or before their answer. */
import { beforeEach, expect, test } from 'vitest';
import type { RenderSummary } from '../../../electron/contract/render-record.ts';
import type { StudioClient } from '../../../renderer/client/studio-client.ts';
import { useEditor } from '../../../renderer/session/editor-store.ts';
import type { ProjectSession } from '../../../renderer/session/project-session.ts';
import { Renders } from '../../../renderer/session/renders.ts';
import { newestRender, useStudio } from '../../../renderer/session/studio-store.ts';
import { renderSummary } from './render-summary.ts';

const at = (renderId: string, minute: number, overrides: Partial<RenderSummary> = {}) =>
  renderSummary(renderId, { createdAt: `2026-01-01T00:0${minute}:00.000Z`, ...overrides });
const listed = () => useStudio.getState().renders.map(({ renderId }) => renderId);
const sessionOf = (projectId: string) =>
  ({ projectId, saved: () => Promise.resolve() }) as unknown as ProjectSession;

const first = sessionOf('first');
let shown: ProjectSession;
let answer: (name: string, input: { cursor?: string }) => unknown;
let renders: Renders;

beforeEach(() => {
  shown = first;
  const client = { call: async (name: string, input: object) => answer(name, input) };
  const painting = { isActive: false, gestureCount: 0 };
  renders = new Renders(client as unknown as Pick<StudioClient, 'call'>, painting, () => shown);
  renders.clear();
  useStudio.setState({ onlyStarred: false });
  useEditor.setState({ shownRenderId: null, comparedRenderId: null });
});

test('pages follow each other, and nothing is listed twice', async () => {
  answer = (_name, { cursor }) =>
    cursor === undefined
      ? { renders: [at('c', 3), at('b', 2)], cursor: 'b' }
      : { renders: [at('b', 2), at('a', 1)], cursor: null };
  await renders.load('newest');
  await renders.load('next');
  expect(listed()).toEqual(['c', 'b', 'a']);
  await renders.load('newest');
  expect(listed()).toEqual(['c', 'b']);
});

test('a page that arrives after another project is shown is dropped', async () => {
  answer = () => {
    shown = sessionOf('second');
    renders.clear();
    return { renders: [at('a', 1)], cursor: null };
  };
  await renders.load('newest');
  expect(listed()).toEqual([]);
});

test('if pages overtake each other, the last one requested is listed', async () => {
  const answers: ((render: RenderSummary) => void)[] = [];
  answer = () =>
    new Promise((resolve) => answers.push((render) => resolve({ renders: [render], cursor: 'more' })));
  const all = renders.load('newest');
  const starred = renders.load('newest');
  answers[1]!(at('starred', 1));
  await starred;
  answers[0]!(at('any', 2));
  await all;
  expect(listed()).toEqual(['starred']);
  // The next page is read once, however often it is requested.
  const next = [renders.load('next'), renders.load('next')];
  expect(answers).toHaveLength(3);
  answers[2]!(at('older', 0));
  await Promise.all(next);
  expect(listed()).toEqual(['starred', 'older']);
});

test('a page that cannot be read is an error, and the next attempt reads it', async () => {
  answer = () => {
    throw new Error('no answer');
  };
  await expect(renders.load('newest')).rejects.toThrow('no answer');
  answer = () => ({ renders: [at('a', 1)], cursor: null });
  await renders.load('next');
  expect(listed()).toEqual(['a']);
});

test('a result requested in another project does not take over the canvas, now or later', async () => {
  answer = () => at('first', 1, { state: 'queued' });
  await renders.enqueue(first);
  shown = sessionOf('second');
  renders.clear();
  expect(renders.awaited()).toEqual([]);
  // Back in its project: a star is added to the render that was done long ago.
  shown = first;
  renders.clear();
  renders.changed(at('first', 1, { isStarred: true }));
  expect(useEditor.getState().shownRenderId).toBeNull();
});

test('a render is listed by its time, stays in its place, and leaves the list when it is deleted', () => {
  for (const render of [at('a', 1), at('c', 3), at('b', 2)]) renders.changed(render);
  renders.changed(at('b', 2, { isStarred: true }));
  expect(listed()).toEqual(['c', 'b', 'a']);
  renders.show(at('b', 2));
  renders.changed(at('b', 2, { isDeleted: true }));
  expect(listed()).toEqual(['c', 'a']);
  expect(useEditor.getState().shownRenderId).toBeNull();
});

test('the newest render is known although the strip lists only those with a star', () => {
  const newest = () => newestRender(useStudio.getState())?.renderId;
  // Rendered after the next one, which was put at the front of the queue.
  useStudio.setState({ renders: [at('b', 2), at('c', 3)], onlyStarred: true });
  renders.show(at('c', 3));
  renders.show(at('a', 1));
  expect(newest()).toBe('b');
  renders.changed(at('d', 4, { state: 'running' }));
  renders.changed(at('d', 4, { state: 'failed' }));
  expect(listed()).toEqual(['b', 'c']);
  expect(newestRender(useStudio.getState())).toMatchObject({ renderId: 'd', state: 'failed' });
  renders.changed(at('d', 4, { isDeleted: true }));
  expect(newest()).toBe('b');
});

test('a result appears by itself, even if its end is known before the answer', async () => {
  answer = () => {
    renders.changed(at('quick', 1));
    return at('quick', 1, { state: 'queued' });
  };
  await renders.enqueue(first);
  expect(useEditor.getState().shownRenderId).toBe('quick');
  answer = () => at('slow', 2, { state: 'queued' });
  await renders.enqueue(first);
  expect(renders.awaited()).toEqual([{ renderId: 'slow', hasPainted: false }]);
  renders.changed(at('slow', 2));
  expect(useEditor.getState().shownRenderId).toBe('slow');
});

test('a render that failed is rendered again where it was sent, and otherwise where all are', async () => {
  const asked: object[] = [];
  answer = (_name, input) => {
    asked.push(input);
    return at(`render-${asked.length}`, asked.length, { state: 'failed' });
  };
  const sent = await renders.enqueue(first, { renderOn: 'studio' });
  const again = await renders.again(first, sent.renderId);
  const usual = await renders.enqueue(first);
  await renders.again(first, again.renderId);
  await renders.again(first, usual.renderId);
  const { projectId } = first;
  const onStudio = { projectId, renderOn: 'studio' };
  expect(asked).toEqual([onStudio, onStudio, { projectId }, onStudio, { projectId }]);
});
