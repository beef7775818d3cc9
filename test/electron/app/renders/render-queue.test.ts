/** The queue with a fake engine: order, moving, cancelling, failing, and its events. */

import { randomUUID } from 'node:crypto';
import { beforeEach, describe, expect, test } from 'vitest';
import type { EngineSupervisor } from '../../../../electron/app/engine/engine-supervisor.ts';
import type { FarmRenderer } from '../../../../electron/app/renders/farm-queue.ts';
import type { QueuedRender, RenderEnd } from '../../../../electron/app/renders/queued-render.ts';
import { RenderQueue } from '../../../../electron/app/renders/render-queue.ts';
import { StudioError } from '../../../../electron/contract/errors.ts';
import { notice } from '../../../../electron/contract/notices.ts';
import { PAPER_PARAMETERS } from '../../../../electron/contract/parameters.ts';
import type { RenderRequest } from '../../../../electron/contract/render-request.ts';
import type { JobPlace } from '../../../../electron/farm/client/followed-job.ts';
import { rendered } from '../rendered.ts';

const result = rendered(new Uint8Array([1]), 8, { device: 'cpu', name: 'played' });

let queue: RenderQueue;
let ends: [seed: number, state: RenderEnd['state']][];
/** Ends the running task. */
let finish: (error?: Error) => void;

/** Renders on the farm by seed, for a test to place and end. */
let onFarm: Map<number, { place: (place: JobPlace) => void; end: (error?: StudioError) => void }>;

let faults: unknown[];
/** What the render store throws; undefined if it stores them. */
let throwOnEnd: (() => never) | undefined;

beforeEach(() => {
  ends = [];
  faults = [];
  onFarm = new Map();
  const farms: FarmRenderer = {
    render: (_, { parameters }, { signal, onPlace }) =>
      new Promise((resolve, reject) => {
        signal.addEventListener('abort', () => reject(new StudioError('CANCELLED', 'cancelled')));
        onFarm.set(parameters.seed, {
          place: (place) => onPlace?.(place),
          end: (error) => (error ? reject(error) : resolve(result)),
        });
      }),
  };
  throwOnEnd = undefined;
  const run = (_: unknown, { signal }: { signal: AbortSignal }) =>
    new Promise((resolve, reject) => {
      finish = (error) => (error ? reject(error) : resolve(result));
      const abort = () => reject(new StudioError('CANCELLED', 'cancelled'));
      if (signal.aborted) abort();
      signal.addEventListener('abort', abort);
    });
  queue = new RenderQueue(
    { run } as unknown as Pick<EngineSupervisor, 'run'>,
    {
      onQueueChanged: () => undefined,
      onStarted: () => undefined,
      onProgress: () => undefined,
      onPreview: () => undefined,
      onEnded: async ({ request }, { state }) => {
        ends.push([request.parameters.seed, state]);
        throwOnEnd?.();
      },
      onDropped: async (renders) => {
        for (const { request } of renders) ends.push([request.parameters.seed, 'cancelled']);
        throwOnEnd?.();
      },
      onFault: (error) => faults.push(error),
    },
    farms,
  );
});

const project = randomUUID();
function render(seed: number, projectId = project): QueuedRender {
  const request: RenderRequest = {
    version: 2,
    scene: {
      prompt: '',
      inpaintPrompt: '',
      background: 'a'.repeat(64),
      inpainted: null,
      frame: 'whole',
      concepts: [],
    },
    parameters: { ...PAPER_PARAMETERS, seed },
    pack: { id: 'played', version: '1', weights: 'b'.repeat(64) },
  };
  return {
    renderId: randomUUID(),
    projectId,
    projectName: 'played',
    createdAt: new Date(0).toISOString(),
    request,
    complete: async () => request,
    sweep: null,
    farm: null,
    isResumed: false,
    readAsset: async () => null,
  };
}

/** Lets everything run that waits for nothing. */
const turn = () => new Promise((resolve) => setImmediate(resolve));

