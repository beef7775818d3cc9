/** Project commands on real files: create, copy, rename, undo, share, lock, recent, and what is refused. */
import { existsSync, mkdirSync, readdirSync, rmSync } from 'node:fs';
import { basename, dirname, join } from 'node:path';
import { expect, test, vi } from 'vitest';
import { StudioError } from '../../../../electron/contract/errors.ts';
import { ProjectFile } from '../../../../electron/projects/project-file.ts';
import { pictureBytes } from '../../projects/sample-render.ts';
import { callStudio, testStudio } from '../studio-fixture.ts';
import { studioForEachTest } from '../studio-for-each-test.ts';

const app = studioForEachTest();
const { call, events } = app;

test('a new project has the pack’s recommended parameters, and a name that every system accepts', async () => {
  const created = await call('project.create', { name: 'Cats: a study / 1' });
  expect(created).toMatchObject({
    name: 'Cats: a study / 1',
    revision: 0,
    history: { position: 0, length: 1 },
  });
  expect(created.path.startsWith(join(app.root, 'projects'))).toBe(true);
  expect(created.document.parameters.steps).toBe(3);
  const second = await call('project.create', { name: 'Cats: a study / 1' });
  expect(second.path).not.toBe(created.path);
  expect(second.name).toBe('Cats: a study / 1 2');
});

test('a sample begins its history, with the names of the window’s language', async () => {
  const names = { 'Tiny sample': '작은 샘플', 'my cat': '내 고양이', cat: '고양이' };
  const { name, history, document } = await call('project.openSample', { names });
  expect((await call('project.openSample', { names })).name).toBe('작은 샘플 2');
  expect([name, history]).toMatchObject(['작은 샘플', { position: 0, length: 1, undoLabel: null }]);
  expect(document.concepts.map((concept) => [concept.name, concept.phrase])).toEqual([
    ['my dog', 'dog'],
    ['내 고양이', '고양이'],
  ]);
});

test('a path that is taken, or is not a project’s, is refused', async () => {
  const path = join(app.root, 'mine.pnpmix');
  const { projectId } = await call('project.create', { name: 'Mine', path });
  await call('project.close', { projectId });
  await expect(call('project.create', { name: 'Mine', path })).rejects.toMatchObject({
    code: 'PROJECT_EXISTS',
  });
  expect((await call('project.create', { name: 'Other', path, overwrite: true })).name).toBe('Other');
  for (const wrong of ['mine.pnpmix', join(app.root, 'mine.txt'), '/etc/passwd', `${app.root}/a\0.pnpmix`]) {
    await expect(call('project.create', { name: 'Mine', path: wrong })).rejects.toMatchObject({
      code: 'PARAMETER_INVALID',
    });
  }
  await expect(call('project.open', { path: join(app.root, 'none.pnpmix') })).rejects.toMatchObject({
    code: 'PROJECT_MISSING',
  });
});

