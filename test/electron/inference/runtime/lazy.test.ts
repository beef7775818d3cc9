/** Lazily opened resources that are released: a late failure does not affect the successor. */
import { beforeEach, expect, test, vi } from 'vitest';
import type { EngineDevice } from '../../../../electron/inference/runtime/devices.ts';
import { Lazy } from '../../../../electron/inference/runtime/lazy.ts';
import { LazySession } from '../../../../electron/inference/runtime/lazy-session.ts';
import type { ModelSession } from '../../../../electron/inference/runtime/sessions.ts';
import type { Checkpoint } from '../../../../native-models/graph/index.ts';

const attempts: PromiseWithResolvers<ModelSession>[] = [];
beforeEach(() => {
  attempts.length = 0;
});
const attempt = (): Promise<ModelSession> => {
  const next = Promise.withResolvers<ModelSession>();
  attempts.push(next);
  return next.promise;
};
vi.mock('../../../../native-models/graph/index.ts', async (load) => ({
  ...(await load<object>()),
  buildComponentGraph: () => ({ unusedTensors: [], metadata: {} }),
}));
vi.mock('../../../../electron/inference/runtime/sessions.ts', async (load) => ({
  ...(await load<object>()),
  createSession: () => attempt(),
}));

const session = (): ModelSession & { released: number } => {
  const made = {
    released: 0,
    inputs: [],
    outputs: [],
    run: async () => ({}),
    release: async () => {
      made.released++;
    },
  };
  return made;
};

const lazy = () => {
  const made = new LazySession({} as Checkpoint, 'unet', { precision: 'float32' }, {} as EngineDevice);
  return { get: () => made.get(), release: () => made.release() };
};
const once = () => {
  const made = new Lazy(attempt);
  return { get: () => made.get({}), release: () => made.release() };
};

test.each([
  ['a session', lazy],
  ['a model', once],
])('%s that fails after its release does not affect the next one', async (_, make) => {
  const kept = make();
  const first = kept.get();
  const failed = expect(first).rejects.toThrow('too late');
  const released = kept.release();
  const second = kept.get();
  attempts[0]!.reject(new Error('too late'));
  await failed;
  await released;
  const made = session();
  attempts[1]!.resolve(made);
  expect(await second).toBe(made);
  expect(await kept.get()).toBe(made);
  expect(attempts).toHaveLength(2);
  await kept.release();
  expect(made.released).toBe(1);
});

test.each([
  ['a session', lazy],
  ['a model', once],
])('%s that failed is retried', async (_, make) => {
  const kept = make();
  const first = kept.get();
  expect(kept.get()).toBe(first);
  attempts[0]!.reject(new Error('no memory'));
  await expect(first).rejects.toThrow('no memory');
  const again = kept.get();
  const made = session();
  attempts[1]!.resolve(made);
  expect(await again).toBe(made);
});