async function finishAll(): Promise<void> {
  while (queue.state.entries.length > 0) {
    await turn();
    finish();
    await turn();
  }
}

test('a render that is queued in the very moment in which the last one ends is rendered', async () => {
  for (let later = 0; later < 8; later++) {
    ends = [];
    queue.enqueue([render(1)]);
    await turn();
    throwOnEnd = () => {
      throwOnEnd = undefined;
      let moment = Promise.resolve();
      for (let step = 0; step < later; step++) moment = moment.then(() => undefined);
      void moment.then(() => queue.enqueue([render(2)]));
      return undefined as never;
    };
    finish();
    await turn();
    finish();
    await turn();
    expect(ends, `${later} steps later`).toEqual([
      [1, 'done'],
      [2, 'done'],
    ]);
  }
});

test('renders run one at a time, in order; the front of the queue goes first', async () => {
  queue.enqueue([render(1), render(2)]);
  queue.enqueue([render(3)], true);
  expect(queue.state.entries.map(({ state }) => state)).toEqual(['running', 'queued', 'queued']);
  await finishAll();
  expect(ends).toEqual([
    [1, 'done'],
    [3, 'done'],
    [2, 'done'],
  ]);
  await queue.settled();
});

test('a render moves among the waiting ones, and to the end when moved beyond it', async () => {
  const [first, second, third] = [render(1), render(2), render(3)];
  queue.enqueue([first, second, third]);
  queue.move(third.renderId, 0);
  queue.move(second.renderId, 99);
  expect(queue.state.entries.map(({ renderId }) => renderId)).toEqual(
    [first, third, second].map(({ renderId }) => renderId),
  );
  // The running one keeps its place.
  expect(() => queue.move(first.renderId, 1)).toThrow(StudioError);
  await finishAll();
});

describe('cancelling', () => {
  test.each([
    ['current', [1], [2, 3]],
    ['queued', [2, 3], [1]],
    ['all', [1, 2, 3], []],
  ] as const)('%s', async (what, cancelled, done) => {
    queue.enqueue([render(1), render(2), render(3)]);
    await queue.cancel({ what });
    await turn();
    await finishAll();
    const inState = (state: string) =>
      ends.flatMap(([seed, found]) => (found === state ? [seed] : [])).toSorted();
    expect(inState('cancelled')).toEqual(cancelled);
    expect(inState('done')).toEqual(done);
  });

  test('cancels one, waiting or running, but not one that has ended', async () => {
    const [first, second] = [render(1), render(2)];
    queue.enqueue([first, second]);
    await queue.cancel({ what: 'one', renderId: second.renderId, discard: true });
    await queue.cancel({ what: 'one', renderId: first.renderId, discard: false });
    await queue.settled();
    expect(ends).toEqual([
      [2, 'cancelled'],
      [1, 'cancelled'],
    ]);
    await expect(
      queue.cancel({ what: 'one', renderId: first.renderId, discard: false }),
    ).rejects.toMatchObject({
      code: 'RENDER_UNKNOWN',
    });
  });

  test('a project’s renders leaves the others', async () => {
    const other = randomUUID();
    queue.enqueue([render(1), render(2, other), render(3)]);
    await queue.cancelProject(project);
    await turn();
    expect(queue.state.entries.map(({ projectId }) => projectId)).toEqual([other]);
    await finishAll();
    expect(ends.toSorted(([a], [b]) => a - b)).toEqual([
      [1, 'cancelled'],
      [2, 'done'],
      [3, 'cancelled'],
    ]);
  });
});

test('a failed render is reported as failed, and the next one runs', async () => {
  queue.enqueue([render(1), render(2)]);
  await turn();
  finish(new StudioError('ENGINE_CRASHED', 'gone'));
  await turn();
  finish(new TypeError('a fault'));
  await queue.settled();
  expect(ends).toEqual([
    [1, 'failed'],
    [2, 'failed'],
  ]);
});

