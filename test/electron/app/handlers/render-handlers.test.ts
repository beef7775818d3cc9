/** Renders by commands: pages, marks, differences, sweeps and the queue. */

import { randomUUID } from 'node:crypto';
import sharp from 'sharp';
import { afterEach, beforeAll, beforeEach, expect, test } from 'vitest';
import { notice } from '../../../../electron/contract/notices.ts';
import { PuppetStudio } from './puppet-studio.ts';

let png: Uint8Array;
beforeAll(async () => {
  png = await sharp({ create: { width: 8, height: 8, channels: 3, background: 'blue' } })
    .png()
    .toBuffer();
});

let host: PuppetStudio;
let projectId: string;
beforeEach(async () => {
  host = await PuppetStudio.start();
  projectId = (await host.call('project.openSample', {})).projectId;
});
afterEach(() => host.close());

/** Lets the engine finish the running render. */
async function finishOne(): Promise<void> {
  (await host.engineAtWork()).finish({
    kind: 'render',
    png,
    width: 8,
    height: 8,
    frame: { left: 0, top: 0, width: 8, height: 8, modelWidth: 8, modelHeight: 8 },
    device: { device: 'cpu', name: 'puppet', passedOver: [] },
    notices: [notice('NOT_INPAINTED', {})],
    timingsMs: { load: 1, encode: 1, invert: 1, blend: 1, decode: 1 },
    totalMs: 5,
    unetMs: 1,
    unetRows: 2,
    peakMemoryBytes: 3,
  });
}

/** Renders the scene as it is. @returns its id */
async function render(): Promise<string> {
  const { renderId } = await host.call('renders.enqueue', { projectId });
  await finishOne();
  await expect.poll(() => host.told(renderId)?.state).toBe('done');
  return renderId;
}

test('a render is stored with its request, its document and the engine’s facts', async () => {
  const renderId = await render();
  expect(await host.call('renders.get', { projectId, renderId })).toMatchObject({
    state: 'done',
    sequence: 1,
    device: { name: 'puppet' },
    notices: [notice('NOT_INPAINTED', {})],
    metrics: { unetRows: 2 },
    peakMemoryBytes: 3,
    error: null,
  });
  const { document } = await host.call('project.state', { projectId });
  expect(await host.call('renders.document', { projectId, renderId })).toEqual(document);
});

test('each page continues where the last one ended, and an invalid cursor is refused', async () => {
  const ids = [await render(), await render(), await render()];
  const first = await host.call('renders.page', { projectId, limit: 2 });
  expect(first.renders.map(({ renderId }) => renderId)).toEqual([ids[2], ids[1]]);
  const second = await host.call('renders.page', { projectId, limit: 2, cursor: first.cursor! });
  expect(second).toMatchObject({ renders: [{ renderId: ids[0] }], cursor: null, total: 3 });
  for (const cursor of ['0', '-1', 'here', '1.5']) {
    await expect(host.call('renders.page', { projectId, cursor })).rejects.toMatchObject({
      code: 'PARAMETER_INVALID',
    });
  }
});

test('stars, names, deletions and restorations are announced and stored', async () => {
  const renderId = await render();
  await host.call('renders.star', { projectId, renderId, isStarred: true });
  await host.call('renders.name', { projectId, renderId, name: 'The blue one' });
  expect(host.told(renderId)).toMatchObject({ isStarred: true, name: 'The blue one' });
  expect((await host.call('renders.find', { projectId, text: 'BLUE' })).renders).toMatchObject([
    { renderId },
  ]);
  expect((await host.call('renders.page', { projectId, onlyStarred: true })).total).toBe(1);
  await host.call('renders.delete', { projectId, renderId });
  expect(host.told(renderId)).toMatchObject({ isDeleted: true });
  expect((await host.call('renders.page', { projectId })).total).toBe(0);
  expect((await host.call('renders.page', { projectId, deleted: true })).total).toBe(1);
  await host.call('renders.undelete', { projectId, renderId });
  expect((await host.call('renders.page', { projectId })).total).toBe(1);
});

test('a sweep queues every pair, newest values first run, and names the differing parameter', async () => {
  const { sweepId, renders } = await host.call('sweep.enqueue', {
    projectId,
    x: { parameter: 'alpha', values: [0.1, 0.2] },
    y: { parameter: 'beta', values: [0.5] },
  });
  expect(renders.map(({ sweep }) => sweep)).toEqual([
    { sweepId, x: { parameter: 'alpha', value: 0.1 }, y: { parameter: 'beta', value: 0.5 }, conceptId: null },
    { sweepId, x: { parameter: 'alpha', value: 0.2 }, y: { parameter: 'beta', value: 0.5 }, conceptId: null },
  ]);
  const [a, b] = renders.map(({ renderId }) => renderId);
  for (const renderId of [a!, b!]) {
    await finishOne();
    await expect.poll(() => host.told(renderId)?.state).toBe('done');
  }
  const differences = await host.call('renders.difference', { projectId, a: a!, b: b! });
  expect(differences.length).toBeGreaterThan(0);
  for (const difference of differences) {
    expect(difference).toMatchObject({
      concept: expect.stringMatching(/^my (cat|dog)$/),
      path: 'alpha',
      a: 0.1,
      b: 0.2,
    });
  }
  const newest = await host.call('sweep.newest', { projectId });
  expect(newest).toMatchObject({ sweepId, renders: { length: 2 } });
  expect(await host.call('sweep.newest', { projectId, sweepId })).toEqual(newest);
  expect(await host.call('sweep.newest', { projectId, sweepId: randomUUID() })).toBeNull();
  const x = { parameter: 'alpha' as const, values: [0.1] };
  for (const wrong of [
    { x, y: { parameter: 'beta' as const, values: [0.5] }, conceptId: randomUUID() },
    { x, y: x },
    { x, y: { parameter: 'beta' as const, values: [1.5] } },
    { x, y: { parameter: 'steps' as const, values: [2.5] } },
  ]) {
    await expect(host.call('sweep.enqueue', { projectId, ...wrong })).rejects.toMatchObject({
      code: expect.stringMatching(/^(PARAMETER|COMMAND)_INVALID$/),
    });
  }
});

