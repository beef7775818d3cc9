/**
 * The engine is killed (SIGKILL) at random moments while the queue works: every render ends exactly once, as done or
 * failed, the queue continues to its end, and no process remains.
 */
import { randomUUID } from 'node:crypto';
import { rmSync } from 'node:fs';
import { setTimeout as delay } from 'node:timers/promises';
import { xoroshiro128plus } from 'pure-rand/generator/xoroshiro128plus';
import { expect, test } from 'vitest';
import type { RenderEnd } from '../../electron/app/renders/queued-render.ts';
import { RenderQueue } from '../../electron/app/renders/render-queue.ts';
import {
  isAlive,
  tinyEngineConfig,
  tinyScene,
  watchedSupervisor,
} from '../electron/app/engine/tiny-engine.ts';
import { noFarms } from '../electron/app/renders/no-farms.ts';
import { temporaryFolder } from '../electron/inference/tiny-pack.ts';
import { children as childrenOf } from '../electron/serve/process-tree.ts';
import { amount, seed as chosenSeed, isSoak, recordFigures, timeLimitMs } from './amount.ts';

const KILLS = amount(6, 0.4);
/** Roughly the time a process takes to start and open its pack: most kills fall into it and cost little. */
const longestStartMs = 500;
/** Roughly the time a render takes from its first progress report on. */
const longestRenderMs = 80;
const shareInRenders = 1 / 4;

test(`${KILLS} kills of the engine lose at most the render that each one hit`, {
  timeout: timeLimitMs(KILLS),
}, async () => {
  const root = temporaryFolder();
  // Of test files before this one in the same process.
  const others = new Set(childrenOf(process.pid));
  const { supervisor, children } = watchedSupervisor(tinyEngineConfig(root));
  const { request, readAsset } = await tinyScene(root, supervisor);
  const ends = new Map<string, RenderEnd[]>();
  let progressed = () => {};
  const queue = new RenderQueue(
    supervisor,
    {
      onQueueChanged: () => undefined,
      onStarted: () => undefined,
      onProgress: () => progressed(),
      onPreview: () => undefined,
      onEnded: async ({ renderId }, end) => {
        ends.set(renderId, [...(ends.get(renderId) ?? []), end]);
      },
      onDropped: async () => undefined,
      onFault: (error) => {
        throw error;
      },
    },
    noFarms,
  );
  let seed = 0;
  const enqueue = () => {
    const renderId = randomUUID();
    ends.set(renderId, []);
    const wanted = request({ seed: seed++, steps: 8 });
    queue.enqueue([
      {
        renderId,
        projectId: randomUUID(),
        projectName: 'kills',
        createdAt: new Date().toISOString(),
        request: wanted,
        complete: async () => wanted,
        sweep: null,
        farm: null,
        isResumed: false,
        readAsset,
      },
    ]);
  };

  const generator = xoroshiro128plus(chosenSeed);
  const random = () => (generator.next() >>> 0) / 2 ** 32;
  let [kills, killsInRenders] = [0, 0];
  let lastKilled: number | undefined;
  while (kills < KILLS) {
    while (queue.state.entries.length < 3) enqueue();
    const isInRender = random() < shareInRenders;
    if (isInRender) {
      await new Promise<void>((resolve) => {
        progressed = resolve;
      });
    }
    await delay(random() * (isInRender ? longestRenderMs : longestStartMs));
    const { pid } = supervisor;
    if (pid === undefined || pid === lastKilled) continue;
    process.kill(pid, 'SIGKILL');
    lastKilled = pid;
    kills++;
    if (isInRender) killsInRenders++;
  }
  // A render sent before the death is noticed is hit by the kill; the next one must succeed.
  while (supervisor.pid === lastKilled) await delay(1);
  enqueue();
  await queue.settled();

  const all = [...ends.values()];
  expect(all.every((of) => of.length === 1)).toBe(true);
  const failed = all.flatMap(([end]) => (end!.state === 'failed' ? [end!.error] : []));
  expect(failed.filter(({ code }) => code !== 'ENGINE_CRASHED')).toEqual([]);
  expect(failed.length).toBeLessThanOrEqual(KILLS);
  const done = all.filter(([end]) => end!.state === 'done');
  expect(done.length + failed.length).toBe(all.length);
  expect(all.at(-1)![0]!.state).toBe('done');
  if (isSoak) expect(killsInRenders).toBeGreaterThan(0);
  recordFigures('kills of the engine while rendering', {
    attempts: KILLS,
    acknowledged: all.length,
    killsInRenders,
    failed: failed.length,
    done: done.length,
    processes: children.length,
  });

  await supervisor.close();
  expect(children.filter(({ pid }) => pid !== undefined && isAlive(pid))).toEqual([]);
  expect(childrenOf(process.pid).filter((pid) => !others.has(pid))).toEqual([]);
  rmSync(root, { recursive: true });
});
