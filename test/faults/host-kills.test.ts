/**
 * A host is killed (SIGKILL) at random moments while its engine renders: the engine ends too, whatever it is at. What a
 * killed host leaves of the project that it writes is the subject of test/electron/projects/killed.test.ts, 200 times.
 */
import { type ChildProcess, fork } from 'node:child_process';
import { once } from 'node:events';
import { rmSync } from 'node:fs';
import { setTimeout as delay } from 'node:timers/promises';
import { expect, test } from 'vitest';
import { isAlive, tinyEngineConfig } from '../electron/app/engine/tiny-engine.ts';
import { temporaryFolder } from '../electron/inference/tiny-pack.ts';

/** Two processes are started for each: ten are what the suite has time for. */
const KILLS = 10;
const longestRenderMs = 300;

test(`${KILLS} kills of a rendering host leave no engine behind`, { timeout: 900_000 }, async () => {
  const root = temporaryFolder();
  const config = JSON.stringify(tinyEngineConfig(root));
  const script = `${import.meta.dirname}/../electron/app/engine/rendering-host-to-kill.ts`;
  const start = () => fork(script, [config, root]);
  // The next one starts while this one is being killed.
  let next: ChildProcess = start();
  try {
    for (let kill = 0; kill < KILLS; kill++) {
      const host = next;
      const [enginePid] = (await once(host, 'message')) as [number];
      if (kill + 1 < KILLS) next = start();
      expect(isAlive(enginePid)).toBe(true);
      await delay(Math.random() * longestRenderMs);
      host.kill('SIGKILL');
      while (isAlive(enginePid)) await delay(5);
    }
  } finally {
    next.kill('SIGKILL');
  }
  rmSync(root, { recursive: true });
});
