/** Renders queued before an engine has opened the pack: answered at once, cancelled at once, recorded. */
import { afterEach, expect, test } from 'vitest';
import { UNKNOWN_WEIGHTS } from '../../../../electron/contract/render-request.ts';
import { Puppet } from '../engine/puppet-engine.ts';
import { lastOfRender } from '../studio-fixture.ts';
import { studioForEachTest } from '../studio-for-each-test.ts';

const puppets: Puppet[] = [];
// Registered first, so that it runs after the program is closed.
afterEach(() => {
  expect(puppets.filter(({ isAlive }) => isAlive)).toEqual([]);
  puppets.length = 0;
});
const { call, events } = studioForEachTest({
  launchEngine: () => {
    const puppet = new Puppet(puppets.length + 1);
    puppets.push(puppet);
    return puppet.child;
  },
});

const lastOf = (renderId: string) => lastOfRender(events, renderId);

test('while an engine hangs, a render is queued, cancelled and recorded; and the engine can be released', async () => {
  const { projectId } = await call('project.openSample', {});
  const starting = call('engine.start', {});
  const { renderId } = await call('renders.enqueue', { projectId });
  expect((await call('queue.state', {})).entries).toMatchObject([{ renderId, state: 'running' }]);
  expect((await call('renders.get', { projectId, renderId })).request.pack).toEqual({
    id: 'starter',
    version: '',
    weights: UNKNOWN_WEIGHTS,
  });
  await call('queue.cancel', { what: 'all' });
  await expect.poll(() => lastOf(renderId)).toMatchObject({ state: 'cancelled', sequence: 1 });
  expect((await call('renders.get', { projectId, renderId })).request.pack.weights).toBe(UNKNOWN_WEIGHTS);
  const stopped = expect(starting).rejects.toMatchObject({ code: 'CANCELLED' });
  expect(await call('engine.release', {})).toMatchObject({ state: 'failed', holdsModels: false });
  await stopped;
  expect(puppets.map(({ isAlive }) => isAlive)).toEqual([false]);
});

test('a pack that cannot be opened fails the render that needs it, with the reason', async () => {
  const { projectId } = await call('project.openSample', {});
  const { renderId } = await call('renders.enqueue', { projectId });
  await expect.poll(() => puppets).toHaveLength(1);
  puppets[0]!.failToOpen('PACK_INCOMPLETE');
  await expect
    .poll(() => lastOf(renderId))
    .toMatchObject({ state: 'failed', sequence: 1, error: { code: 'PACK_INCOMPLETE' } });
});

test('a render that waited for the pack runs with the weights that the engine found', async () => {
  const { projectId } = await call('project.openSample', {});
  const { renderId } = await call('renders.enqueue', { projectId });
  await expect.poll(() => puppets).toHaveLength(1);
  puppets[0]!.open();
  await expect.poll(() => puppets[0]!.runIds).toHaveLength(1);
  expect((await call('renders.get', { projectId, renderId })).request.pack.weights).toBe('f'.repeat(64));
  puppets[0]!.fail('OUT_OF_MEMORY');
  await expect
    .poll(() => lastOf(renderId))
    .toMatchObject({ state: 'failed', error: { code: 'OUT_OF_MEMORY' } });
  expect((await call('renders.get', { projectId, renderId })).request.pack.weights).toBe('f'.repeat(64));
});

test('cancelling 200 renders records them all, and other commands are answered meanwhile', async () => {
  const { projectId } = await call('project.openSample', {});
  for (let count = 0; count < 200; count++) await call('renders.enqueue', { projectId });
  let hasEnded = false;
  const cancelling = call('queue.cancel', { what: 'all' }).then(() => {
    hasEnded = true;
  });
  let answers = 0;
  while (!hasEnded) {
    await new Promise((resolve) => setImmediate(resolve));
    await call('queue.state', {});
    answers++;
  }
  await cancelling;
  // 199 waited, 50 at once.
  expect(answers).toBeGreaterThanOrEqual(3);
  await expect.poll(async () => (await call('renders.page', { projectId })).total).toBe(200);
});
