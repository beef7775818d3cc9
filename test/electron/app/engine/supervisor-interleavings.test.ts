/** Engine events in any order: the status is true, every call settles, nothing is left. */
import fc from 'fast-check';
import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { EngineSupervisor } from '../../../../electron/app/engine/engine-supervisor.ts';
import { DEFAULT_WATCHDOG_LIMITS } from '../../../../electron/app/engine/watchdog.ts';
import { Puppet, puppetConfig } from './puppet-engine.ts';
import { GRACE_MS, IDLE_MS, SupervisorScene } from './supervisor-scene.ts';

beforeEach(() => {
  vi.useFakeTimers();
});
afterEach(() => {
  vi.useRealTimers();
});

const steps = {
  open: (scene: SupervisorScene) => void scene.call('open'),
  run: (scene: SupervisorScene) => void scene.call('run'),
  cancelOldest: (scene: SupervisorScene) =>
    scene.calls
      .find(({ outcome, controller }) => outcome === undefined && !controller.signal.aborted)
      ?.controller.abort(),
  cancelNewest: (scene: SupervisorScene) =>
    scene.calls.findLast(({ outcome }) => outcome === undefined)?.controller.abort(),
  release: (scene: SupervisorScene) => scene.supervisor.release(),
  choosePack: (scene: SupervisorScene) =>
    scene.configure(puppetConfig(scene.config.packFolder.endsWith('a') ? 'b' : 'a', scene.config.device)),
  chooseDevice: (scene: SupervisorScene) =>
    scene.configure({ ...scene.config, device: scene.config.device === 'cpu' ? 'auto' : 'cpu' }),
  chooseCache: (scene: SupervisorScene) =>
    scene.configure({ ...scene.config, cacheLimitBytes: scene.config.cacheLimitBytes + 1 }),
  reopen: (scene: SupervisorScene) => {
    scene.opened.clear();
    scene.outdated = scene.living[0];
    scene.supervisor.reopen();
  },
  opens: (scene: SupervisorScene) => scene.living[0]?.open(),
  failsToOpen: (scene: SupervisorScene) => scene.living[0]?.failToOpen('PACK_INVALID'),
  finishes: (scene: SupervisorScene) => scene.living[0]?.finish(),
  fails: (scene: SupervisorScene) => scene.living[0]?.fail('ASSET_MISSING'),
  runsOutOfMemory: (scene: SupervisorScene) => scene.living[0]?.fail('OUT_OF_MEMORY'),
  crashes: (scene: SupervisorScene) => scene.living[0]?.end({ exitCode: 1, signal: null, stderrTail: 'oh' }),
  sendsNonsense: (scene: SupervisorScene) => scene.living[0]?.say({ type: 'nonsense' } as never),
  stopsHeeding: (scene: SupervisorScene) => {
    scene.heedsCancel = !scene.heedsCancel;
  },
  graceEnds: (scene: SupervisorScene) => scene.settle(GRACE_MS + 1),
  idleEnds: (scene: SupervisorScene) => scene.settle(IDLE_MS + 1),
  memoryIsShort: async (scene: SupervisorScene) => {
    scene.availableBytes = 0;
    await scene.settle(5001);
    scene.availableBytes = Number.POSITIVE_INFINITY;
  },
} satisfies Record<string, (scene: SupervisorScene) => unknown>;

type StepName = keyof typeof steps;

