/** Cancelled renders: a record in the project, whoever cancelled them, or none if so requested. */
import { expect, test } from 'vitest';
import { playedEngine } from '../played-engine.ts';
import { lastOfRender } from '../studio-fixture.ts';
import { studioForEachTest } from '../studio-for-each-test.ts';

const { call, events } = studioForEachTest({ launchEngine: playedEngine('until cancelled') });

const lastOf = (renderId: string) => lastOfRender(events, renderId);

test('the running one and the waiting ones are recorded with their requests', async () => {
  const { projectId, path } = await call('project.openSample', {});
  const running = await call('renders.enqueue', { projectId });
  const waiting = await call('renders.enqueue', { projectId });
  await call('queue.cancel', { what: 'all' });
  for (const { renderId } of [running, waiting]) {
    await expect
      .poll(() => lastOf(renderId))
      .toMatchObject({
        state: 'cancelled',
        sequence: expect.any(Number),
        result: null,
        totalMs: null,
        error: { code: 'CANCELLED' },
      });
  }
  expect(
    (await call('renders.get', { projectId, renderId: running.renderId })).request.scene.prompt,
  ).not.toBe('');
  await call('project.close', { projectId });
  const again = await call('project.open', { path });
  const { renders, total } = await call('renders.page', { projectId: again.projectId });
  expect([total, ...renders.map(({ state }) => state)]).toEqual([2, 'cancelled', 'cancelled']);
});

test('those cut off by closing the project are recorded too', async () => {
  const { projectId, path } = await call('project.openSample', {});
  await call('renders.enqueue', { projectId });
  await call('renders.enqueue', { projectId });
  await call('project.close', { projectId });
  const again = await call('project.open', { path });
  expect((await call('renders.page', { projectId: again.projectId })).total).toBe(2);
});

test('those that were cancelled just before the project is closed are recorded too', async () => {
  // Another project's render runs: there is nothing to wait for.
  await call('renders.enqueue', { projectId: (await call('project.openSample', {})).projectId });
  const { projectId, path } = await call('project.openSample', {});
  for (let turn = 0; turn < 15; turn++) await call('renders.enqueueVariations', { projectId, count: 8 });
  const cancelling = call('queue.cancel', { what: 'queued' });
  await call('project.close', { projectId });
  await cancelling;
  const again = await call('project.open', { path });
  expect((await call('renders.page', { projectId: again.projectId })).total).toBe(120);
  expect(events.filter(({ event }) => event === 'notice')).toEqual([]);
});

test('a draft that is replaced by a later one leaves nothing, running or waiting', async () => {
  const { projectId } = await call('project.openSample', {});
  const running = await call('renders.enqueue', { projectId });
  const waiting = await call('renders.enqueue', { projectId });
  for (const { renderId } of [waiting, running]) {
    await call('queue.cancel', { what: 'one', renderId, discard: true });
    await expect.poll(() => lastOf(renderId)).toMatchObject({ state: 'cancelled', isDeleted: true });
  }
  expect((await call('renders.page', { projectId })).total).toBe(0);
  expect((await call('renders.page', { projectId, deleted: true })).total).toBe(0);
});
