/** The supervisor with real engine processes: results, cancelling, crashes, released memory, nothing left behind. */
import { type ChildProcess, fork } from 'node:child_process';
import { once } from 'node:events';
import { setTimeout as delay } from 'node:timers/promises';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { EngineSupervisor } from '../../../../electron/app/engine/engine-supervisor.ts';
import type { EngineStatus } from '../../../../electron/contract/engine-status.ts';
import { isAlive, tinyEngineForAll, tinyScene, watchedSupervisor } from './tiny-engine.ts';

const tiny = tinyEngineForAll();

const never = () => new AbortController().signal;

async function withSupervisor(
  options: Parameters<typeof watchedSupervisor>[1],
  use: (
    supervisor: EngineSupervisor,
    children: ReturnType<typeof watchedSupervisor>['children'],
  ) => Promise<void>,
): Promise<void> {
  const { supervisor, children } = watchedSupervisor(tiny.config, options);
  try {
    await use(supervisor, children);
  } finally {
    await closeAll({ supervisor, children });
  }
}

async function closeAll({ supervisor, children }: ReturnType<typeof watchedSupervisor>): Promise<void> {
  await supervisor.close();
  expect(children.filter(({ pid }) => pid !== undefined && isAlive(pid))).toEqual([]);
}

describe('a render', () => {
  // One engine for all: opening it is most of the work.
  let shared: ReturnType<typeof watchedSupervisor>;
  beforeAll(() => {
    shared = watchedSupervisor(tiny.config);
  });
  afterAll(() => closeAll(shared));

  test('gives a PNG, the device and timings, with progress by stage and previews during the run', async () => {
    const { supervisor } = shared;
    const { request, readAsset } = await tinyScene(tiny.root, supervisor);
    const stages: string[] = [];
    const previews: string[] = [];
    const result = await supervisor.run(
      { kind: 'render', request: request({ seed: 1 }), previews: true },
      {
        signal: never(),
        readAsset,
        onProgress: ({ stage }) => stages.push(stage),
        onPreview: ({ png, width, height }) =>
          previews.push(`${Buffer.from(png.subarray(1, 4)).toString('latin1')} ${width}x${height}`),
      },
    );
    expect(Buffer.from(result.png.subarray(1, 4)).toString('latin1')).toBe('PNG');
    expect(result).toMatchObject({ kind: 'render', width: 32, height: 32, device: { device: 'cpu' } });
    expect([...new Set(stages)]).toEqual(['load', 'encode', 'invert', 'blend', 'decode']);
    expect(previews[0]).toBe('PNG 8x8');
    expect(supervisor.status).toMatchObject({
      state: 'ready',
      holdsModels: true,
      crashes: 0,
      device: { device: 'cpu' },
      pack: { identity: { id: 'tiny' }, downscale: 4, size: { width: 32, height: 32 } },
    });
    expect(supervisor.status.memoryBytes).toBeGreaterThan(1e7);
  });

  test('keeps its process and its sessions for the next one', async () => {
    const { supervisor, children } = shared;
    const { request, readAsset } = await tinyScene(tiny.root, supervisor);
    const render = () =>
      supervisor.run(
        { kind: 'render', request: request({ seed: 2 }), previews: false },
        { signal: never(), readAsset },
      );
    const [first, second] = [await render(), await render()];
    expect(second.png).toEqual(first.png);
    // 3 steps of two references: what the background and the concepts contribute is cached.
    expect(second.unetRows).toBe(3 * 2);
    expect(children).toHaveLength(1);
  });

  test('fails with the engine’s own code and sentence, and the engine continues', async () => {
    await withSupervisor({}, async (supervisor, children) => {
      const { request, readAsset } = await tinyScene(tiny.root, supervisor);
      const run = (read: typeof readAsset | (() => Promise<null>)) =>
        supervisor.run(
          { kind: 'render', request: request({ seed: 3 }), previews: false },
          { signal: never(), readAsset: read },
        );
      await expect(run(async () => null)).rejects.toMatchObject({ code: 'ASSET_MISSING' });
      await expect(
        run(async () => {
          throw new Error('the disk is gone');
        }),
      ).rejects.toMatchObject({ code: 'INTERNAL', message: expect.stringContaining('the disk is gone') });
      expect((await run(readAsset)).width).toBe(32);
      expect(children).toHaveLength(1);
    });
  });

  test('lets a selection run between its steps, which changes nothing of its picture', async () => {
    const { supervisor, children } = shared;
    const { request, readAsset } = await tinyScene(tiny.root, supervisor);
    const made = request({ seed: 6, steps: 60 });
    const render = (onProgress: (stage: string) => void = () => {}) =>
      supervisor.run(
        { kind: 'render', request: made, previews: false },
        { signal: never(), readAsset, onProgress: ({ stage }) => onProgress(stage) },
      );
    const select = () =>
      supervisor.run(
        {
          kind: 'selectMask',
          image: made.scene.background,
          points: [{ x: 8, y: 8, isInside: true }],
          box: null,
        },
        { signal: never(), readAsset },
      );
    const ends: string[] = [];
    let selections: Promise<unknown> | undefined;
    const disturbed = render((stage) => {
      // Two at once: the second waits for the first.
      if (stage === 'invert')
        selections ??= Promise.all([select(), select()]).then(() => ends.push('select'));
    }).then((result) => {
      ends.push('render');
      return result;
    });
    const { png } = await disturbed;
    await selections;
    expect(ends).toEqual(['select', 'render']);
    expect((await render()).png).toEqual(png);
    expect(children).toHaveLength(1);
    expect(supervisor.status.state).toBe('ready');
  });

  test('cannot do what the pack has no model for, and says so', async () => {
    const { supervisor } = shared;
    const { request, readAsset } = await tinyScene(tiny.root, supervisor);
    const run = supervisor.run(
      {
        kind: 'findMask',
        image: request().scene.background,
        phrase: 'a cat',
        boxThreshold: 0.3,
        textThreshold: 0.25,
      },
      { signal: never(), readAsset },
    );
    await expect(run).rejects.toMatchObject({ code: 'PACK_INCOMPLETE' });
  });
});