test('in any interleaving the status is true, every call settles correctly, and no process is left', async () => {
  await fc.assert(
    fc.asyncProperty(
      fc.array(fc.tuple(fc.constantFrom(...(Object.keys(steps) as StepName[])), fc.boolean()), {
        minLength: 1,
        maxLength: 30,
      }),
      async (chosen) => {
        vi.clearAllTimers();
        // No step here takes as long as an engine may be silent.
        const scene = new SupervisorScene({
          ...DEFAULT_WATCHDOG_LIMITS,
          openingMs: 1e9,
          firstStepMs: 1e9,
          laterStepMs: 1e9,
        });
        for (const [name, isWaitedFor] of chosen) {
          await steps[name](scene);
          // Some steps follow within the same turn of the event loop.
          if (!isWaitedFor) continue;
          await scene.settle();
          scene.check();
        }
        await scene.settle();
        scene.check();
        await scene.finishAll();
        scene.check();
        for (const { controller, outcome } of scene.calls) {
          if (!('code' in outcome!)) continue;
          const allowed = [
            'CANCELLED',
            'PACK_INVALID',
            'ASSET_MISSING',
            'OUT_OF_MEMORY',
            'ENGINE_CRASHED',
            'INTERNAL',
          ];
          expect(allowed).toContain(outcome.code);
          // A caller that did not cancel gets this code only from a release, or from a stop while opening.
          if (!controller.signal.aborted && outcome.code === 'CANCELLED') {
            expect(chosen.map(([name]) => name)).toContain('release');
          }
        }
        // It can always be started, and then runs the chosen pack.
        const again = scene.call('open');
        await scene.finishAll();
        expect(again.outcome).toEqual({ packFolder: scene.config.packFolder });
        expect(scene.supervisor.status.state).toBe('ready');
        expect(scene.living[0]!.config).toEqual(scene.config);
        // Nothing starts it without a reason: there are no more processes than reasons.
        const reasons = scene.events.filter(({ kind }) => kind === 'ended').length;
        expect(scene.puppets.length).toBeLessThanOrEqual(reasons + 1);
        const closed = scene.supervisor.close();
        await scene.settle();
        await closed;
        expect(scene.living).toEqual([]);
        const started = scene.events.filter(({ kind }) => kind === 'started').length;
        expect(scene.events.filter(({ kind }) => kind === 'ended')).toHaveLength(started);
        expect(vi.getTimerCount()).toBe(0);
      },
    ),
    { numRuns: 300 },
  );
});

test('"Start the engine" starts one after its memory was released', async () => {
  const scene = new SupervisorScene();
  scene.call('open');
  await scene.finishAll();
  scene.supervisor.release();
  await scene.settle();
  expect(scene.supervisor.status).toMatchObject({
    state: 'stopped',
    holdsModels: false,
    pack: { name: 'a' },
  });
  scene.call('open');
  await scene.finishAll();
  expect(scene.supervisor.status).toMatchObject({ state: 'ready', holdsModels: true });
  expect(scene.puppets).toHaveLength(2);
});

test.each(['chooseDevice', 'choosePack', 'chooseCache', 'reopen'] as const)(
  'a setting that is changed during a task (%s) takes effect after it, and the pack is known in between',
  async (change) => {
    const scene = new SupervisorScene();
    const call = scene.call('run');
    await scene.settle();
    scene.living[0]!.open();
    await scene.settle();
    steps[change](scene);
    await scene.settle();
    expect(scene.supervisor.status).toMatchObject({
      state: 'busy',
      pack: { name: 'a' },
      device: { device: 'cpu' },
    });
    scene.living[0]!.finish();
    await scene.settle();
    expect(call.outcome).toEqual({ packFolder: '/packs/a' });
    // The editor starts a stopped one that it has no description of.
    expect(scene.supervisor.status).toMatchObject({ state: 'stopped', holdsModels: false });
    scene.call('open');
    await scene.finishAll();
    expect(scene.living[0]!.config).toEqual(scene.config);
    expect(scene.supervisor.status).toMatchObject({ state: 'ready' });
  },
);

test('an engine that hangs while opening is killed on cancelling, after the grace period; one that makes progress is kept', async () => {
  const scene = new SupervisorScene();
  const stalled = scene.call('run');
  await scene.settle();
  stalled.controller.abort();
  await scene.settle();
  expect(stalled.outcome).toEqual({ code: 'CANCELLED' });
  // It continues reading, for the benefit of the next task.
  for (let second = 0; second < 5; second++) {
    scene.living[0]!.goOn();
    await scene.settle(GRACE_MS * 0.9);
  }
  expect(scene.living).toHaveLength(1);
  await scene.settle(GRACE_MS * 1.1);
  expect(scene.living).toEqual([]);
  expect(scene.supervisor.status).toMatchObject({ state: 'failed', error: { code: 'ENGINE_HUNG' } });
  const next = scene.call('run');
  await scene.finishAll();
  expect(next.outcome).toEqual({ packFolder: '/packs/a' });
});

