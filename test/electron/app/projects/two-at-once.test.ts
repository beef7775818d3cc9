/** Commands on projects that meet: opening one that is being closed, copies and exports of the same name. */
import { spawnSync } from 'node:child_process';
import { existsSync, mkdirSync, readdirSync } from 'node:fs';
import filesystem from 'node:fs/promises';
import { syncBuiltinESMExports } from 'node:module';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import sharp from 'sharp';
import { afterEach, beforeEach, expect, onTestFinished, test, vi } from 'vitest';
import { UnfinishedExports } from '../../../../electron/app/exports/unfinished-exports.ts';
import { PackRegistry } from '../../../../electron/app/models/pack-registry.ts';
import { ProjectFile } from '../../../../electron/projects/project-file.ts';
import { PuppetStudio } from '../handlers/puppet-studio.ts';
import { rendered } from '../rendered.ts';

let host: PuppetStudio;
beforeEach(async () => {
  host = await PuppetStudio.start();
});
afterEach(() => host.close());

const noticeCodes = () =>
  host.events.flatMap(({ event, payload }) => (event === 'notice' ? [payload.notice.code] : []));

test('a project that is opened while it is being closed is opened again afterwards', async () => {
  const { projectId, path } = await host.call('project.openSample', {});
  await host.call('renders.enqueue', { projectId });
  const engine = await host.engineAtWork();
  const closing = [host.call('project.close', { projectId }), host.call('project.close', { projectId })];
  const opening = host.call('project.open', { path });
  engine.fail('CANCELLED');
  const again = await opening;
  await Promise.all(closing);
  expect(again.projectId).not.toBe(projectId);
  expect(await host.call('project.state', { projectId: again.projectId })).toMatchObject({ path });
});

test('what is begun in a project while it is being closed is cancelled with the rest', async () => {
  const { projectId, path } = await host.call('project.openSample', {});
  await host.call('renders.enqueue', { projectId });
  const engine = await host.engineAtWork();
  const closing = host.call('project.close', { projectId });
  await host.call('renders.enqueue', { projectId });
  engine.fail('CANCELLED');
  await closing;
  const again = await host.call('project.open', { path });
  const { renders } = await host.call('renders.page', { projectId: again.projectId });
  expect(renders.map(({ state }) => state)).toEqual(['cancelled', 'cancelled']);
  expect(noticeCodes()).toEqual([]);
});

test('a project that is open read-only and, later, to be changed is found as the latter, and trashed as both', async () => {
  const { projectId, path } = await host.call('project.create', { name: 'Twice' });
  await host.call('project.close', { projectId });
  await host.call('project.open', { path, readOnly: true });
  const writable = await host.call('project.open', { path });
  expect(await host.call('project.open', { path })).toMatchObject({
    projectId: writable.projectId,
    isReadOnly: false,
  });
  await host.call('project.trash', { path });
  expect([await host.call('project.listOpen', {}), existsSync(path)]).toEqual([[], false]);
});

test('the log of a crash goes to the trash with its project, not to the next one of that name', async () => {
  const path = join(host.root, 'crashed.pnpmix');
  const child = join(import.meta.dirname, '../../projects/change-and-die.ts');
  const [cursor] = JSON.parse(spawnSync(process.execPath, [child, path]).stdout.toString()) as [number];
  const { path: trashed } = await host.call('project.trash', { path });
  expect(readdirSync(host.root).filter((name) => name.startsWith('crashed'))).toEqual([]);
  const project = ProjectFile.open(trashed!, { readOnly: true });
  expect(project.history().cursor).toBe(cursor);
  project.verify();
  project.close();
});

test('two copies of a project that are made at once get different names', async () => {
  const { projectId } = await host.call('project.create', { name: 'One' });
  const duplicate = () => host.call('project.duplicate', { projectId });
  const copies = await Promise.all([duplicate(), duplicate()]);
  expect(copies.map(({ name }) => name).toSorted()).toEqual(['One copy', 'One copy 2']);
});

test('renders of one name that are exported to a folder at once are all there', async () => {
  const { projectId } = await host.call('project.openSample', {});
  const { renders } = await host.call('renders.enqueueVariations', { projectId, count: 2 });
  const picture = { create: { width: 8, height: 8, channels: 3, background: 'blue' } } as const;
  for (const { renderId } of renders) {
    const png = await sharp(picture).png().toBuffer();
    (await host.engineAtWork()).finish(rendered(png, 8, { device: 'cpu', name: 'puppet' }));
    await expect.poll(() => host.told(renderId)?.state).toBe('done');
    await host.call('renders.name', { projectId, renderId, name: 'Best' });
  }
  const folder = join(host.root, 'exports');
  mkdirSync(folder);
  const writing = vi.spyOn(UnfinishedExports.prototype, 'writing');
  writing.mockImplementationOnce(async function (this: UnfinishedExports, path, write) {
    await expect.poll(() => writing.mock.calls.length).toBe(2);
    await this.writing(path, write);
  });
  const files = await Promise.all(
    renders.map(({ renderId }) =>
      host.call('export.picture', { projectId, renderId, format: 'png', folder }),
    ),
  );
  writing.mockRestore();
  expect(readdirSync(folder)).toHaveLength(2);
  expect(new Set(files.map(({ path }) => path)).size).toBe(2);
  // The message names the files as they are.
  expect(files.map(({ fileName }) => fileName).toSorted()).toEqual(readdirSync(folder).toSorted());
});

test('folders of models that are added at once are all searched, in the order in which they were added', async () => {
  const folders = ['one', 'two', 'three'].map((name) => join(host.root, name));
  for (const folder of folders) mkdirSync(folder);
  // The disk knows of the first one last.
  const { stat } = filesystem;
  vi.spyOn(filesystem, 'stat').mockImplementation(async (...given) => {
    if (given[0] === folders[0]) await delay(50);
    return stat(...given);
  });
  syncBuiltinESMExports();
  onTestFinished(() => {
    vi.restoreAllMocks();
    syncBuiltinESMExports();
  });
  await Promise.all(folders.map((path) => host.call('library.add', { path })));
  expect((await host.call('settings.get', {})).modelPlaces).toEqual(folders);
});

test('of settings that are changed at once, the engine gets the last ones, and so do the windows', async () => {
  const folderOf = vi.spyOn(PackRegistry.prototype, 'folderOf');
  const { promise: slow, resolve: go } = Promise.withResolvers<void>();
  folderOf.mockImplementationOnce(async function (this: PackRegistry, packId) {
    await slow;
    return this.folderOf(packId);
  });
  const first = host.call('settings.set', { device: 'cpu' });
  await expect.poll(() => folderOf.mock.calls.length).toBe(1);
  const second = host.call('settings.set', { device: 'auto' });
  await expect.poll(async () => (await host.call('settings.get', {})).device).toBe('auto');
  await new Promise((resolve) => setTimeout(resolve, 50));
  go();
  await Promise.all([first, second]);
  folderOf.mockRestore();
  expect((await host.call('engine.status', {})).deviceChoice).toBe('auto');
  const told = host.events.flatMap(({ event, payload }) =>
    event === 'settings.changed' ? [payload.device] : [],
  );
  expect(told.at(-1)).toBe('auto');
});
