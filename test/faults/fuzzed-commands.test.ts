/**
 * Hundreds of commands that no window would send, through both entrances: the browser host's socket and the Electron
 * host's bridge (the real main.ts on a fake of Electron). Never a crash, always an envelope.
 */
import { EventEmitter } from 'node:events';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import * as fc from 'fast-check';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { COMMAND_CHANNEL } from '../../electron/contract/bridge.ts';
import type { ProjectState } from '../../electron/contract/project-state.ts';
import { temporaryFolder } from '../electron/inference/tiny-pack.ts';
import { resultOf, startHost } from '../electron/main/host-fixture.ts';
import { startTestServer, type TestServer } from '../electron/serve/test-server.ts';
import { amount, recordFigures, seed, timeLimitMs } from './amount.ts';
import { callArbitrary, expectEnvelope, knownValues } from './arbitrary-calls.ts';

const RUNS = amount(300, 0.1);

let root: string;
let host: TestServer;

beforeAll(async () => {
  root = temporaryFolder();
  // The engine never starts: it is tested elsewhere, and hundreds of commands would start it many times.
  host = await startTestServer(
    root,
    { rendererFolder: root },
    {
      launchEngine: () => ({
        pid: undefined,
        send: () => undefined,
        kill: () => undefined,
        onMessage: () => undefined,
        onExit: (listener) => setImmediate(() => listener({ exitCode: 1, signal: null, stderrTail: '' })),
      }),
    },
  );
});
afterAll(() => host.close());

test(`${RUNS} fuzzed commands through the socket each get an envelope`, {
  timeout: timeLimitMs(RUNS),
}, async () => {
  const known = knownValues(await host.client.call('project.openSample'), root);
  await fc.assert(
    fc.asyncProperty(callArbitrary(fc.jsonValue({ maxDepth: 4 }), known), async ({ command, input }) => {
      expectEnvelope(await host.client.send(command, input));
    }),
    { numRuns: RUNS, seed, endOnFailure: true },
  );
  expect((await host.client.call('app.info')).host).toBe('browser');
  expect(host.faults).toEqual([]);
  recordFigures('commands through the socket', { attempts: RUNS });
});

test(`${RUNS} fuzzed commands through the bridge each get an envelope`, {
  timeout: timeLimitMs(RUNS),
}, async () => {
  const host = await startHost({ beforeReady: ({ module }) => neverStart(module) });
  const { electron, window } = host;
  const sample = resultOf<ProjectState>(await electron.call(window, 'project.openSample', {}));
  // A bridge carries anything that can be cloned, which is more than JSON can express.
  const anything = fc.anything({
    withBigInt: true,
    withDate: true,
    withMap: true,
    withSet: true,
    withTypedArray: true,
    withNullPrototype: true,
    withSparseArray: true,
  });
  const sender = { sender: window.webContents, senderFrame: window.webContents.mainFrame };
  await fc.assert(
    fc.asyncProperty(callArbitrary(anything, knownValues(sample, host.root)), async ({ command, input }) => {
      expectEnvelope(await electron.invoke(COMMAND_CHANNEL, sender, command, input));
    }),
    { numRuns: RUNS, seed, endOnFailure: true },
  );
  expect(resultOf(await electron.call(window, 'app.info', {}))).toMatchObject({ host: 'electron' });
  // The host's own faults would be logged as errors; engine deaths are warnings.
  const log = readFileSync(join(host.settings, 'logs', 'studio.log'), 'utf8');
  expect(log.split('\n').filter((line) => line.includes('"level":"error"'))).toEqual([]);
  recordFigures('commands through the bridge', { attempts: RUNS });
});

/** Engines exit as soon as they start; the processes that read pictures run. */
function neverStart(electron: Record<string, unknown>): void {
  const processes = electron.utilityProcess as { fork: (path: string, ...rest: unknown[]) => unknown };
  const { fork } = processes;
  processes.fork = (path, ...rest) => {
    if (!/engine-process\.[jt]s$/.test(path)) return fork(path, ...rest);
    const child = Object.assign(new EventEmitter(), {
      pid: undefined,
      stderr: null,
      postMessage: () => undefined,
    });
    setImmediate(() => child.emit('exit', 1));
    return child;
  };
}
