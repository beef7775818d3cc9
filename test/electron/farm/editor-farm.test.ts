/** The editor's host on a farm: renders there, next to those on this computer, and stores each once. */
import { cpSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import sharp from 'sharp';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { Studio } from '../../../electron/app/studio.ts';
import type { StudioEvent } from '../../../electron/contract/events.ts';
import type { RenderEngine } from '../../../electron/farm/render-engine.ts';
import { playedEngine as playedLocally } from '../app/played-engine.ts';
import { rendered } from '../app/rendered.ts';
import { callStudio, lastOfRender, testStudio } from '../app/studio-fixture.ts';
import { serveEnvironment } from '../serve/serve-process.ts';
import { hasRedis, useFarm } from './farm-fixture.ts';

const farm = useFarm();
let local: Uint8Array;
let remote: Uint8Array;
let events: StudioEvent[];
const open: Studio[] = [];
let environment: NodeJS.ProcessEnv | undefined;

beforeAll(async () => {
  const picture = (background: string) =>
    sharp({ create: { width: 8, height: 8, channels: 3, background } })
      .png()
      .toBuffer();
  [local, remote] = await Promise.all([picture('blue'), picture('red')]);
});
afterAll(async () => {
  for (const studio of open) await studio.close();
});

async function startStudio(): Promise<Studio> {
  events = [];
  const root = join(farm.root, 'home');
  const settings = join(root, 'settings');
  mkdirSync(settings, { recursive: true });
  const { url, keyFile } = farm.address;
  writeFileSync(
    join(settings, 'farms.json'),
    JSON.stringify({ version: 1, farms: [{ name: 'studio', url, keyFile }] }),
  );
  environment ??= await serveEnvironment(root);
  const studio = await testStudio(root, { launchEngine: playedLocally(local) }, environment);
  studio.listen((event) => events.push(event));
  open.push(studio);
  return studio;
}

/**
 * A worker's engine that returns the red picture.
 *
 * @param until awaited between its progress and its end
 */
function redEngine(until = Promise.resolve()): RenderEngine & { count: number } {
  const engine = {
    count: 0,
    run: (async ({ request }, { readAsset, onProgress }) => {
      engine.count++;
      if ((await readAsset(request.scene.background)) === null) throw new Error('no background');
      onProgress?.({ stage: 'blend', step: 1, total: 2 });
      await until;
      return rendered(remote, 8, { device: 'cuda', name: 'GPU' });
    }) as RenderEngine['run'],
  };
  return engine;
}

describe.skipIf(!hasRedis)('the editor', () => {
  test('renders on a farm on request or by default, and on this computer otherwise', async () => {
    const studio = await startStudio();
    const progressHeard = Promise.withResolvers<void>();
    studio.listen(({ event }) => event === 'render.progress' && progressHeard.resolve());
    const { worker } = await farm.worker(redEngine(progressHeard.promise), 'gpu-1');
    expect(await callStudio(studio, 'farms.list', {})).toMatchObject([
      { name: 'studio', server: farm.address.url, state: 'unused', workers: null },
    ]);
    expect(await callStudio(studio, 'farms.check', { name: 'studio' })).toMatchObject({
      state: 'connected',
      workers: 1,
    });
    const { projectId } = await callStudio(studio, 'project.openSample', {});
    await callStudio(studio, 'engine.start', {});
    const render = async (renderOn?: string | null) => {
      const { renderId } = await callStudio(studio, 'renders.enqueue', {
        projectId,
        ...(renderOn !== undefined && { renderOn }),
      });
      await expect.poll(() => lastOfRender(events, renderId)?.state).toMatch(/done|failed/);
      return callStudio(studio, 'renders.get', { projectId, renderId });
    };
    const onFarm = await render('studio');
    expect(onFarm).toMatchObject({ state: 'done', device: { name: 'GPU · gpu-1' } });
    expect(Buffer.from(studio.readAsset(onFarm.result!)!.bytes).equals(remote)).toBe(true);
    expect((await render()).device?.name).toBe('played');
    await callStudio(studio, 'settings.set', { renderOn: 'studio' });
    expect((await render()).device?.name).toBe('GPU · gpu-1');
    expect((await render(null)).device?.name).toBe('played');
    // It never moves to this computer by itself.
    expect(await render('nowhere')).toMatchObject({ state: 'failed', error: { code: 'FARM_UNKNOWN' } });
    await callStudio(studio, 'settings.set', { renderOn: null });

    const { sweepId, renders } = await callStudio(studio, 'sweep.enqueue', {
      projectId,
      x: { parameter: 'alpha', values: [0, 0.5] },
      y: { parameter: 'beta', values: [0, 1] },
      renderOn: 'studio',
    });
    const cells = renders.map(({ renderId }) => renderId);
    await expect
      .poll(() => cells.map((id) => lastOfRender(events, id)?.state))
      .toEqual(Array(4).fill('done'));
    expect((await callStudio(studio, 'sweep.newest', { projectId }))?.sweepId).toBe(sweepId);
    await worker.drain();
  });

  test('requests the renders of a killed host again, and stores each once', async () => {
    const studio = open.at(-1)!;
    const { projectId } = await callStudio(studio, 'project.openSample', {});
    const { renderId } = await callStudio(studio, 'renders.enqueue', { projectId, renderOn: 'studio' });
    const folder = join(farm.root, 'home', 'settings', 'farm-renders');
    await expect
      .poll(async () => (await callStudio(studio, 'queue.state', {})).entries[0]?.reason?.code)
      .toBe('FARM_WITHOUT_WORKERS');
    // Saved elsewhere meanwhile: the project goes on there, and its renders with it.
    const path = join(farm.root, 'home', 'elsewhere.pnpmix');
    await callStudio(studio, 'project.saveAs', { projectId, path });
    const notedPaths = () =>
      readdirSync(folder).map(
        (name) =>
          (JSON.parse(readFileSync(join(folder, name), 'utf8')) as { projectPath: string }).projectPath,
      );
    await expect.poll(notedPaths).toEqual([path]);
    // What a kill leaves: the render's journal entry, and its job on the farm.
    cpSync(folder, `${folder}-kept`, { recursive: true });
    await callStudio(studio, 'queue.cancel', { what: 'one', renderId, discard: true });
    await studio.close();
    expect(readdirSync(folder)).toEqual([]);
    cpSync(`${folder}-kept`, folder, { recursive: true });

    const again = await startStudio();
    const { projectId: reopened } = await callStudio(again, 'project.open', { path });
    await expect.poll(() => lastOfRender(events, renderId)?.state).toBe('queued');
    const engine = redEngine();
    const { worker } = await farm.worker(engine);
    await expect.poll(() => lastOfRender(events, renderId)?.state).toBe('done');
    expect(engine.count).toBe(1);
    await expect.poll(() => readdirSync(folder)).toEqual([]);

    // Killed between storing the result and deleting the entry.
    cpSync(`${folder}-kept`, folder, { recursive: true });
    await callStudio(again, 'project.close', { projectId: reopened });
    const { projectId: third } = await callStudio(again, 'project.open', { path });
    await expect.poll(() => readdirSync(folder)).toEqual([]);
    const { total } = await callStudio(again, 'renders.page', { projectId: third });
    expect([total, engine.count]).toEqual([1, 1]);
    await worker.drain();
  });
});
