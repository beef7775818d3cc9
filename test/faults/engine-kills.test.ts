/**
 * The engine is killed (SIGKILL) at random moments while the queue works: every render ends exactly once, as done or
 * as failed, the queue goes on to its end, and no process is left.
 */
import { randomUUID } from 'node:crypto';
import { rmSync } from 'node:fs';
import { setTimeout as delay } from 'node:timers/promises';
import { xoroshiro128plus } from 'pure-rand/generator/xoroshiro128plus';
import { expect, test } from 'vitest';
import { type RenderEnd, RenderQueue } from '../../electron/app/renders/render-queue.ts';
import {
  isAlive,
  tinyEngineConfig,
  tinyScene,
  watchedSupervisor,
} from '../electron/app/engine/tiny-engine.ts';
import { temporaryFolder } from '../electron/inference/tiny-pack.ts';

const KILLS = 100;
/** Longer than an engine takes to start and render, so that kills fall into every part of it. */
const longestWaitMs = 1500;

test(`${KILLS} kills of the engine lose at most the render that each one hit`, {
  timeout: 1_800_000,
}, async () => {
  const root = temporaryFolder();
  const { supervisor, children } = watchedSupervisor(tinyEngineConfig(root));
  const { request, readAsset } = await tinyScene(root, supervisor);
  const ends = new Map<string, RenderEnd[]>();
  const queue = new RenderQueue(supervisor, {
    onQueueChanged: () => undefined,
    onStarted: () => undefined,
    onProgress: () => undefined,
    onPreview: () => undefined,
    onEnded: async ({ renderId }, end) => {
      ends.set(renderId, [...(ends.get(renderId) ?? []), end]);
    },
  });
  let seed = 0;
  const enqueue = () => {
    const renderId = randomUUID();
    ends.set(renderId, []);
    queue.enqueue([
      {
        renderId,
        projectId: randomUUID(),
        projectName: 'kills',
        createdAt: new Date().toISOString(),
        request: request({ seed: seed++, steps: 8 }),
        sweep: null,
        readAsset,
      },
    ]);
  };

  const random = xoroshiro128plus(20_261_124);
  let kills = 0;
  let lastKilled: number | undefined;
  while (kills < KILLS) {
    while (queue.state.entries.length < 3) enqueue();
    await delay(((random.next() >>> 0) / 2 ** 32) * longestWaitMs);
    const { pid } = supervisor;
    if (pid === undefined) continue;
    process.kill(pid, 'SIGKILL');
    lastKilled = pid;
    kills++;
  }
  // A render that is sent before the death is noticed is one that the kill hits: the next one has to succeed.
  while (supervisor.pid === lastKilled) await delay(1);
  enqueue();
  await queue.settled();

  const all = [...ends.values()];
  expect(all.every((of) => of.length === 1)).toBe(true);
  const failed = all.flatMap(([end]) => (end!.state === 'failed' ? [end!.error] : []));
  expect([...new Set(failed.map(({ code }) => code))]).toEqual(['ENGINE_CRASHED']);
  expect(failed.length).toBeLessThanOrEqual(KILLS);
  const done = all.filter(([end]) => end!.state === 'done');
  expect(done.length + failed.length).toBe(all.length);
  expect(all.at(-1)![0]!.state).toBe('done');
  console.log(
    `${KILLS} kills: ${failed.length} renders failed, ${done.length} done, ${children.length} processes`,
  );

  await supervisor.close();
  expect(children.filter(({ pid }) => pid !== undefined && isAlive(pid))).toEqual([]);
  rmSync(root, { recursive: true });
});
