/** Projects from elsewhere, and from times when a clock was wrong: they open, or are refused and leave nothing. */
import { mkdirSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { basename, join } from 'node:path';
import SqliteDatabase from 'better-sqlite3';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import type { Studio } from '../../../../electron/app/studio.ts';
import type { CommandInput, CommandName, CommandOutput } from '../../../../electron/contract/commands.ts';
import { type ErrorCode, StudioError } from '../../../../electron/contract/errors.ts';
import { emptySceneDocument } from '../../../../electron/contract/scene-document.ts';
import { ProjectFile } from '../../../../electron/projects/project-file.ts';
import { temporaryFolder } from '../../inference/tiny-pack.ts';
import { pictureBytes, renderOf } from '../../projects/sample-render.ts';
import { callStudio, testStudio } from '../studio-fixture.ts';

let root: string;
let studio: Studio;

beforeAll(async () => {
  root = temporaryFolder();
  studio = await testStudio(root);
});
afterEach(async () => {
  for (const { projectId } of await call('project.listOpen', {})) await call('project.close', { projectId });
  rmSync(join(root, 'strange'), { recursive: true, force: true });
});
afterAll(async () => {
  await studio.close();
  rmSync(root, { recursive: true });
});

const call = <Name extends CommandName>(name: Name, input: CommandInput<Name>) =>
  callStudio(studio, name, input);

/** A command's result, or the code it is refused with; it is never an internal fault. */
async function outcome<Name extends CommandName>(
  name: Name,
  input: CommandInput<Name>,
): Promise<CommandOutput<Name> | ErrorCode> {
  try {
    return await call(name, input);
  } catch (error) {
    expect(error).toBeInstanceOf(StudioError);
    expect(error).not.toMatchObject({ code: 'INTERNAL' });
    return (error as StudioError).code;
  }
}

/** A project with a step to undo, a step to redo and two renders, changed by SQL. */
function strangeProject(sql: string): string {
  const folder = join(root, 'strange');
  mkdirSync(folder);
  const path = join(folder, 'strange.pnpmix');
  const project = ProjectFile.create(path);
  const picture = project.putAsset(pictureBytes());
  project.commit({ ...emptySceneDocument(), background: picture }, 'Background');
  project.commit({ ...emptySceneDocument(), prompt: 'more' }, 'Prompt');
  project.undo();
  project.addRender(renderOf(picture));
  const failure = { code: 'OUT_OF_MEMORY' as const, message: 'Too little memory.' };
  project.addRender(renderOf(picture, { result: null, failure, device: null, timingsMs: {} }));
  project.close();
  const database = new SqliteDatabase(path);
  database.pragma('ignore_check_constraints = ON');
  database.exec(sql);
  database.close();
  return path;
}

const EMOJI_400 = '😀'.repeat(200);

describe('invalid display-only values do not keep a project from opening', () => {
  it.each([
    ['no title', `UPDATE project SET title = ''`],
    ['a blank title', `UPDATE project SET title = '   '`],
    ['a title of nothing that can be seen', 'UPDATE project SET title = char(0)'],
    ['a title that is too long', `UPDATE project SET title = '${EMOJI_400}'`],
    ['no labels', `UPDATE history SET label = ''`],
    ['labels of nothing that can be seen', 'UPDATE history SET label = char(0, 32)'],
    ['labels that are too long', `UPDATE history SET label = '${EMOJI_400}'`],
    ['times before 1970', 'UPDATE history SET committed_at_ms = -1; UPDATE render SET created_at_ms = -9e15'],
    ...['8640000000000001', '253402300800000', '9007199254740991', '9223372036854775807'].map((time) => [
      `times at ${time}`,
      `UPDATE history SET committed_at_ms = ${time}; UPDATE project SET created_at_ms = ${time};
      UPDATE render SET created_at_ms = ${time}`,
    ]),
    ['a blank name of a render', `UPDATE render SET name = ' '`],
    ['a name of a render that is too long', `UPDATE render SET name = '${EMOJI_400}'`],
    ['a failure of a code that is not known', `UPDATE render SET failure_code = 'NEW' WHERE result IS NULL`],
    ['a failure without words', 'UPDATE render SET failure_message = NULL'],
    ['a failure of many words', 'UPDATE render SET failure_message = hex(zeroblob(5000))'],
    ['an endless render', 'UPDATE render SET total_ms = 9e999'],
    ['a render that took less than no time', 'UPDATE render SET total_ms = -1'],
  ])('%s', async (_, sql) => {
    const path = strangeProject(sql);
    const good = await call('project.create', { name: 'Good' });
    const { projectId, name, history, document } = await call('project.open', { path });
    expect(name).toMatch(/\S/);
    expect(history).toMatchObject({ undoLabel: expect.stringMatching(/\S/), redoLabel: expect.any(String) });
    expect((await call('project.listOpen', {})).map((state) => state.projectId)).toEqual([
      good.projectId,
      projectId,
    ]);
    expect((await call('project.history', { projectId })).entries).toHaveLength(3);
    expect((await call('renders.page', { projectId })).renders).toHaveLength(2);
    for (const order of ['newest', 'oldest', 'name', 'longest'] as const) {
      expect((await call('renders.find', { projectId, text: 'cat', order })).total).toBe(2);
    }
    const changed = await call('project.commit', { projectId, document, label: 'On' });
    expect(changed.history).toMatchObject({ position: 2, undoLabel: 'On' });
    const copy = await call('project.duplicate', { projectId });
    expect(copy.name).toMatch(/ copy$/);
    await call('project.rename', { projectId, name: 'Named' });
    expect((await call('project.state', { projectId })).name).toBe('Named');
  });
});

describe('a project with damaged content is refused with a code, and leaves nothing', () => {
  it.each([
    ['a document that is not JSON', `UPDATE history SET document = 'x'`],
    ['no row of its own', 'PRAGMA foreign_keys = OFF; DELETE FROM project'],
    ['a newer version', 'PRAGMA user_version = 99'],
  ])('%s', async (_, sql) => {
    const path = strangeProject(sql);
    const good = await call('project.create', { name: 'Good' });
    const before = await call('project.recent', {});
    expect(await outcome('project.open', { path })).toMatch(/^PROJECT_(INVALID|NEWER)$/);
    expect(await call('project.listOpen', {})).toEqual([good]);
    expect(await call('project.recent', {})).toEqual(before);
    expect(readdirSync(join(root, 'strange'))).toEqual(['strange.pnpmix']);
  });

  it.each([
    [
      'concepts that are texts',
      `UPDATE render SET request = json_set(request, '$.scene.concepts', json('["a{"]'))`,
    ],
    ['concepts that are a text', `UPDATE render SET request = json_set(request, '$.scene.concepts', 'a')`],
    ['a request that is not JSON', `UPDATE render SET request = '{'`],
    [
      'a prompt that is a list',
      `UPDATE render SET request = json_set(request, '$.scene.prompt', json('[1]'))`,
    ],
    ['details of another shape', `UPDATE render SET details = '[]'`],
    ['a sweep of another shape', `UPDATE render SET sweep = '{"alpha": 1}'`],
    ['an id that is none', `UPDATE render SET id = 'x' || sequence`],
    [
      'a picture that is none',
      `PRAGMA foreign_keys = OFF; UPDATE render SET result = 'x' WHERE result IS NOT NULL`,
    ],
    ['numbers beyond counting', 'UPDATE render SET sequence = sequence + 9007199254740990'],
  ])('its renders with %s', async (_, sql) => {
    const path = strangeProject(sql);
    const { projectId } = await call('project.open', { path });
    await outcome('renders.page', { projectId });
    for (const text of ['', 'cat']) await outcome('renders.find', { projectId, text });
    await outcome('project.history', { projectId });
    expect(await call('project.listOpen', {})).toHaveLength(1);
  });
});

it('a picture is read from a project that has it intact', async () => {
  const path = strangeProject(`UPDATE asset SET bytes = x'89504e470d0a1a0a'`);
  const bytes = pictureBytes();
  const own = join(root, 'strange', 'own.pnpmix');
  const file = ProjectFile.create(own);
  const asset = file.putAsset(bytes);
  file.close();
  const tampered = new SqliteDatabase(path);
  tampered.exec(`PRAGMA foreign_keys = OFF; UPDATE asset SET id = '${asset}'`);
  tampered.close();
  await call('project.open', { path });
  expect(() => studio.readAsset(asset)).toThrow(expect.objectContaining({ code: 'ASSET_INVALID' }));
  await call('project.open', { path: own });
  expect(studio.readAsset(asset)?.bytes).toEqual(bytes);
});

it('a wrong clock does not prevent saving', () => {
  const path = join(root, 'clock.pnpmix');
  for (const now of [-1, Date.UTC(1960, 0), 8.64e15 + 1, Number.MAX_SAFE_INTEGER, Number.NaN]) {
    const project = ProjectFile.create(path, { clock: () => now, overwrite: true });
    const picture = project.putAsset(pictureBytes());
    project.commit({ ...emptySceneDocument(), background: picture }, 'Background');
    const { id } = project.addRender(renderOf(picture));
    project.deleteRender(id);
    expect(project.render(id).deletedAtMs).toBeGreaterThanOrEqual(0);
    for (const { committedAtMs } of project.historyEntries()) {
      expect(new Date(committedAtMs).toISOString()).toMatch(/^\d{4}-/);
    }
    project.close();
  }
});

it('the list of recent projects accepts any time', async () => {
  const { path } = await call('project.create', { name: 'Good' });
  const names = readdirSync(root, { recursive: true, encoding: 'utf8' });
  const list = names.find((name) => basename(name) === 'recent-projects.json')!;
  writeFileSync(
    join(root, list),
    JSON.stringify({ version: 1, projects: [{ path, openedAtMs: Number.MAX_SAFE_INTEGER }] }),
  );
  expect((await call('project.recent', {}))[0]).toMatchObject({ path, openedAt: '9999-12-31T23:59:59.999Z' });
});