test('a caption says how a render differs from the last finished one before it, which is no draft', async () => {
  const finish = async (parameters: { beta: number; seed: number }, isDraft = false) => {
    const { document } = await host.call('project.state', { projectId });
    const { renderId } = await host.call('renders.enqueue', {
      projectId,
      document: { ...document, parameters: { ...document.parameters, ...parameters } },
      isDraft,
    });
    await finishOne();
    await expect.poll(() => host.told(renderId)?.state).toBe('done');
    return renderId;
  };
  const first = await finish({ beta: 0.5, seed: 1 });
  const draft = await finish({ beta: 0.1, seed: 9 }, true);
  const second = await finish({ beta: 0.7, seed: 1 });
  expect(host.told(draft)?.sweep).toEqual({ isDraft: true });
  const changes = await host.call('renders.changes', { projectId, renderIds: [second, randomUUID(), first] });
  expect(changes).toEqual([
    {
      renderId: second,
      since: first,
      differences: [{ concept: null, path: 'parameters.beta', a: 0.5, b: 0.7 }],
    },
    { renderId: first, since: null, differences: [] },
  ]);
});

test('variations are queued with seeds from the scene’s own upwards, stored as one group, and are no sweep', async () => {
  const { document } = await host.call('project.state', { projectId });
  const parameters = { ...document.parameters, seed: 0xffff_fffe };
  await host.call('project.commit', { projectId, document: { ...document, parameters }, label: 'Seed' });
  const { variationsId, renders } = await host.call('renders.enqueueVariations', { projectId, count: 3 });
  const seeds = [0xffff_fffe, 0xffff_ffff, 0];
  for (const [index, { renderId, sweep }] of renders.entries()) {
    expect(sweep).toEqual({ variationsId, seed: seeds[index] });
    const { request } = await host.call('renders.get', { projectId, renderId });
    expect(request.parameters).toEqual({ ...parameters, seed: seeds[index] });
  }
  await finishOne();
  const [first] = renders;
  await expect.poll(() => host.told(first!.renderId)?.state).toBe('done');
  // As it is stored in the project.
  const page = await host.call('renders.page', { projectId });
  expect(page.renders[0]).toMatchObject({ renderId: first!.renderId, sweep: first!.sweep });
  expect(await host.call('sweep.newest', { projectId })).toBe(null);
});

test('the queue reports its order, and moves and cancels waiting renders', async () => {
  const ids: string[] = [];
  for (let count = 0; count < 3; count++)
    ids.push((await host.call('renders.enqueue', { projectId })).renderId);
  const engine = await host.engineAtWork();
  const moved = await host.call('queue.move', { renderId: ids[2]!, toIndex: 0 });
  expect(moved.entries.map(({ renderId }) => renderId)).toEqual([ids[0], ids[2], ids[1]]);
  expect(await host.call('queue.state', {})).toEqual(moved);
  await host.call('queue.cancel', { what: 'one', renderId: ids[1]!, discard: true });
  await host.call('queue.cancel', { what: 'queued' });
  await host.call('queue.cancel', { what: 'current' });
  await expect
    .poll(() => ids.map((renderId) => host.told(renderId)?.state))
    .toEqual(Array(3).fill('cancelled'));
  expect(engine.isAlive).toBe(true);
  expect((await host.call('renders.page', { projectId })).total).toBe(2);
});

test('a missing render is unknown', async () => {
  const renderId = randomUUID();
  for (const command of ['renders.get', 'renders.document', 'renders.delete', 'renders.undelete'] as const) {
    await expect(host.call(command, { projectId, renderId })).rejects.toMatchObject({
      code: 'RENDER_UNKNOWN',
    });
  }
  await expect(host.call('queue.move', { renderId, toIndex: 0 })).rejects.toMatchObject({
    code: 'RENDER_UNKNOWN',
  });
  await expect(host.call('queue.cancel', { what: 'one', renderId, discard: false })).rejects.toMatchObject({
    code: 'RENDER_UNKNOWN',
  });
  await expect(host.call('renders.page', { projectId: randomUUID() })).rejects.toMatchObject({
    code: 'PROJECT_UNKNOWN',
  });
});