describe('cancelling', () => {
  test('takes effect within a step, and the engine is kept', async () => {
    await withSupervisor({}, async (supervisor, children) => {
      const { request, readAsset } = await tinyScene(tiny.root, supervisor);
      const controller = new AbortController();
      let stepsAfter = 0;
      const run = supervisor.run(
        { kind: 'render', request: request({ seed: 4, steps: 999 }), previews: false },
        {
          signal: controller.signal,
          readAsset,
          onProgress: ({ stage, step }) => {
            if (controller.signal.aborted) stepsAfter++;
            if (stage === 'blend' && step === 3) controller.abort();
          },
        },
      );
      await expect(run).rejects.toMatchObject({ code: 'CANCELLED' });
      // Reports already under way when the message was sent do not count: 999 steps were requested.
      expect(stepsAfter).toBeLessThan(900);
      const next = supervisor.run(
        { kind: 'render', request: request({ seed: 4 }), previews: false },
        { signal: never(), readAsset },
      );
      expect((await next).width).toBe(32);
      expect(children).toHaveLength(1);
    });
  });

  test('kills an engine that does not stop, and the next task gets another one', async () => {
    await withSupervisor({ limits: { cancelGraceMs: 50 } }, async (supervisor, children) => {
      const { request, readAsset } = await tinyScene(tiny.root, supervisor);
      const controller = new AbortController();
      const run = supervisor.run(
        { kind: 'render', request: request({ seed: 5 }), previews: false },
        {
          signal: controller.signal,
          // An engine that waits for a picture forever stands for a hung one.
          readAsset: () => {
            controller.abort();
            return new Promise(() => undefined);
          },
        },
      );
      await expect(run).rejects.toMatchObject({ code: 'CANCELLED' });
      const next = supervisor.run(
        { kind: 'render', request: request({ seed: 5 }), previews: false },
        { signal: never(), readAsset },
      );
      expect((await next).width).toBe(32);
      expect(children).toHaveLength(2);
    });
  });

  test('works while a task waits for its turn or for the pack to open', async () => {
    await withSupervisor({}, async (supervisor) => {
      const early = new AbortController();
      const opening = supervisor.open(early.signal);
      early.abort();
      await expect(opening).rejects.toMatchObject({ code: 'CANCELLED' });
      const { request, readAsset } = await tinyScene(tiny.root, supervisor);
      const controller = new AbortController();
      const task = { kind: 'render', request: request({ seed: 6 }), previews: false } as const;
      const first = supervisor.run(task, { signal: never(), readAsset });
      const second = supervisor.run(task, { signal: controller.signal, readAsset });
      controller.abort();
      await expect(second).rejects.toMatchObject({ code: 'CANCELLED' });
      expect((await first).width).toBe(32);
    });
  });
});

