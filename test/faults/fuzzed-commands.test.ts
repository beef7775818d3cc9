/** A thousand commands that no window would send, through both ways in: never a crash, always an envelope. */
import { rmSync } from 'node:fs';
import { join } from 'node:path';
import * as fc from 'fast-check';
import { afterAll, beforeAll, expect, test } from 'vitest';
import * as z from 'zod';
import { createDispatcher } from '../../electron/app/dispatcher.ts';
import type { Studio } from '../../electron/app/studio.ts';
import { envelopeSchema } from '../../electron/contract/command.ts';
import { commandNames, commands } from '../../electron/contract/commands.ts';
import { errorCodes } from '../../electron/contract/errors.ts';
import { type RunningServer, startServer } from '../../electron/serve/server.ts';
import { testStudio } from '../electron/app/studio-fixture.ts';
import { temporaryFolder } from '../electron/inference/tiny-pack.ts';
import { TestClient } from '../electron/serve/test-client.ts';

const RUNS = 1000;

let root: string;
let studio: Studio;
let server: RunningServer;
let client: TestClient;
let known: fc.Arbitrary<unknown>;
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
    address: '127.0.0.1',
    port: 0,
    rendererFolder: root,
    onFault: (error) => faults.push(error),
  });
  client = await TestClient.connect(new URL(server.url));
  const { projectId, document } = await client.call('project.openSample');
  // Values that are right somewhere get past the first checks, and are wrong where they land.
  known = fc.constantFrom<unknown>(
    projectId,
    document,
    document.background,
    document.concepts[0]!.id,
    document.parameters,
    join(root, 'a.pnpmix'),
    join(root, 'nowhere', 'a.pnpmix'),
    root,
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
});
afterAll(async () => {
  client.close();
  await server.close();
  await studio.close();
  rmSync(root, { recursive: true });
});

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

function callArbitrary(anything: fc.Arbitrary<unknown>): fc.Arbitrary<{ command: unknown; input: unknown }> {
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
  await fc.assert(
    fc.asyncProperty(callArbitrary(fc.jsonValue({ maxDepth: 4 })), async ({ command, input }) => {
      expectEnvelope(await client.send(command, input));
    }),
    { numRuns: RUNS, endOnFailure: true },
  );
  expect((await client.call('app.info')).host).toBe('browser');
  expect(faults).toEqual([]);
});

test(`${RUNS} fuzzed commands through the dispatcher, as a bridge calls it`, {
  timeout: 900_000,
}, async () => {
  const dispatch = createDispatcher({
    handlers: studio.handlers,
    identify: () => ({ clientId: 'bridge' }),
    onFault: (error) => faults.push(error),
  });
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
  await fc.assert(
    fc.asyncProperty(callArbitrary(anything), async ({ command, input }) => {
      expectEnvelope(await dispatch(null, command, input));
    }),
    { numRuns: RUNS, endOnFailure: true },
  );
  expect(faults).toEqual([]);
});