test('a caller waiting for an engine that others gave up, and that hangs, gets another one', async () => {
  const scene = new SupervisorScene();
  const waiting = scene.call('open');
  const given = scene.call('run');
  await scene.settle();
  given.controller.abort();
  await scene.settle(GRACE_MS * 1.1);
  expect(waiting.outcome).toBeUndefined();
  expect(scene.puppets).toHaveLength(2);
  await scene.finishAll();
  expect([waiting.outcome, given.outcome]).toEqual([{ packFolder: '/packs/a' }, { code: 'CANCELLED' }]);
});

test('an engine that hangs while opening is killed at once on release, and its callers are notified', async () => {
  const scene = new SupervisorScene();
  const [opening, running] = [scene.call('open'), scene.call('run')];
  await scene.settle();
  scene.supervisor.release();
  await scene.settle();
  expect(scene.living).toEqual([]);
  expect([opening.outcome, running.outcome]).toEqual([{ code: 'CANCELLED' }, { code: 'CANCELLED' }]);
  // Not "stopped": the editor would start it again at once.
  expect(scene.supervisor.status).toMatchObject({ state: 'failed', error: { code: 'CANCELLED' } });
});

test('an engine that opens silently is given up after its limit', async () => {
  const scene = new SupervisorScene();
  const opening = scene.call('open');
  await scene.settle(DEFAULT_WATCHDOG_LIMITS.openingMs * 0.9);
  scene.living[0]!.goOn();
  await scene.settle(DEFAULT_WATCHDOG_LIMITS.openingMs * 0.9);
  expect(opening.outcome).toBeUndefined();
  await scene.settle(DEFAULT_WATCHDOG_LIMITS.openingMs * 0.2);
  expect(opening.outcome).toEqual({ code: 'ENGINE_HUNG' });
  expect(scene.living).toEqual([]);
});

test('an engine that ran out of memory is stopped, and the next task gets a new one', async () => {
  const scene = new SupervisorScene();
  const first = scene.call('run');
  await scene.settle();
  scene.living[0]!.open();
  await scene.settle();
  scene.living[0]!.fail('OUT_OF_MEMORY');
  await scene.settle();
  expect(first.outcome).toEqual({ code: 'OUT_OF_MEMORY' });
  expect(scene.living).toEqual([]);
  const second = scene.call('run');
  await scene.finishAll();
  expect(second.outcome).toEqual({ packFolder: '/packs/a' });
  expect(scene.puppets).toHaveLength(2);
  expect(scene.supervisor.status.crashes).toBe(0);
});

test.each([
  ['FATAL ERROR: Reached heap limit Allocation failed - JavaScript heap out of memory', 134, 'OUT_OF_MEMORY'],
  ["terminate called after throwing an instance of 'std::bad_alloc'", 134, 'OUT_OF_MEMORY'],
  ['node: no such file', 1, 'ENGINE_CRASHED'],
  ['spawn ENOENT', null, 'ENGINE_UNAVAILABLE'],
])('a process that ends with "%s" is reported by its cause', async (stderrTail, exitCode, code) => {
  const scene = new SupervisorScene();
  const opening = scene.supervisor.open();
  const failure = expect(opening).rejects.toMatchObject({
    code,
    message: expect.stringContaining(stderrTail),
  });
  scene.living[0]!.end({ exitCode, signal: null, stderrTail });
  await scene.settle();
  await failure;
  expect(scene.events.at(-1)).toMatchObject({ kind: 'ended', wasOnPurpose: false, stderrTail });
});

test('a process that cannot even be launched is reported, and launching is retried', async () => {
  let isBroken = true;
  const puppet = new Puppet(1);
  const supervisor = new EngineSupervisor({
    config: puppetConfig('a'),
    launch: () => {
      if (isBroken) throw new Error('EAGAIN');
      return puppet.child;
    },
  });
  await expect(supervisor.open()).rejects.toMatchObject({
    code: 'ENGINE_UNAVAILABLE',
    message: expect.stringContaining('EAGAIN'),
  });
  expect(supervisor.status).toMatchObject({ state: 'failed', error: { code: 'ENGINE_UNAVAILABLE' } });
  isBroken = false;
  const opening = supervisor.open();
  puppet.open();
  expect((await opening).pack.name).toBe('a');
  const closed = supervisor.close();
  await vi.advanceTimersByTimeAsync(0);
  await closed;
});
