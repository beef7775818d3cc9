/** Re-tunes of a scene and the worker that has its inversions: it gets them if it is idle, and keeps nobody waiting. */
import { describe, expect, test } from 'vitest';
import type { RenderRequest } from '../../../electron/contract/render-request.ts';
import { sceneKey, sceneName } from '../../../electron/farm/farm-names.ts';
import { announceWorker, listWorkers } from '../../../electron/farm/presence.ts';
import { controlsOf, hasRedis, type PlayedWorker, playedEngine, requestOf, useFarm } from './farm-fixture.ts';

const farm = useFarm();

/** A re-tune of a scene: another beta. */
function retuneOf(seed: number, beta: number): RenderRequest {
  const request = requestOf(seed);
  return { ...request, parameters: { ...request.parameters, beta } };
}

/** Never renders what belongs to another one, however long that takes. */
const patient = { limits: { handoverMs: 50_000 } };

const kinds = ({ events }: PlayedWorker) => events.map(({ kind }) => kind);

describe.skipIf(!hasRedis)('a re-tune', () => {
  test('goes to the worker that has its scene, as long as that is idle', async () => {
    const client = await farm.client();
    const render = async (request: RenderRequest) => (await client.render(request, controlsOf())).machine;
    const having = await farm.worker(playedEngine(), 'having');
    for (const seed of [1, 2]) expect(await render(requestOf(seed))).toBe('having');
    const other = await farm.worker(playedEngine(), 'other', patient);
    // Redis offers a job to the worker that has waited for longest.
    for (let beta = 0.5; beta < 0.6 || !kinds(other).includes('handedOver'); beta += 0.01) {
      expect(await render(retuneOf(1, beta % 1))).toBe('having');
      expect(await render(retuneOf(2, beta % 1))).toBe('having');
    }
    expect(kinds(other)).not.toContain('claimed');
    // Another scene is anyone's.
    await having.worker.drain();
    expect(await render(requestOf(3))).toBe('other');
    // The one that had it has ended: the other one renders its scenes, and has them from now on.
    expect(await render(retuneOf(1, 0))).toBe('other');
    await other.worker.drain();
  });

  test('goes to another worker while the one that has its scene is busy', async () => {
    const client = await farm.client();
    const busy = Promise.withResolvers<void>();
    const started = Promise.withResolvers<void>();
    const having = await farm.worker(
      playedEngine(async ({ parameters }) => {
        if (parameters.seed !== 5) return;
        started.resolve();
        await busy.promise;
      }),
      'having',
    );
    await client.render(requestOf(4), controlsOf());
    const long = client.render(requestOf(5), controlsOf());
    await started.promise;
    await farm.worker(playedEngine(), 'other', patient);
    expect((await client.render(retuneOf(4, 0.1), controlsOf())).machine).toBe('other');
    busy.resolve();
    expect((await long).machine).toBe('having');
    // Both have it now: the one that claims it renders it.
    await client.render(retuneOf(4, 0.2), controlsOf());
    expect(kinds(having)).not.toContain('handedOver');
  });

  test('goes to another worker after a moment when the one that has its scene died as idle', async () => {
    const client = await farm.client();
    const { worker, events } = await farm.worker(playedEngine(), 'living');
    const connection = await farm.connect();
    const { redis, key } = connection;
    const living = (await listWorkers(connection, Date.now())).find(({ machine }) => machine === 'living')!;
    // What a killed worker leaves: its announcement, and the scene that it has.
    const dead = { ...living, workerId: crypto.randomUUID(), machine: 'dead', state: 'idle' as const };
    const [offered] = await client.models();
    await announceWorker(connection, dead, offered!, Date.now());
    const request = requestOf(6);
    await redis.set(sceneKey(key, sceneName(key, worker.model, request)), dead.workerId);
    expect((await client.render(request, controlsOf())).machine).not.toBe('dead');
    expect(events.map(({ kind }) => kind)).not.toContain('failed');
    expect(await redis.get(sceneKey(key, sceneName(key, worker.model, request)))).not.toBe(dead.workerId);
    await worker.drain();
  });
});
