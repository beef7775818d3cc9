/** The commands on projects over real files: create, copy, rename, undo, share, lock, recent, and what is refused. */
import { existsSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import type { Studio } from '../../../../electron/app/studio.ts';
import type { CommandInput, CommandName } from '../../../../electron/contract/commands.ts';
import type { StudioEvent } from '../../../../electron/contract/events.ts';
import { temporaryFolder } from '../../inference/tiny-pack.ts';
import { serveEnvironment } from '../../serve/serve-process.ts';
import { callStudio, testStudio } from '../studio-fixture.ts';

let root: string;
let environment: NodeJS.ProcessEnv;
let studio: Studio;
let events: StudioEvent[];

beforeEach(async () => {
  root = temporaryFolder();
  environment = await serveEnvironment(root);
  studio = await testStudio(root, {}, environment);
  events = [];
  studio.listen((event) => events.push(event));
});
afterEach(async () => {
  await studio.close();
  rmSync(root, { recursive: true });
});

const call = <Name extends CommandName>(name: Name, input: CommandInput<Name>) =>
  callStudio(studio, name, input);

test('a new project begins with the pack’s recommendation, under a name that every system takes', async () => {
  const created = await call('project.create', { name: 'Cats: a study / 1' });
  expect(created).toMatchObject({
    name: 'Cats: a study / 1',
    revision: 0,
    history: { position: 0, length: 1 },
  });
  expect(created.path.startsWith(join(root, 'projects'))).toBe(true);
  expect(created.document.parameters.steps).toBe(3);
  const second = await call('project.create', { name: 'Cats: a study / 1' });
  expect(second.path).not.toBe(created.path);
});

test('a path that is taken, or is no project’s, is refused', async () => {
  const path = join(root, 'mine.pnpmix');
  const { projectId } = await call('project.create', { name: 'Mine', path });
  await call('project.close', { projectId });
  await expect(call('project.create', { name: 'Mine', path })).rejects.toMatchObject({
    code: 'PROJECT_EXISTS',
  });
  expect((await call('project.create', { name: 'Other', path, overwrite: true })).name).toBe('Other');
  for (const wrong of ['mine.pnpmix', join(root, 'mine.txt'), '/etc/passwd', `${root}/a\0.pnpmix`]) {
    await expect(call('project.create', { name: 'Mine', path: wrong })).rejects.toMatchObject({
      code: 'PARAMETER_INVALID',
    });
  }
  await expect(call('project.open', { path: join(root, 'none.pnpmix') })).rejects.toMatchObject({
    code: 'PROJECT_MISSING',
  });
});

test('undo and redo go through every window’s changes, and each is told', async () => {
  const { projectId, document } = await call('project.create', { name: 'Undo' });
  const prompts = ['one', 'two', 'three'];
  for (const prompt of prompts) {
    await call('project.commit', { projectId, document: { ...document, prompt }, label: `Prompt ${prompt}` });
  }
  expect((await call('project.undo', { projectId })).document.prompt).toBe('two');
  expect((await call('project.redo', { projectId })).document.prompt).toBe('three');
  const first = await call('project.goTo', { projectId, position: 1 });
  expect(first).toMatchObject({
    document: { prompt: 'one' },
    history: { redoLabel: 'Prompt two' },
    revision: 6,
  });
  const page = await call('project.history', { projectId, limit: 2 });
  expect(page).toMatchObject({ entries: [{ position: 3 }, { position: 2 }], hasMore: true });
  const rest = await call('project.history', { projectId, before: 2 });
  expect(rest.entries.map(({ position }) => position)).toEqual([1, 0]);
  expect(rest.hasMore).toBe(false);
  const told = events.flatMap(({ event, payload }) =>
    event === 'project.changed' ? [payload.revision] : [],
  );
  expect(told).toEqual([0, 1, 2, 3, 4, 5, 6]);
  await expect(call('project.goTo', { projectId, position: 99 })).rejects.toMatchObject({
    code: 'PARAMETER_INVALID',
  });
});

test('a copy goes its own way; save as goes on in the new file', async () => {
  const { projectId, path, document } = await call('project.create', { name: 'Original' });
  const copy = await call('project.duplicate', { projectId });
  expect(copy).toMatchObject({ name: 'Original copy' });
  await call('project.commit', {
    projectId: copy.projectId,
    document: { ...document, prompt: 'the copy’s' },
    label: 'Prompt',
  });
  expect((await call('project.state', { projectId })).document.prompt).toBe('');
  const elsewhere = join(root, 'elsewhere.pnpmix');
  const saved = await call('project.saveAs', { projectId, path: elsewhere });
  expect(saved).toMatchObject({ projectId, path: elsewhere });
  expect(existsSync(path)).toBe(true);
  expect((await call('project.rename', { projectId, name: 'Renamed' })).name).toBe('Renamed');
  await call('project.close', { projectId });
  expect((await call('project.open', { path: elsewhere })).name).toBe('Renamed');
});

test('a second host is told that a project is open, and may read it', async () => {
  const { path, projectId, document } = await call('project.create', { name: 'Shared' });
  const other = await testStudio(root, {}, environment);
  try {
    await expect(callStudio(other, 'project.open', { path })).rejects.toMatchObject({ code: 'PROJECT_BUSY' });
    const reading = await callStudio(other, 'project.open', { path, readOnly: true });
    expect(reading.isReadOnly).toBe(true);
    await expect(
      callStudio(other, 'project.commit', { projectId: reading.projectId, document, label: 'No' }),
    ).rejects.toMatchObject({ code: 'PROJECT_READ_ONLY' });
    await expect(
      callStudio(other, 'renders.enqueue', { projectId: reading.projectId }),
    ).rejects.toMatchObject({
      code: 'PROJECT_READ_ONLY',
    });
    // Two windows of one host share it.
    expect((await call('project.open', { path })).projectId).toBe(projectId);
  } finally {
    await other.close();
  }
});

test('recent projects come first, then the others of the folder; a file that is gone is said', async () => {
  const first = await call('project.create', { name: 'First' });
  const second = await call('project.create', { name: 'Second' });
  await call('project.close', { projectId: first.projectId });
  rmSync(first.path);
  await call('project.forgetRecent', { path: second.path });
  const listed = await call('project.recent', {});
  expect(listed.map(({ name, isThere, openedAt }) => [name, isThere, openedAt !== null])).toEqual([
    ['First', false, true],
    ['Second', true, false],
  ]);
});

test('an incomplete scene is refused with everything that it lacks, before an engine is started', async () => {
  const { projectId } = await call('project.create', { name: 'Empty' });
  await expect(call('renders.enqueue', { projectId })).rejects.toMatchObject({
    code: 'DOCUMENT_INCOMPLETE',
    message: expect.stringMatching(/background.*concept/s),
  });
  expect(studio.enginePid()).toBeUndefined();
});

test('dialogs and licences: what the host lacks is said, what it is made of is listed', async () => {
  await expect(call('dialog.openProject', {})).rejects.toMatchObject({ code: 'HOST_UNSUPPORTED' });
  const notices = await call('app.licences', {});
  expect(notices[0]).toMatchObject({ name: 'PnP-MIX Studio', licence: 'Apache-2.0' });
  expect(notices.map(({ name }) => name)).toEqual(
    expect.arrayContaining(['zod', 'ws', 'sharp', 'better-sqlite3']),
  );
  expect(notices.every(({ licence }) => licence !== '')).toBe(true);
});
