/** Clients and workers with a real Redis and a fake engine. */

import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { Queue } from 'bullmq';
import { describe, expect, onTestFinished, test } from 'vitest';
import { StudioError } from '../../../electron/contract/errors.ts';
import { FARM_CONTRACT } from '../../../electron/contract/farm.ts';
import { notice } from '../../../electron/contract/notices.ts';
import { FarmClient } from '../../../electron/farm/client/farm-client.ts';
import type { JobPlace } from '../../../electron/farm/client/followed-job.ts';
import { jobName, modelName, QUEUE_NAME, queuePrefix } from '../../../electron/farm/farm-names.ts';
import { assetsOf, makeEnvelope } from '../../../electron/farm/job-envelope.ts';
import { sign } from '../../../electron/farm/sealed-box.ts';
import { createStudioKey, readStudioKey } from '../../../electron/farm/studio-key.ts';
import { aborted, controlsOf, hasRedis, playedEngine, requestOf, useFarm } from './farm-fixture.ts';
import { startRedis } from './redis-server.ts';

const farm = useFarm();

/** Resolves with the first place that fits. */
function placeWatch() {
  const places: JobPlace[] = [];
  const watches: (() => void)[] = [];
  return {
    places,
    onPlace: (place: JobPlace) => {
      places.push(place);
      for (const watch of watches) watch();
    },
    until: (fits: (place: JobPlace) => boolean) =>
      new Promise<JobPlace>((resolve) => {
        const look = () => {
          const found = places.find(fits);
          if (found !== undefined) resolve(found);
        };
        watches.push(look);
        look();
      }),
  };
}

