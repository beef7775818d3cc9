/** The queue with a fake engine: order, moving, cancelling, failing, and its events. */
import { randomUUID } from 'node:crypto';
import { beforeEach, describe, expect, test } from 'vitest';
import type { EngineSupervisor } from '../../../../electron/app/engine/engine-supervisor.ts';
import {
  type QueuedRender,
  type RenderEnd,
  RenderQueue,
} from '../../../../electron/app/renders/render-queue.ts';
import type { EngineResultOf } from '../../../../electron/contract/engine-messages.ts';
import { StudioError } from '../../../../electron/contract/errors.ts';
import { PAPER_PARAMETERS } from '../../../../electron/contract/parameters.ts';
import type { RenderRequest } from '../../../../electron/contract/render-request.ts';

const result: EngineResultOf<'render'> = {
  kind: 'render',
  png: new Uint8Array([1]),
  width: 8,
  height: 8,
  frame: { left: 0, top: 0, width: 8, height: 8, modelWidth: 8, modelHeight: 8 },
  device: { device: 'cpu', name: 'played', passedOver: [] },
  notices: [],
  timingsMs: { load: 1, encode: 1, invert: 1, blend: 1, decode: 1 },
  totalMs: 5,
  unetMs: 1,
  unetRows: 1,
  peakMemoryBytes: 1,
};

let queue: RenderQueue;
let ends: [seed: number, state: RenderEnd['state']][];
/** Ends the running task. */
let finish: (error?: Error) => void;

let faults: unknown[];
/** What the render store throws; undefined if it stores them. */
let throwOnEnd: (() => never) | undefined;

beforeEach(() => {
  ends = [];
  faults = [];
  throwOnEnd = undefined;
  const run = (_: unknown, { signal }: { signal: AbortSignal }) =>
    new Promise((resolve, reject) => {
      finish = (error) => (error ? reject(error) : resolve(result));
      const abort = () => reject(new StudioError('CANCELLED', 'cancelled'));
      if (signal.aborted) abort();
      signal.addEventListener('abort', abort);
    });
  queue = new RenderQueue({ run } as unknown as Pick<EngineSupervisor, 'run'>, {
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
  });
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
