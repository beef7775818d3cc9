/** A whole session with a real `serve` process, driven through the contract alone. */
import { createHash } from 'node:crypto';
import { readFileSync, rmSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import sharp from 'sharp';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { sweepCellOf } from '../../../electron/contract/render-record.ts';
import type { SceneDocument } from '../../../electron/contract/scene-document.ts';
import { isAlive } from '../app/engine/tiny-engine.ts';
import { temporaryFolder, writePicture } from '../inference/tiny-pack.ts';
import { type ServeProcess, serveEnvironment, startServe } from './serve-process.ts';
import { TestClient } from './test-client.ts';

let root: string;
let environment: NodeJS.ProcessEnv;
let serve: ServeProcess;
let client: TestClient;

beforeAll(async () => {
  root = temporaryFolder();
  environment = await serveEnvironment(root);
  serve = await startServe(environment);
  client = await TestClient.connect(serve.url);
});
afterAll(async () => {
  client.close();
  await serve.stop();
  rmSync(root, { recursive: true });
});

const sha256 = (bytes: Uint8Array) => createHash('sha256').update(bytes).digest('hex');

async function picture(options: Parameters<typeof writePicture>[1]): Promise<Uint8Array> {
  const path = join(root, 'picture.png');
  await writePicture(path, options);
  return readFile(path);
}

test('open the sample, change background and mask, render, cancel, render again, export, close, reopen', async () => {
  // The program's facts, before anything is open.
  expect(await client.call('app.info')).toMatchObject({ host: 'browser', hasNativeDialogs: false });
  expect(await client.call('project.listOpen')).toEqual([]);

  // The sample opens as a project of its own.
  const opened = await client.call('project.openSample');
  const { projectId } = opened;
  expect(opened).toMatchObject({
    name: 'Tiny sample',
    isReadOnly: false,
    history: { position: 0, length: 1 },
  });
  expect(opened.document.concepts.map(({ name }) => name)).toEqual(['my dog', 'my cat']);

  // Another background: its bytes by the asset route, the rest by a command.
  const upload = await client.upload(await picture({ size: [48, 40], rectangle: [4, 4, 28, 20] }));
  const background = await client.call('assets.import', {
    projectId,
    upload,
    name: 'mine.png',
    fit: { width: 32, height: 32, mode: 'cover' },
  });
  expect(background).toMatchObject({ width: 32, height: 32, mediaType: 'image/png' });
  expect(sha256(await client.download(background.asset))).toBe(background.asset);

  // Another mask for the dog.
  const mask = await client.call('assets.import', {
    projectId,
    upload: await client.upload(await picture({ rectangle: [18, 6, 30, 22], isMask: true })),
    name: 'mask.png',
    kind: 'mask',
  });
  const maskMetadata = await sharp(await client.download(mask.asset)).metadata();
  expect(maskMetadata).toMatchObject({ channels: 1, depth: 'uchar', width: 32 });
  const document: SceneDocument = {
    ...opened.document,
    background: background.asset,
    concepts: opened.document.concepts.map((concept) =>
      concept.name === 'my dog' ? { ...concept, mask: mask.asset } : concept,
    ),
  };
  const committed = await client.call('project.commit', {
    projectId,
    document,
    label: 'Background and mask',
    baseRevision: opened.revision,
  });
  expect(committed.history).toMatchObject({ position: 1, undoLabel: 'Background and mask' });
  // A window that did not see that change gets an error.
  await expect(
    client.call('project.commit', { projectId, document, label: 'Late', baseRevision: opened.revision }),
  ).rejects.toMatchObject({ code: 'PROJECT_CONFLICT' });

  // Preparation by the engine: a mask from a click, the objects removed; a missing model is reported.
  const ended = (jobId: string) =>
    client.until('job.changed', (job) => job.jobId === jobId && !['waiting', 'running'].includes(job.state));
  const clicked = await client.call('prepare.selectMask', {
    projectId,
    image: background.asset,
    points: [{ x: 12, y: 12, isInside: true }],
    box: { left: 2, top: 2, right: 28, bottom: 22 },
  });
  const selected = await ended(clicked.jobId);
  expect(selected).toMatchObject({ state: 'done', result: { kind: 'masks' } });
  const removal = await client.call('prepare.removeObjects', {
    projectId,
    image: background.asset,
    masks: [mask.asset],
    growPx: 3,
    method: 'telea',
  });
  const removed = await ended(removal.jobId);
  expect(removed.result).toMatchObject({ kind: 'inpainted', method: 'telea' });
  const inpainted = removed.result?.kind === 'inpainted' ? removed.result.image : '';
  expect(await sharp(await client.download(inpainted)).metadata()).toMatchObject({ width: 32, height: 32 });
  const search = await client.call('prepare.findMask', {
    projectId,
    image: background.asset,
    phrase: 'a cat',
  });
  expect(await ended(search.jobId)).toMatchObject({ state: 'failed', error: { code: 'PACK_INCOMPLETE' } });
  const candidates = await client.call('prepare.generateBackgrounds', {
    projectId,
    prompt: 'a cat',
    negativePrompt: 'a dog',
    count: 2,
    seed: 3,
  });
  const generated = await ended(candidates.jobId);
  expect(generated).toMatchObject({ state: 'done', progress: { stage: 'denoise', unit: 'steps' } });
  const seedsOf = ({ result }: typeof generated) =>
    result?.kind === 'backgrounds' ? result.candidates.map(({ seed }) => seed) : [];
  expect(seedsOf(generated)).toEqual([3, 4]);
  // The first was available while the second was being generated.
  const first = await client.until(
    'job.changed',
    (job) => job.jobId === candidates.jobId && job.state === 'running' && seedsOf(job).length === 1,
  );
  expect(seedsOf(first)).toEqual([3]);
  const image = first.result?.kind === 'backgrounds' ? first.result.candidates[0]!.image : '';
  expect(await sharp(await client.download(image)).metadata()).toMatchObject({ width: 32, height: 32 });

  // A render, with progress, previews and remaining time.
  const queued = await client.call('renders.enqueue', { projectId });
  expect(queued).toMatchObject({ state: 'queued', sequence: null });
  const { render } = await client.until(
    'render.changed',
    (told) => told.render.renderId === queued.renderId && told.render.state === 'done',
  );
  expect(render).toMatchObject({ sequence: 1, error: null });
  const progress = client.events.flatMap(({ event, payload }) =>
    event === 'render.progress' ? [payload] : [],
  );
  expect([...new Set(progress.map(({ stage }) => stage))]).toEqual([
    'load',
    'encode',
    'invert',
    'blend',
    'decode',
  ]);
  const preview = await client.until('render.preview', ({ renderId }) => renderId === queued.renderId);
  expect(await sharp(await client.download(preview.image)).metadata()).toMatchObject({ width: 8, height: 8 });
  expect(await sharp(await client.download(render.result!)).metadata()).toMatchObject({
    width: 32,
    height: 32,
  });
  expect((await sharp(await client.download(render.thumbnail!)).metadata()).format).toBe('webp');

  // One that is cancelled while it runs, with two waiting behind it.
  const slow = { ...document, parameters: { ...document.parameters, steps: 900, seed: 5 } };
  const running = await client.call('renders.enqueue', { projectId, document: slow });
  await client.until(
    'render.progress',
    ({ renderId, stage }) => renderId === running.renderId && stage === 'blend',
  );
  const [second, third] = [
    await client.call('renders.enqueue', { projectId }),
    await client.call('renders.enqueue', { projectId }),
  ];
  const moved = await client.call('queue.move', { renderId: third.renderId, toIndex: 0 });
  expect(moved.entries.map(({ renderId }) => renderId)).toEqual([
    running.renderId,
    third.renderId,
    second.renderId,
  ]);
  await client.call('queue.cancel', { what: 'queued' });
  await client.call('queue.cancel', { what: 'current' });
  for (const { renderId } of [running, second, third]) {
    await client.until(
      'render.changed',
      (told) => told.render.renderId === renderId && told.render.state === 'cancelled',
    );
  }
  expect(await client.call('queue.state')).toEqual({ entries: [] });

  // Once more, and a small sweep; then the differences.
  const sweep = await client.call('sweep.enqueue', {
    projectId,
    x: { parameter: 'alpha', values: [0, 0.15] },
    y: { parameter: 'beta', values: [0.8] },
  });
  for (const { renderId } of sweep.renders) {
    await client.until(
      'render.changed',
      (told) => told.render.renderId === renderId && told.render.state === 'done',
    );
  }
  const page = await client.call('renders.page', { projectId, limit: 2 });
  // The first, the three cancelled ones, the two of the sweep.
  expect(page.total).toBe(6);
  expect(page.renders.map((render) => sweepCellOf(render)?.x.value)).toEqual([0.15, 0]);
  const rest = await client.call('renders.page', { projectId, limit: 4, cursor: page.cursor! });
  expect(rest.renders.map(({ renderId, state }) => [renderId, state])).toEqual([
    [running.renderId, 'cancelled'],
    [second.renderId, 'cancelled'],
    [third.renderId, 'cancelled'],
    [queued.renderId, 'done'],
  ]);
  expect(rest.cursor).toBeNull();
  const [a, b] = sweep.renders;
  expect(await client.call('renders.difference', { projectId, a: a!.renderId, b: b!.renderId })).toEqual([
    { concept: 'my dog', path: 'alpha', a: 0, b: 0.15 },
    { concept: 'my cat', path: 'alpha', a: 0, b: 0.15 },
  ]);

  // Star, name, delete and restore.
  await client.call('renders.star', { projectId, renderId: queued.renderId, isStarred: true });
  await client.call('renders.name', { projectId, renderId: queued.renderId, name: 'The first' });
  await client.call('renders.delete', { projectId, renderId: a!.renderId });
  expect((await client.call('renders.page', { projectId })).total).toBe(5);
  await client.call('renders.undelete', { projectId, renderId: a!.renderId });
  expect((await client.call('renders.get', { projectId, renderId: queued.renderId })).name).toBe('The first');

  // Undo and redo of the document.
  expect((await client.call('project.undo', { projectId })).document.background).toBe(
    opened.document.background,
  );
  const restored = await client.call('project.restoreRender', { projectId, renderId: queued.renderId });
  expect(restored.document).toEqual(document);

  // Exported for a browser to download, with metadata of how it was made.
  const png = await client.call('export.picture', { projectId, renderId: queued.renderId });
  expect(png).toMatchObject({ mediaType: 'image/png', path: null });
  const exported = await client.download(png.asset!);
  expect(exported.length).toBe(png.bytes);
  const { request } = await client.call('assets.readRequest', { upload: await client.upload(exported) });
  expect(request?.scene.background).toBe(background.asset);
  // Dropped again after a change, it restores the scene.
  const [concept, ...others] = document.concepts;
  const louder = { ...document, concepts: [{ ...concept!, alpha: 1 }, ...others] };
  await client.call('project.commit', { projectId, document: louder, label: 'Alpha' });
  const back = await client.call('project.restorePicture', {
    projectId,
    upload: sha256(exported),
    name: png.fileName,
  });
  expect(back.project.document).toEqual(document);
  expect(back.pictures.every(({ isFound }) => isFound)).toBe(true);
  const cutOuts = await client.call('export.cutOuts', { projectId, renderId: queued.renderId });
  expect(cutOuts).toHaveLength(2);
  expect((await sharp(await client.download(cutOuts[0]!.asset!)).metadata()).hasAlpha).toBe(true);
  const layered = await client.call('export.picture', {
    format: 'ora',
    projectId,
    renderId: queued.renderId,
  });
  expect((await client.download(layered.asset!)).length).toBe(layered.bytes);
  // Into a folder, where nothing is replaced.
  const psd = { format: 'psd', projectId, renderId: queued.renderId, folder: root } as const;
  const paths = [await client.call('export.picture', psd), await client.call('export.picture', psd)].map(
    ({ path }) => path!,
  );
  expect(new Set(paths).size).toBe(2);
  for (const path of paths) expect(readFileSync(path).toString('latin1', 0, 4)).toBe('8BPS');

  // Closed; the host exited and restarted; reopened: everything is there.
  const before = await client.call('project.state', { projectId });
  const historyBefore = await client.call('project.history', { projectId });
  const rendersBefore = await client.call('renders.page', { projectId });
  await client.call('project.close', { projectId });
  await expect(client.call('project.state', { projectId })).rejects.toMatchObject({
    code: 'PROJECT_UNKNOWN',
  });
  client.close();
  expect(await serve.stop()).toBe(0);
  expect(serve.errors()).toBe('');
  serve = await startServe(environment);
  client = await TestClient.connect(serve.url);
  const [recent] = await client.call('project.recent');
  expect(recent).toMatchObject({ path: before.path, isThere: true });
  const again = await client.call('project.open', { path: before.path });
  expect(again).toEqual({ ...before, projectId: again.projectId, revision: 0 });
  expect(await client.call('project.history', { projectId: again.projectId })).toEqual(historyBefore);
  expect(await client.call('renders.page', { projectId: again.projectId })).toEqual(rendersBefore);
  expect(sha256(await client.download(render.result!))).toBe(render.result);
});

test('a killed host leaves no engine, and its project opens again', async () => {
  const { projectId, path } = await client.call('project.openSample');
  await client.call('renders.enqueue', { projectId });
  const progress = await client.until('render.progress', (told) => told.projectId === projectId);
  expect(progress.total).toBeGreaterThan(0);
  const { children } = await import('./process-tree.ts');
  const engines = children(serve.child.pid!);
  expect(engines.length).toBeGreaterThan(0);
  serve.child.kill('SIGKILL');
  await expect.poll(() => engines.filter(isAlive)).toEqual([]);
  client.close();
  serve = await startServe(environment);
  client = await TestClient.connect(serve.url);
  const again = await client.call('project.open', { path });
  expect(again.document.concepts).toHaveLength(2);
});
