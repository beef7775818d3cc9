/**
 * A thousand commands that no window would send, through both ways in, the browser host's socket and the Electron
 * host's bridge (the real main.ts on a stand-in for Electron): never a crash, always an envelope.
 */
import { EventEmitter } from 'node:events';
import { existsSync, readFileSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import * as fc from 'fast-check';
import { afterAll, beforeAll, expect, test } from 'vitest';
import * as z from 'zod';
import type { Studio } from '../../electron/app/studio.ts';
import { COMMAND_CHANNEL } from '../../electron/contract/bridge.ts';
import { envelopeSchema } from '../../electron/contract/command.ts';
import { commandNames, commands } from '../../electron/contract/commands.ts';
import { errorCodes } from '../../electron/contract/errors.ts';
import type { ProjectState } from '../../electron/contract/project-state.ts';
import { newToken } from '../../electron/serve/running-hosts.ts';
import { type RunningServer, startServer } from '../../electron/serve/server.ts';
import { testStudio } from '../electron/app/studio-fixture.ts';
import { temporaryFolder } from '../electron/inference/tiny-pack.ts';
import { resultOf, startHost } from '../electron/main/host-fixture.ts';
import { TestClient } from '../electron/serve/test-client.ts';

const RUNS = 1000;

let root: string;
let studio: Studio;
let server: RunningServer;
let client: TestClient;
const faults: unknown[] = [];

beforeAll(async () => {
  root = temporaryFolder();
  // An engine that never starts: what it does is tested elsewhere, and a thousand commands would start it often.
  studio = await testStudio(root, {
    launchEngine: () => ({
      pid: undefined,
      send: () => undefined,
      kill: () => undefined,
      onMessage: () => undefined,
      onExit: (listener) => setImmediate(() => listener({ exitCode: 1, signal: null, lastWords: '' })),
    }),
  });
  server = await startServer({
    studio,
    token: newToken(),
    address: '127.0.0.1',
    port: 0,
    rendererFolder: root,
    onFault: (error) => faults.push(error),
  });
  client = await TestClient.connect(new URL(server.url));
});
afterAll(async () => {
  client.close();
  await server.close();
  await studio.close();
  rmSync(root, { recursive: true });
});

/** Values that are right somewhere get past the first checks, and are wrong where they land. */
function knownValues({ projectId, document }: ProjectState, folder: string): fc.Arbitrary<unknown> {
  return fc.constantFrom<unknown>(
    projectId,
    document,
    document.background,
    document.concepts[0]!.id,
    document.parameters,
    join(folder, 'a.pnpmix'),
    join(folder, 'nowhere', 'a.pnpmix'),
    folder,
    'starter',
    'sd21',
    'current',
    { width: 32, height: 32, mode: 'cover' },
    [0, 0.15],
    [{ x: 3, y: 4, isInside: true }],
    { left: 1, top: 1, right: 9, bottom: 9 },
    0,
    1,
    true,
    null,
    'text',
  );
}

/** The names of what a command takes, so that inputs are nearly right. */
function keysOf(name: (typeof commandNames)[number]): string[] {
  const schema = z.toJSONSchema(commands[name].input, { io: 'input' }) as {
    properties?: object;
    oneOf?: { properties?: object }[];
    anyOf?: { properties?: object }[];
  };
  const parts = [schema, ...(schema.oneOf ?? []), ...(schema.anyOf ?? [])];
  return [...new Set(parts.flatMap(({ properties }) => Object.keys(properties ?? {})))];
}

function callArbitrary(
  anything: fc.Arbitrary<unknown>,
  known: fc.Arbitrary<unknown>,
): fc.Arbitrary<{ command: unknown; input: unknown }> {
  const anyCommand: fc.Arbitrary<unknown> = fc.oneof(
    { weight: 8, arbitrary: fc.constantFrom(...commandNames) },
    { weight: 1, arbitrary: fc.constantFrom('__proto__', 'constructor', 'hasOwnProperty', '') },
    { weight: 1, arbitrary: anything },
  );
  return anyCommand.chain((command) => {
    const keys = commandNames.find((name) => name === command);
    const value = fc.oneof({ weight: 4, arbitrary: known }, { weight: 1, arbitrary: anything });
    const nearlyRight =
      keys === undefined
        ? anything
        : fc.record(Object.fromEntries(keysOf(keys).map((key) => [key, value])), { requiredKeys: [] });
    const input = fc.oneof({ weight: 5, arbitrary: nearlyRight }, { weight: 1, arbitrary: anything });
    return fc.record({ command: fc.constant(command), input });
  });
}

function expectEnvelope(answer: unknown): void {
  const envelope = envelopeSchema.parse(answer);
  if (!envelope.ok) {
    expect(Object.hasOwn(errorCodes, envelope.code)).toBe(true);
    expect(envelope.message).not.toBe('');
  }
}

test(`${RUNS} fuzzed commands through the socket`, { timeout: 900_000 }, async () => {
  const known = knownValues(await client.call('project.openSample'), root);
  await fc.assert(
    fc.asyncProperty(callArbitrary(fc.jsonValue({ maxDepth: 4 }), known), async ({ command, input }) => {
      expectEnvelope(await client.send(command, input));
    }),
    { numRuns: RUNS, endOnFailure: true },
  );
  expect((await client.call('app.info')).host).toBe('browser');
  expect(faults).toEqual([]);
});

test(`${RUNS} fuzzed commands through the bridge`, { timeout: 900_000 }, async () => {
  const host = await startHost({ beforeReady: ({ module }) => neverStart(module) });
  const { electron, window } = host;
  const sample = resultOf<ProjectState>(await electron.call(window, 'project.openSample', {}));
  // A bridge carries whatever can be cloned, and more than JSON can say.
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
    { numRuns: RUNS, endOnFailure: true },
  );
  expect(resultOf(await electron.call(window, 'app.info', {}))).toMatchObject({ host: 'electron' });
  // Its own faults would stand there.
  const log = join(host.settings, 'logs', 'crash.log');
  expect(existsSync(log) ? readFileSync(log, 'utf8') : '').toBe('');
});

/** Electron's utility processes end as soon as they begin. */
function neverStart(electron: Record<string, unknown>): void {
  Object.assign(electron.utilityProcess as object, {
    fork: () => {
      const child = Object.assign(new EventEmitter(), {
        pid: undefined,
        stderr: null,
        postMessage: () => undefined,
      });
      setImmediate(() => child.emit('exit', 1));
      return child;
    },
  });
}