describe.skipIf(!hasRedis)('a farm', () => {
  test('renders a request, once for the same output, and shows where it is', async () => {
    const engine = playedEngine();
    const { worker, events } = await farm.worker(engine, 'machine 1');
    const client = await farm.client();
    const { places, onPlace } = placeWatch();
    const progress: unknown[] = [];
    const result = await client.render(
      requestOf(1),
      controlsOf({ onPlace, onProgress: (at) => progress.push(at) }),
    );
    expect(Buffer.from(result.png).toString()).toContain('which is secretseed 1');
    expect(result).toMatchObject({
      kind: 'render',
      machine: 'machine 1',
      notices: [notice('AS_WRITTEN', { text: 'a notice' })],
      unetRows: 7,
    });
    expect(places.at(-1)).toMatchObject({ state: 'rendering', machine: 'machine 1' });

    // The same request for the same output is the same job, also for another client; for another output it is another.
    const [again, other] = await Promise.all([
      (await farm.client()).render(requestOf(1), controlsOf()),
      client.render(requestOf(1), controlsOf({ outputId: 'another' })),
    ]);
    expect(again.png).toEqual(result.png);
    expect(other.png).toEqual(result.png);
    expect(engine.seeds).toEqual([1, 1]);
    expect(events.map(({ kind }) => kind)).toEqual(['claimed', 'done', 'claimed', 'done']);
    await worker.drain();
    expect(await client.workers()).toEqual([]);
    // The model is remembered, so that jobs can be queued before a worker is back.
    expect((await client.models()).map(({ pack }) => pack.name)).toEqual(['Played']);
  });

  test('passes on progress and previews', async () => {
    const shown = Promise.withResolvers<void>();
    const engine = playedEngine(async ({ scene: _ }, { onPreview }) => {
      const frame = { left: 0, top: 0, width: 8, height: 8, modelWidth: 8, modelHeight: 8 };
      onPreview?.({ png: Buffer.from('a preview'), width: 8, height: 8, frame, step: 1, total: 2 });
      await shown.promise;
    });
    const { worker } = await farm.worker(engine);
    const client = await farm.client();
    const progress: unknown[] = [];
    await client.render(
      requestOf(2),
      controlsOf({
        previews: true,
        onProgress: (at) => progress.push(at),
        onPreview: ({ png, step }) => {
          if (Buffer.from(png).toString() === 'a preview' && step === 1) shown.resolve();
        },
      }),
    );
    expect(progress).toContainEqual({ stage: 'blend', step: 1, total: 2 });
    await worker.drain();
  });

  test('stops a running job, and takes a waiting one out of the queue', async () => {
    const stopped = Promise.withResolvers<void>();
    const { worker } = await farm.worker(
      playedEngine(async (_, { signal }) => {
        await aborted(signal);
        stopped.resolve();
      }),
    );
    const client = await farm.client();
    const [running, waiting] = [placeWatch(), placeWatch()];
    const [stopRunning, stopWaiting] = [new AbortController(), new AbortController()];
    const first = client.render(requestOf(3), controlsOf({ ...running, signal: stopRunning.signal }));
    await running.until(({ machine }) => machine !== null);
    const second = client.render(requestOf(4), controlsOf({ ...waiting, signal: stopWaiting.signal }));
    await waiting.until(
      ({ state, position, reason }) => state === 'waiting' && position === 0 && reason === null,
    );
    stopWaiting.abort();
    await expect(second).rejects.toMatchObject({ code: 'CANCELLED' });
    stopRunning.abort();
    await expect(first).rejects.toMatchObject({ code: 'CANCELLED' });
    await stopped.promise;
    await worker.drain();
    const { key } = await farm.connect();
    expect(await client.counts(modelName(key, requestOf(3).pack))).toMatchObject({ waiting: 0, active: 0 });

    // A cancelled render is rendered again on request.
    const { worker: another } = await farm.worker(playedEngine());
    expect((await client.render(requestOf(3), controlsOf())).machine).toBe('played');
    await another.drain();
  });

  test('renders a request again that is asked for while a worker still stops it', async () => {
    const [stopping, stopped] = [Promise.withResolvers<void>(), Promise.withResolvers<void>()];
    const engine = playedEngine(async (_, { signal }) => {
      if (engine.seeds.length > 1) return;
      await aborted(signal);
      stopping.resolve();
      await stopped.promise;
    });
    const { worker } = await farm.worker(engine);
    const stop = new AbortController();
    const watch = placeWatch();
    const first = (await farm.client()).render(requestOf(17), controlsOf({ ...watch, signal: stop.signal }));
    await watch.until(({ machine }) => machine !== null);
    stop.abort();
    await expect(first).rejects.toMatchObject({ code: 'CANCELLED' });
    await stopping.promise;
    const again = placeWatch();
    const second = (await farm.client()).render(requestOf(17), controlsOf(again));
    await again.until(({ state }) => state === 'rendering');
    stopped.resolve();
    expect((await second).machine).toBe('played');
    expect(engine.seeds).toEqual([17, 17]);
    await worker.drain();
  });

  test('says why a job waits if no worker can take it', async () => {
    const { worker } = await farm.worker(playedEngine());
    const client = await farm.client();
    const stop = new AbortController();
    const watch = placeWatch();
    const render = client.render(requestOf(5, '1'.repeat(64)), controlsOf({ ...watch, signal: stop.signal }));
    const { reason } = await watch.until((place) => place.reason !== null);
    expect(reason).toEqual(notice('FARM_WITHOUT_MODEL', { count: 1 }));
    stop.abort();
    await expect(render).rejects.toMatchObject({ code: 'CANCELLED' });
    await worker.drain();
  });

  test('passes on failures, and retries if the engine crashed', async () => {
    let attempts = 0;
    const { worker } = await farm.worker(
      playedEngine(async ({ parameters }) => {
        attempts++;
        if (parameters.seed === 6) throw new StudioError('MASK_EMPTY', 'The mask of the cat is empty.');
        if (attempts < 4) throw new StudioError('ENGINE_CRASHED', 'The engine crashed.');
      }),
    );
    const client = await farm.client();
    await expect(client.render(requestOf(6), controlsOf())).rejects.toMatchObject({
      code: 'MASK_EMPTY',
      message: 'The mask of the cat is empty.',
    });
    expect(attempts).toBe(1);
    await client.render(requestOf(7), controlsOf());
    expect(attempts).toBe(4);
    await worker.drain();
  });

  test('uploads pictures again if they expired while the job waited', async () => {
    const client = await farm.client();
    const { redis, key } = await farm.connect();
    const render = client.render(requestOf(8), controlsOf());
    const queue = new Queue(QUEUE_NAME, {
      connection: redis,
      prefix: queuePrefix(key, modelName(key, requestOf(8).pack)),
    });
    await expect.poll(() => queue.getWaitingCount()).toBe(1);
    for (const name of await redis.keys('*-asset-*')) await redis.del(name);
    const { worker } = await farm.worker(playedEngine());
    expect(Buffer.from((await render).png).toString()).toContain('seed 8');
    await worker.drain();
    await queue.close();
  });

  test('renders again when a result has expired', async () => {
    const engine = playedEngine();
    const { worker } = await farm.worker(engine);
    const client = await farm.client();
    const { redis } = await farm.connect();
    const first = await client.render(requestOf(14), controlsOf());
    for (const name of await redis.keys('*-asset-*')) await redis.del(name);
    const second = await client.render(requestOf(14), controlsOf());
    expect(second.png).toEqual(first.png);
    expect(engine.seeds).toEqual([14, 14]);
    await worker.drain();
  });

  test('cancels its jobs before it ends, and ends without a connection too', async () => {
    const stopped = Promise.withResolvers<void>();
    const { worker } = await farm.worker(
      playedEngine(async (_, { signal }) => {
        await aborted(signal);
        stopped.resolve();
      }),
    );
    const client = await FarmClient.connect(farm.address);
    const watch = placeWatch();
    const stop = new AbortController();
    const render = client.render(requestOf(15), controlsOf({ ...watch, signal: stop.signal }));
    // The worker says its machine when it has looked for a cancellation for the first time.
    await watch.until(({ machine }) => machine !== null);
    const cancelled = expect(render).rejects.toMatchObject({ code: 'CANCELLED' });
    stop.abort();
    await client.close();
    await cancelled;
    await stopped.promise;
    await worker.drain();

    const folder = join(farm.root, 'another');
    mkdirSync(folder);
    const server = await startRedis(folder);
    const lost = Promise.withResolvers<void>();
    const left = await FarmClient.connect({ ...farm.address, url: server.url }, () => lost.resolve());
    const waiting = new AbortController();
    const queued = placeWatch();
    const never = left.render(requestOf(16), controlsOf({ ...queued, signal: waiting.signal }));
    await queued.until(({ reason }) => reason !== null);
    await server.kill();
    await lost.promise;
    waiting.abort();
    await expect(never).rejects.toMatchObject({ code: 'CANCELLED' });
    await left.close();
  });

  test('a program whose farm is lost ends', async () => {
    const folder = join(farm.root, 'lost');
    mkdirSync(folder);
    const server = await startRedis(folder);
    const script = fileURLToPath(new URL('./client-of-lost-farm.ts', import.meta.url));
    const program = spawn(process.execPath, ['--no-warnings', script, server.url, farm.address.keyFile], {
      stdio: ['ignore', 'pipe', 'inherit'],
    });
    onTestFinished(() => void program.kill('SIGKILL'));
    const ended = once(program, 'exit');
    let said = '';
    program.stdout.setEncoding('utf8').on('data', (text: string) => {
      said += text;
      if (said === 'connected') void server.kill();
    });
    expect(await ended).toEqual([0, null]);
    expect(said).toBe('connected closed');
  });

  test('refuses foreign, changed and copied jobs, and jobs of another version', async () => {
    const engine = playedEngine();
    const { worker, events } = await farm.worker(engine);
    const { redis, key } = await farm.connect();
    await createStudioKey(`${farm.root}/stranger.key`);
    const stranger = await readStudioKey(`${farm.root}/stranger.key`);
    const request = requestOf(9);
    const model = modelName(key, request.pack);
    const queue = new Queue(QUEUE_NAME, { connection: redis, prefix: queuePrefix(key, model) });
    const body = { request, assets: assetsOf(request), previews: false, outputId: 'o', createdAtMs: 1 };
    const own = makeEnvelope(key, jobName(key, request, 'o'), body);
    const later = { ...own, contract: FARM_CONTRACT + 1 };
    const text = `job ${later.contract} later ${model}\n${own.sealed}`;
    const forged: [jobId: string, data: unknown][] = [
      ['strange', { ...makeEnvelope(stranger, 'strange', body), model }],
      ['changed', { ...own, jobId: 'changed' }],
      ['copied', own],
      ['junk', { script: 'rm -rf' }],
      ['later', { ...later, jobId: 'later', signature: sign(key, text) }],
    ];
    for (const [jobId, data] of forged) await queue.add('render', data, { jobId, attempts: 3 });
    await expect.poll(() => events.filter(({ kind }) => kind === 'failed').length).toBe(5);
    expect(events.map((event) => event.kind === 'failed' && event.code)).toEqual([
      ...Array(4).fill('FARM_JOB_REFUSED'),
      'FARM_VERSION',
    ]);
    expect(engine.seeds).toEqual([]);
    expect(await queue.getFailedCount()).toBeGreaterThanOrEqual(5);
    await worker.drain();
    await queue.close();
  });

  test('refuses a result that was not made with the studio’s key', async () => {
    const client = await farm.client();
    const { redis, key } = await farm.connect();
    const request = requestOf(10);
    const jobId = jobName(key, request, 'output');
    const render = client.render(request, controlsOf());
    const prefix = queuePrefix(key, modelName(key, request.pack));
    const { Worker } = await import('bullmq');
    const impostor = new Worker(QUEUE_NAME, async () => Buffer.from('a picture').toString('base64'), {
      connection: redis,
      prefix,
    });
    await expect(render).rejects.toMatchObject({ code: 'FARM_JOB_REFUSED' });
    await impostor.close();
    const queue = new Queue(QUEUE_NAME, { connection: redis, prefix });
    await (await queue.getJob(jobId))!.remove();
    await queue.close();
  });

  test('loses nothing when connections drop and Redis restarts', async () => {
    const both = Promise.withResolvers<void>();
    let running = 0;
    const engine = playedEngine(async () => {
      running++;
      if (running === 1) await both.promise;
    });
    const { worker } = await farm.worker(engine);
    const told: boolean[] = [];
    const client = await farm.client((isConnected) => told.push(isConnected));
    const watch = placeWatch();
    const renders = [11, 12, 13].map((seed) => client.render(requestOf(seed), controlsOf(watch)));
    await watch.until(({ state }) => state === 'rendering');
    const { key, redis } = await farm.connect();
    const model = modelName(key, requestOf(11).pack);
    await expect.poll(() => client.counts(model)).toMatchObject({ active: 1, waiting: 2 });
    await redis.call('CLIENT', 'KILL', 'TYPE', 'normal', 'SKIPME', 'yes');
    await expect.poll(() => told).toEqual([false, true]);
    await farm.restartServer();
    await expect.poll(() => told).toEqual([false, true, false, true]);
    both.resolve();
    const results = await Promise.all(renders);
    expect(results.map(({ png }) => Buffer.from(png).toString().slice(-2))).toEqual(['11', '12', '13']);
    expect(new Set(engine.seeds)).toEqual(new Set([11, 12, 13]));
    await worker.drain();
  });

  test('ends if the connection is lost while it says goodbye', async () => {
    const client = await farm.client();
    // Opens the queue, whose connections a graceful end would wait for.
    await client.counts(modelName((await farm.connect()).key, requestOf(21).pack));
    const restarted = farm.restartServer();
    await client.close();
    await restarted;
  });
});
