/** An engine process that starts before anyone asks for it. */
import { expect, test } from 'vitest';
import { offerEngine, startEngineAhead, takeEngine } from '../../../../electron/app/engine/engine-child.ts';

test('the engine that was started ahead is taken once', async () => {
  startEngineAhead();
  startEngineAhead();
  const [ahead, another] = [takeEngine(), takeEngine()];
  expect(ahead.pid).not.toBe(another.pid);
  another.kill();
  // It loads its code, and answers: there is no such pack.
  const answer = await new Promise((resolve) => {
    ahead.onMessage(resolve);
    const config = { packFolder: 'nowhere', device: 'cpu', cacheFolder: 'nowhere', cacheLimitBytes: 0 };
    ahead.send({ type: 'open', config: { ...config, rowsAtOnce: null } });
  });
  expect(answer).toMatchObject({ type: 'openFailed', code: 'PACK_UNKNOWN' });
  ahead.kill();
  const ends = await Promise.all([ahead, another].map((child) => new Promise((end) => child.onExit(end))));
  expect(ends).toEqual([
    expect.objectContaining({ signal: 'SIGKILL' }),
    expect.objectContaining({ signal: 'SIGKILL' }),
  ]);
});

test('an engine that was offered is launched once, and not after it was withdrawn', () => {
  let launched = 0;
  const child = { pid: 1, send: () => {}, kill: () => {}, onMessage: () => {}, onExit: () => {} };
  const launch = () => {
    launched++;
    return child;
  };
  const withdraw = offerEngine(launch);
  expect(takeEngine()).toBe(child);
  withdraw();
  offerEngine(launch)();
  const forked = takeEngine();
  forked.kill();
  expect(forked).not.toBe(child);
  expect(launched).toBe(1);
});