describe('a crash', () => {
  test('fails the render that it hit with its reason, and the next one runs in a new process', async () => {
    const states: EngineStatus['state'][] = [];
    await withSupervisor({ onStatus: ({ state }) => states.push(state) }, async (supervisor, children) => {
      const { request, readAsset } = await tinyScene(tiny.root, supervisor);
      const run = supervisor.run(
        { kind: 'render', request: request({ seed: 7, steps: 200 }), previews: false },
        {
          signal: never(),
          readAsset,
          onProgress: ({ stage, step }) => {
            if (stage === 'blend' && step === 2) process.kill(supervisor.pid!, 'SIGKILL');
          },
        },
      );
      await expect(run).rejects.toMatchObject({
        code: 'ENGINE_CRASHED',
        message: expect.stringContaining('SIGKILL'),
      });
      const next = supervisor.run(
        { kind: 'render', request: request({ seed: 7 }), previews: false },
        { signal: never(), readAsset },
      );
      expect((await next).width).toBe(32);
      expect(supervisor.status.crashes).toBe(1);
      expect(children).toHaveLength(2);
      expect(states).toContain('restarting');
    });
  });

  test('of opening a pack is reported, and another pack can be chosen', async () => {
    const { supervisor, children } = watchedSupervisor({
      ...tiny.config,
      packFolder: `${tiny.root}/nowhere`,
    });
    await expect(supervisor.open()).rejects.toMatchObject({ code: 'PACK_UNKNOWN' });
    expect(supervisor.status).toMatchObject({ state: 'failed', error: { code: 'PACK_UNKNOWN' } });
    supervisor.configure(tiny.config);
    expect((await supervisor.open()).pack.name).toBe('Tiny');
    await supervisor.close();
    expect(children.filter(({ pid }) => isAlive(pid!))).toEqual([]);
  });

  test('at the start is reported with the tail of the process’s stderr', async () => {
    const { supervisor } = watchedSupervisor(tiny.config, {
      launch: () => ({
        pid: undefined,
        send: () => undefined,
        kill: () => undefined,
        onMessage: () => undefined,
        onExit: (listener) =>
          queueMicrotask(() => listener({ exitCode: 3, signal: null, stderrTail: 'no such library\n' })),
      }),
    });
    await expect(supervisor.open()).rejects.toMatchObject({
      code: 'ENGINE_CRASHED',
      message: expect.stringMatching(/code 3.*no such library/s),
    });
    await supervisor.close();
  });
});

describe('memory', () => {
  test('is released after an idle time, and on request', async () => {
    await withSupervisor({ limits: { idleMs: 100 } }, async (supervisor, children) => {
      await supervisor.open();
      const [child] = children;
      await new Promise<void>((resolve) => child!.onExit(() => resolve()));
      expect(supervisor.status).toMatchObject({ state: 'stopped', holdsModels: false, crashes: 0 });
      // What is known about the pack is kept: the editor needs it.
      expect(supervisor.status.pack?.name).toBe('Tiny');
    });
    await withSupervisor({}, async (supervisor, children) => {
      await supervisor.open();
      supervisor.release();
      await new Promise<void>((resolve) => children[0]!.onExit(() => resolve()));
      expect(supervisor.status.state).toBe('stopped');
    });
  });

  test('is released when the machine runs short of it, but never during a render', async () => {
    let available = 1e12;
    await withSupervisor(
      { limits: { memoryCheckMs: 5, lowMemoryBytes: 1e9 }, availableMemory: () => available },
      async (supervisor, children) => {
        const { request, readAsset } = await tinyScene(tiny.root, supervisor);
        const run = supervisor.run(
          { kind: 'render', request: request({ seed: 8 }), previews: false },
          {
            signal: never(),
            readAsset,
            onProgress: () => {
              available = 1e6;
            },
          },
        );
        expect((await run).width).toBe(32);
        await new Promise<void>((resolve) => children[0]!.onExit(() => resolve()));
        expect(supervisor.status).toMatchObject({ state: 'stopped', crashes: 0 });
      },
    );
  });
});

test('an engine exits when its host is killed', async () => {
  const host: ChildProcess = fork(`${import.meta.dirname}/host-to-kill.ts`, [JSON.stringify(tiny.config)]);
  const [pid] = (await once(host, 'message')) as [number];
  expect(isAlive(pid)).toBe(true);
  host.kill('SIGKILL');
  while (isAlive(pid)) await delay(20);
});