test('undo and redo cover every window’s changes, and each is announced', async () => {
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

test('a copy is independent; save as continues in the new file', async () => {
  const { projectId, path, document } = await call('project.create', { name: 'Original' });
  const copy = await call('project.duplicate', { projectId });
  expect(copy).toMatchObject({ name: 'Original copy' });
  expect((await call('project.duplicate', { projectId })).name).toBe('Original copy 2');
  await call('project.commit', {
    projectId: copy.projectId,
    document: { ...document, prompt: 'the copy’s' },
    label: 'Prompt',
  });
  expect((await call('project.state', { projectId })).document.prompt).toBe('');
  const elsewhere = join(app.root, 'elsewhere.pnpmix');
  const saved = await call('project.saveAs', { projectId, path: elsewhere });
  expect(saved).toMatchObject({ projectId, path: elsewhere });
  expect(existsSync(path)).toBe(true);
  expect((await call('project.rename', { projectId, name: 'Renamed' })).name).toBe('Renamed');
  await call('project.close', { projectId });
  expect((await call('project.open', { path: elsewhere })).name).toBe('Renamed');
});

test('a second host learns that a project is open, and may read it', async () => {
  const { path, projectId, document } = await call('project.create', { name: 'Shared' });
  const other = await testStudio(app.root, {}, app.environment);
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

test('a name of any length and script makes a project, a copy and a copy of that', async () => {
  const names = [
    ...Array.from({ length: 24 }, (_, index) => '가'.repeat(77 + index)),
    '👩‍👩‍👧‍👦'.repeat(9),
    'con',
    'e\u0301'.repeat(50),
  ];
  for (const name of names) {
    const { projectId, path } = await call('project.create', { name });
    expect(existsSync(path)).toBe(true);
    const again = await call('project.create', { name });
    expect(again.path).not.toBe(path);
    for (const id of [projectId, again.projectId]) await call('project.close', { projectId: id });
  }
  const long = await call('project.create', { name: '가'.repeat(100) });
  const copy = await call('project.duplicate', { projectId: long.projectId });
  const moved = await call('project.saveAs', { projectId: copy.projectId });
  expect(moved).toMatchObject({ projectId: copy.projectId, name: copy.name });
  expect(copy.name).toMatch(/^가{100} \d+ copy/);
  await expect(
    call('project.saveAs', { projectId: long.projectId, path: join(app.root, `${'가'.repeat(83)}.pnpmix`) }),
  ).rejects.toMatchObject({ code: 'PROJECT_UNWRITABLE', message: expect.stringContaining('shorter') });
});

test('a copy of a project with the longest possible title opens like any other', async () => {
  const path = join(app.root, 'long.pnpmix');
  for (const title of ['x'.repeat(200), 'x'.repeat(196), `${'x'.repeat(194)}😀${'x'.repeat(5)}`]) {
    ProjectFile.create(path, { title, overwrite: true }).close();
    const { projectId } = await call('project.open', { path });
    const copy = await call('project.duplicate', { projectId });
    expect(copy.name).toMatch(/^x{193,195} copy$/);
    for (const id of [projectId, copy.projectId]) await call('project.close', { projectId: id });
    expect((await call('project.open', { path: copy.path })).name).toBe(copy.name);
    await call('project.close', { projectId: (await call('project.listOpen', {}))[0]!.projectId });
  }
});

test('a copy that fails leaves nothing', async () => {
  const { projectId, path } = await call('project.create', { name: 'Original' });
  const taken = await call('project.create', { name: 'Taken' });
  for (const [to, code] of [
    [taken.path, 'PROJECT_BUSY'],
    [join(app.root, 'nowhere', 'a.pnpmix'), 'PROJECT_MISSING'],
    [`${path}.txt`, 'PARAMETER_INVALID'],
  ]) {
    await expect(call('project.duplicate', { projectId, path: to! })).rejects.toMatchObject({ code });
    await expect(call('project.saveAs', { projectId, path: to! })).rejects.toMatchObject({ code });
  }
  expect(await call('project.listOpen', {})).toHaveLength(2);
  expect(readdirSync(join(app.root, 'projects')).filter((name) => name.endsWith('.pnpmix'))).toHaveLength(2);
});

test('a copy is a job: listed, cancellable, and other commands are answered meanwhile', async () => {
  const { projectId, path } = await call('project.create', { name: 'Large' });
  await call('project.close', { projectId });
  const file = ProjectFile.open(path);
  for (let number = 0; number < 40; number++) file.putAsset(pictureBytes(1_000_000));
  file.close();
  const opened = await call('project.open', { path });
  const jobs = () => events.flatMap(({ event, payload }) => (event === 'job.changed' ? [payload] : []));
  const copying = call('project.duplicate', { projectId: opened.projectId });
  await expect.poll(() => jobs().find(({ progress }) => progress !== null)?.kind).toBe('copyProject');
  // The host answers and takes changes while it copies.
  await call('project.commit', {
    projectId: opened.projectId,
    document: { ...opened.document, prompt: 'meanwhile' },
    label: 'Prompt',
  });
  expect(jobs().at(-1)!.state).toBe('running');
  await copying;
  expect(jobs().at(-1)).toMatchObject({ state: 'done', result: { kind: 'projectCopied' } });

  events.length = 0;
  const moving = call('project.saveAs', { projectId: opened.projectId, path: join(app.root, 'b.pnpmix') });
  moving.catch(() => undefined);
  await expect(
    call('project.saveAs', { projectId: opened.projectId, path: join(app.root, 'c.pnpmix') }),
  ).rejects.toMatchObject({ code: 'PROJECT_BUSY' });
  for (const { jobId } of jobs()) await call('jobs.cancel', { jobId });
  await expect(moving).rejects.toMatchObject({ code: 'CANCELLED' });
  expect(existsSync(join(app.root, 'b.pnpmix'))).toBe(false);
  expect(await call('project.state', { projectId: opened.projectId })).toMatchObject({ path });
});

test('a project whose file has gone is saved under a new name, or put back, and continues', async () => {
  const { projectId, path, document } = await call('project.create', { name: 'Away' });
  const commit = (prompt: string) =>
    call('project.commit', { projectId, document: { ...document, prompt }, label: 'Prompt' });
  await commit('saved');
  rmSync(path);
  await expect(commit('refused')).rejects.toMatchObject({ code: 'PROJECT_MOVED' });
  expect((await call('project.saveAs', { projectId })).path).toBe(path);
  expect((await commit('on')).history).toMatchObject({ position: 2 });
  // Its folder has gone too: it continues in the projects folder.
  const elsewhere = join(app.root, 'elsewhere');
  mkdirSync(elsewhere);
  await call('project.saveAs', { projectId, path: join(elsewhere, 'a.pnpmix') });
  rmSync(elsewhere, { recursive: true });
  await expect(commit('refused')).rejects.toMatchObject({ code: 'PROJECT_MOVED' });
  const saved = await call('project.saveAs', { projectId });
  expect(dirname(saved.path)).toBe(join(app.root, 'projects'));
  expect((await commit('on')).history).toMatchObject({ position: 3 });
});

test('closing continues if one project cannot be closed, and reports every failure', async () => {
  // One after another: projects close in the order in which they were opened.
  const [first, second, third] = [
    await call('project.create', { name: 'First' }),
    await call('project.create', { name: 'Second' }),
    await call('project.create', { name: 'Third' }),
  ];
  const closeFile = ProjectFile.prototype.close;
  const close = vi.spyOn(ProjectFile.prototype, 'close').mockImplementation(function (this: ProjectFile) {
    closeFile.call(this);
    if (this.path !== second.path) throw new StudioError('DISK_FULL', `${this.path}: the disk is full.`);
  });
  const closing = app.studio.close();
  await expect(closing).rejects.toMatchObject({ code: 'DISK_FULL' });
  await expect(closing).rejects.toThrow(new RegExp(`${basename(first.path)}.*${basename(third.path)}`, 's'));
  close.mockRestore();
  for (const { path } of [first, second, third]) ProjectFile.open(path).close();
  await app.open();
});

test('recent projects come first, then the others in the folder; a missing file is reported', async () => {
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

test('an incomplete scene is refused with everything it lacks, before an engine is started', async () => {
  const { projectId } = await call('project.create', { name: 'Empty' });
  await expect(call('renders.enqueue', { projectId })).rejects.toMatchObject({
    code: 'DOCUMENT_INCOMPLETE',
    message: expect.stringMatching(/background.*concept/s),
  });
  expect(app.studio.enginePid()).toBeUndefined();
});

test('dialogs and licences: what the host lacks is reported, what it is made of is listed', async () => {
  await expect(call('dialog.openProject', {})).rejects.toMatchObject({ code: 'HOST_UNSUPPORTED' });
  const notices = await call('app.licences', {});
  expect(notices[0]).toMatchObject({ name: 'PnP-MIX Studio', licence: 'Apache-2.0' });
  expect(notices.map(({ name }) => name)).toEqual(
    expect.arrayContaining(['zod', 'ws', 'sharp', 'better-sqlite3']),
  );
  expect(notices.every(({ licence }) => licence !== '')).toBe(true);
});