test('the render store may throw: the queue continues, and says so', async () => {
  const fault = new Error('the keeper is broken');
  throwOnEnd = () => {
    throw fault;
  };
  queue.enqueue([render(1), render(2), render(3)]);
  await queue.cancel({ what: 'one', renderId: queue.state.entries[2]!.renderId, discard: false });
  await finishAll();
  await queue.settled();
  throwOnEnd = undefined;
  queue.enqueue([render(4)]);
  await finishAll();
  expect(ends).toEqual([
    [3, 'cancelled'],
    [1, 'done'],
    [2, 'done'],
    [4, 'done'],
  ]);
  expect(faults).toEqual([fault, fault, fault]);
});

test('queueing nothing leaves the queue able to run', async () => {
  queue.enqueue([]);
  await queue.settled();
  queue.enqueue([render(1)]);
  await finishAll();
  await queue.settled();
  expect(ends).toEqual([[1, 'done']]);
});

test('a render whose pack cannot be opened fails with the reason, and one that waits for its pack is cancelled', async () => {
  const unknown = new StudioError('PACK_UNKNOWN', 'no such pack');
  const failing = { ...render(1), complete: () => Promise.reject(unknown) };
  const waiting = {
    ...render(2),
    complete: (signal: AbortSignal) =>
      new Promise<RenderRequest>((_, reject) => {
        signal.addEventListener('abort', () => reject(new StudioError('CANCELLED', 'cancelled')));
      }),
  };
  queue.enqueue([failing, waiting]);
  await turn();
  expect(ends).toEqual([[1, 'failed']]);
  await queue.cancel({ what: 'current' });
  await queue.settled();
  expect(ends).toEqual([
    [1, 'failed'],
    [2, 'cancelled'],
  ]);
});

describe('renders on a farm', () => {
  const away = (seed: number, projectId = project) => ({ ...render(seed, projectId), farm: 'studio' });
  const rendering: JobPlace = { state: 'rendering', machine: 'gpu-1', position: null, reason: null };

  test('are sent at once, next to this computer’s queue, and show their machine and position', async () => {
    queue.enqueue([render(1), away(2), render(3), away(4)]);
    await turn();
    const reason = notice('FARM_WITHOUT_WORKERS', {});
    onFarm.get(2)!.place(rendering);
    onFarm.get(4)!.place({ state: 'waiting', machine: null, position: 7, reason });
    expect(
      queue.state.entries.map(({ state, farm, machine, position }) => [state, farm, machine, position]),
    ).toEqual([
      ['running', null, null, null],
      ['queued', null, null, null],
      ['running', 'studio', 'gpu-1', null],
      ['queued', 'studio', null, 7],
    ]);
    expect(queue.state.entries[3]!.reason).toEqual(reason);
    onFarm.get(4)!.end();
    onFarm.get(2)!.end(new StudioError('FARM_UNREACHABLE', 'gone'));
    await turn();
    expect(ends).toEqual([
      [4, 'done'],
      [2, 'failed'],
    ]);
    await finishAll();
    await queue.settled();
  });

  test('are cancelled one by one, waiting or running, and with their project', async () => {
    const other = randomUUID();
    const [first, second, third, fourth, fifth] = [away(1), away(2), away(3), away(4, other), away(5)];
    queue.enqueue([first, second, third, fourth, fifth]);
    await turn();
    for (const seed of [1, 2]) onFarm.get(seed)!.place(rendering);
    await queue.cancel({ what: 'one', renderId: first.renderId, discard: false });
    await queue.cancel({ what: 'current' });
    await queue.cancelProject(other);
    expect(ends.map(([seed]) => seed)).toEqual([1, 2, 4]);
    await queue.cancel({ what: 'queued' });
    await queue.settled();
    expect(ends.map(([seed]) => seed)).toEqual([1, 2, 4, 3, 5]);
    expect(new Set(ends.map(([, state]) => state))).toEqual(new Set(['cancelled']));
    expect(queue.state.entries).toEqual([]);
    await expect(
      queue.cancel({ what: 'one', renderId: first.renderId, discard: false }),
    ).rejects.toMatchObject({
      code: 'RENDER_UNKNOWN',
    });
  });
});
