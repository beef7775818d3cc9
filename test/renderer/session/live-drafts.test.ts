/** Live drafts with a fake host: one in progress, the newest scene wins, one is kept. */
import { beforeEach, describe, expect, it } from 'vitest';
import { StudioError } from '../../../electron/contract/errors.ts';
import type { RenderSummary } from '../../../electron/contract/render-record.ts';
import { emptySceneDocument, type SceneDocument } from '../../../electron/contract/scene-document.ts';
import { LiveDrafts } from '../../../renderer/session/live-drafts.ts';
import { renderSummary } from './render-summary.ts';

let renders: Map<string, RenderSummary>;
let enqueued: string[];
let cancelled: string[];
let removed: string[];
let failures: unknown[];
let drafts: LiveDrafts;
/** Delays the host's answer to the next draft. */
let hold: Promise<void> | undefined;
let cancelError: StudioError | undefined;

const scene = (prompt: string): SceneDocument => ({ ...emptySceneDocument(), prompt });

beforeEach(() => {
  renders = new Map();
  enqueued = [];
  cancelled = [];
  removed = [];
  failures = [];
  hold = undefined;
  cancelError = undefined;
  drafts = new LiveDrafts({
    enqueue: async ({ prompt }) => {
      enqueued.push(prompt);
      await hold;
      const render = renderSummary(prompt, { state: 'queued' });
      renders.set(prompt, render);
      return render;
    },
    cancel: async (renderId) => {
      cancelled.push(renderId);
      if (cancelError) throw cancelError;
    },
    remove: async (renderId) => removed.push(renderId),
    find: (renderId) => renders.get(renderId),
    fail: (error) => failures.push(error),
  });
});

function tell(renderId: string, overrides: Partial<RenderSummary>): void {
  const render = { ...renderSummary(renderId), ...overrides };
  renders.set(renderId, render);
  drafts.changed(render);
}

/** Requests a draft whose queueing call stays pending until it is released. */
async function requestHeld(): Promise<{ readonly first: Promise<void>; release(): void }> {
  let release = () => {};
  hold = new Promise((resolve) => {
    release = resolve;
  });
  const first = drafts.request(scene('a'));
  await expect.poll(() => enqueued).toEqual(['a']);
  return { first, release };
}

describe('live drafts', () => {
  it('cancel the draft of an outdated scene', async () => {
    await drafts.request(scene('a'));
    tell('a', { state: 'running' });
    await drafts.request(scene('b'));
    tell('a', { state: 'cancelled' });
    expect({ enqueued, cancelled, removed }).toEqual({
      enqueued: ['a', 'b'],
      cancelled: ['a'],
      removed: [],
    });
  });

  it('never flood the queue: while one is being queued, only the newest scene waits', async () => {
    const { first, release } = await requestHeld();
    for (const prompt of ['b', 'c', 'd']) void drafts.request(scene(prompt));
    hold = undefined;
    release();
    await first;
    expect({ enqueued, cancelled }).toEqual({ enqueued: ['a', 'd'], cancelled: ['a'] });
  });

  it('never flood the history: the previous draft is removed when a new one is done', async () => {
    for (const prompt of ['a', 'b', 'c']) {
      await drafts.request(scene(prompt));
      tell(prompt, { state: 'done' });
    }
    expect(removed).toEqual(['a', 'b']);
  });

  it('keep what the user starred or named, and never restore what the user deleted', async () => {
    await drafts.request(scene('a'));
    tell('a', { state: 'done' });
    tell('a', { isStarred: true });
    await drafts.request(scene('b'));
    tell('b', { state: 'done' });
    tell('b', { name: 'The soft one' });
    await drafts.request(scene('c'));
    tell('c', { state: 'done' });
    tell('c', { isDeleted: true });
    await drafts.request(scene('d'));
    tell('d', { state: 'done' });
    expect(removed).toEqual([]);
  });

  it('remove one that was done before its cancellation arrived', async () => {
    await drafts.request(scene('a'));
    cancelError = new StudioError('RENDER_UNKNOWN', 'It has ended.');
    await drafts.request(scene('b'));
    tell('a', { state: 'done' });
    expect({ removed, failures }).toEqual({ removed: ['a'], failures: [] });
  });

  it('stop with the one in progress, and continue after a failure', async () => {
    await drafts.request(scene('a'));
    drafts.stop();
    expect(cancelled).toEqual(['a']);
    cancelError = new StudioError('INTERNAL', 'Something else.');
    await drafts.request(scene('b'));
    await drafts.request(scene('c'));
    expect(failures).toEqual([cancelError]);
    cancelError = undefined;
    await drafts.request(scene('d'));
    expect(enqueued).toEqual(['a', 'b', 'd']);
  });

  it('also stop the one being queued, and continue when they are switched on again', async () => {
    const { first, release } = await requestHeld();
    drafts.stop();
    release();
    await first;
    expect({ cancelled, failures }).toEqual({ cancelled: ['a'], failures: [] });
    hold = undefined;
    await drafts.request(scene('b'));
    expect({ enqueued, cancelled }).toEqual({ enqueued: ['a', 'b'], cancelled: ['a'] });
  });

  it('render the newest scene if they are switched off and on while one is being queued', async () => {
    const { first, release } = await requestHeld();
    drafts.stop();
    void drafts.request(scene('b'));
    hold = undefined;
    release();
    await first;
    expect({ enqueued, cancelled }).toEqual({ enqueued: ['a', 'b'], cancelled: ['a'] });
  });
});
