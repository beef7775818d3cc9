/** Model packs over the browser host, from a real `serve` process with a download server on this machine. */
import { mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import type { JobState } from '../../../electron/contract/jobs.ts';
import { temporaryFolder } from '../inference/tiny-pack.ts';
import { ModelServer, modelBytes, stallAfter } from '../models/model-server.ts';
import { catalogOf, known, LICENCE } from '../models/store-fixture.ts';
import { type ServeProcess, serveEnvironment, startServe } from './serve-process.ts';
import { TestClient } from './test-client.ts';

const A = modelBytes(400_000, 1);
const B = modelBytes(30_000, 2);

let root: string;
let hub: ModelServer;
let serve: ServeProcess;
let client: TestClient;

beforeEach(async () => {
  root = temporaryFolder();
  hub = await ModelServer.start();
  const files = { 'one/a.bin': A, 'one/deep/b.bin': B, 'two/c.bin': B };
  for (const [path, body] of Object.entries(files)) hub.files.set(`/${path}`, { body, etag: '"v1"' });
  const sources = (part: string) => [{ kind: 'http', url: `${hub.origin}/${part}/` }];
  const catalog = catalogOf(
    { id: 'one', sources: sources('one'), files: [known('a.bin', A), known('deep/b.bin', B)] },
    { id: 'two', optional: true, sources: sources('two'), files: [known('c.bin', B)] },
  );
  const environment = await serveEnvironment(root);
  const folder = join(root, 'packs', 'test');
  mkdirSync(folder);
  writeFileSync(join(folder, 'catalog.json'), JSON.stringify(catalog));
  serve = await startServe(environment);
  client = await TestClient.connect(serve.url);
});
afterEach(async () => {
  client.close();
  expect(await serve.stop()).toBe(0);
  expect(serve.errors()).toBe('');
  await hub.stop();
  rmSync(root, { recursive: true });
});

const packId = 'test';
const acceptedLicences = [LICENCE];

/** Waits for a job's end. */
const ended = ({ jobId }: JobState) =>
  client.until('job.changed', (job) => job.jobId === jobId && !['waiting', 'running'].includes(job.state));

async function statesOfParts(): Promise<Record<string, string>> {
  const { packs } = await client.call('models.list');
  const { components } = packs.find(({ id }) => id === packId)!;
  return Object.fromEntries(components.map(({ id, state }) => [id, state]));
}

test('the licence is requested; a download is paused and resumed; packs are verified, repaired and removed', async () => {
  expect(await statesOfParts()).toEqual({ one: 'absent', two: 'absent' });

  // The network is not used before the licence has been accepted.
  expect(await client.call('models.licences', { packId })).toMatchObject([{ id: LICENCE }]);
  const refused = await ended(await client.call('models.pull', { packId, acceptedLicences: [] }));
  expect(refused).toMatchObject({ state: 'failed', error: { code: 'LICENCE_NOT_ACCEPTED' } });
  expect(hub.requests).toEqual([]);

  // Paused while the server is silent, and resumed from there.
  hub.misbehave('/one/a.bin', stallAfter(100_000));
  const stalled = await client.call('models.pull', { packId, acceptedLicences });
  const under = await client.until(
    'job.changed',
    ({ jobId, progress }) => jobId === stalled.jobId && (progress?.step ?? 0) > 0,
  );
  expect(under).toMatchObject({ kind: 'pullModels', projectId: null, progress: { unit: 'bytes' } });
  await client.call('jobs.cancel', { jobId: stalled.jobId });
  expect(await ended(stalled)).toMatchObject({ state: 'cancelled', result: null, error: null });
  expect(await statesOfParts()).toEqual({ one: 'absent', two: 'absent' });
  const pulled = await ended(await client.call('models.pull', { packId, acceptedLicences }));
  expect(pulled).toMatchObject({ state: 'done', result: { kind: 'modelsPulled', downloadedFiles: 2 } });
  const [first, second] = hub.gets('/one/a.bin');
  expect(first!.range).toBeUndefined();
  expect(second!.range).toMatch(/^bytes=[1-9]\d*-/);
  const place = join(root, 'models', packId, 'one', 'a.bin');
  expect(readFileSync(place).equals(A)).toBe(true);
  expect(await statesOfParts()).toEqual({ one: 'installed', two: 'absent' });
  expect(await client.call('models.licences', { packId })).toEqual([]);

  // Verified, found damaged, repaired.
  writeFileSync(place, Buffer.alloc(A.length));
  const check = { packId, components: ['one'] };
  const damaged = await ended(await client.call('models.verify', check));
  const state = (job: JobState, path: string) =>
    job.result?.kind === 'modelsVerified' && job.result.files.find((file) => file.path === path)?.state;
  expect([state(damaged, 'a.bin'), state(damaged, 'deep/b.bin')]).toEqual(['changed', 'ok']);
  const mended = await ended(await client.call('models.verify', { ...check, repair: true }));
  expect([state(mended, 'a.bin'), state(mended, 'deep/b.bin')]).toEqual(['ok', 'ok']);
  expect(readFileSync(place).equals(A)).toBe(true);

  // Removed.
  const removed = await ended(await client.call('models.remove', { packId }));
  expect(removed).toMatchObject({
    state: 'done',
    result: { kind: 'modelsRemoved', removedFiles: 2, freedBytes: A.length + B.length, kept: [] },
  });
  expect(await statesOfParts()).toEqual({ one: 'absent', two: 'absent' });
});

test('a folder of the user is imported without the network; one without the model is refused', async () => {
  const mine = join(root, 'mine');
  mkdirSync(mine);
  const empty = await ended(
    await client.call('models.import', { packId, components: ['one'], folder: mine, mode: 'copy' }),
  );
  expect(empty).toMatchObject({ state: 'failed', error: { code: 'IMPORT_INVALID' } });
  for (const [path, body] of Object.entries({ 'a.bin': A, 'deep/b.bin': B })) {
    mkdirSync(dirname(join(mine, path)), { recursive: true });
    writeFileSync(join(mine, path), body);
  }
  const imported = await ended(
    await client.call('models.import', { packId, components: ['one'], folder: mine, mode: 'copy' }),
  );
  expect(imported).toMatchObject({
    state: 'done',
    result: { kind: 'modelsImported', files: 2, ownFiles: [] },
  });
  expect(hub.requests).toEqual([]);
  expect(await statesOfParts()).toEqual({ one: 'installed', two: 'absent' });
});

test('missing packs are reported', async () => {
  await expect(client.call('models.licences', { packId: 'nothing' })).rejects.toMatchObject({
    code: 'PACK_UNKNOWN',
  });
  const job = await client.call('models.pull', { packId: 'nothing', acceptedLicences });
  expect(await ended(job)).toMatchObject({ state: 'failed', error: { code: 'PACK_UNKNOWN' } });
  await expect(
    client.call('jobs.cancel', { jobId: '00000000-0000-4000-8000-000000000000' }),
  ).rejects.toMatchObject({ code: 'JOB_UNKNOWN' });
});
