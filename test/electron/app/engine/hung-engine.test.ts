/** An engine that hangs in a call is killed: its render fails with a code of its own, and the queue continues. */
import { randomUUID } from 'node:crypto';
import { expect, test } from 'vitest';
import type { EngineChild } from '../../../../electron/app/engine/engine-child.ts';
import { forkEngine } from '../../../../electron/app/engine/engine-child.ts';
import { DEFAULT_WATCHDOG_LIMITS } from '../../../../electron/app/engine/watchdog.ts';
import type { RenderEnd } from '../../../../electron/app/renders/queued-render.ts';
import { RenderQueue } from '../../../../electron/app/renders/render-queue.ts';
import { noFarms } from '../renders/no-farms.ts';
import { isAlive, tinyEngineForAll, tinyScene, watchedSupervisor } from './tiny-engine.ts';

const tiny = tinyEngineForAll();

test('the render fails with ENGINE_HUNG, the next one runs in another process, nothing is left', async () => {
  const children: EngineChild[] = [];
  const { supervisor } = watchedSupervisor(tiny.config, {
    launch: () => {
      const file = children.length === 0 ? `${import.meta.dirname}/hanging-engine-to-kill.ts` : undefined;
      const child = forkEngine(file);
      children.push(child);
      return child;
    },
    limits: { watchdog: { ...DEFAULT_WATCHDOG_LIMITS, laterStepMs: 500, slowestStepFactor: 1 } },
  });
  const { request, readAsset } = await tinyScene(tiny.root, supervisor);
  const ends: RenderEnd[] = [];
  const queue = new RenderQueue(
    supervisor,
    {
      onQueueChanged: () => undefined,
      onStarted: () => undefined,
      onProgress: () => undefined,
      onPreview: () => undefined,
      onEnded: async (_, end) => {
        ends.push(end);
        // The second render's engine is a healthy one, on a machine that may be slow.
        supervisor.configure(tiny.config, { watchdog: DEFAULT_WATCHDOG_LIMITS });
      },
      onDropped: async () => undefined,
      onFault: (error) => {
        throw error;
      },
    },
    noFarms,
  );
  queue.enqueue(
    [1, 2].map((seed) => ({
      renderId: randomUUID(),
      projectId: randomUUID(),
      projectName: 'hanging',
      createdAt: new Date().toISOString(),
      request: request({ seed }),
      complete: async () => request({ seed }),
      sweep: null,
      farm: null,
      isResumed: false,
      readAsset,
    })),
  );
  await queue.settled();
  expect(ends).toMatchObject([
    { state: 'failed', error: { code: 'ENGINE_HUNG', message: expect.stringContaining('did not respond') } },
    { state: 'done', result: { width: 32 } },
  ]);
  expect(children).toHaveLength(2);
  expect(isAlive(children[0]!.pid!)).toBe(false);
  expect(supervisor.status).toMatchObject({ state: 'ready', crashes: 1 });
  await supervisor.close();
  expect(children.filter(({ pid }) => isAlive(pid!))).toEqual([]);
});

test('an engine that hangs while opening is also killed and reported', async () => {
  const { supervisor, children } = watchedSupervisor(tiny.config, {
    launch: () => {
      const child = forkEngine(`${import.meta.dirname}/silent-engine-to-kill.ts`);
      children.push(child);
      return child;
    },
    limits: { watchdog: { ...DEFAULT_WATCHDOG_LIMITS, openingMs: 100 } },
  });
  await expect(supervisor.open()).rejects.toMatchObject({ code: 'ENGINE_HUNG' });
  expect(supervisor.status).toMatchObject({ state: 'failed', error: { code: 'ENGINE_HUNG' } });
  await supervisor.close();
  expect(children.filter(({ pid }) => isAlive(pid!))).toEqual([]);
});
