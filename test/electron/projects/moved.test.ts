/**
 * The file of an open project is moved, deleted or replaced: nothing is acknowledged that is not stored, acknowledged
 * changes stay with the file, and everything can be saved under a new name.
 */
import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { copyFileSync, existsSync, readdirSync, renameSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';
import { describe, expect, it, onTestFinished, vi } from 'vitest';
import { ProjectFile } from '../../../electron/projects/project-file.ts';
import { createProject, documentWith, openProject, temporaryFolder, withCode } from './project-fixture.ts';
import { pictureBytes, renderOf } from './sample-render.ts';

const MOVED = withCode('PROJECT_MOVED', 'save it under a name');

const disasters: [string, (path: string) => void][] = [
  ['deleted', (path) => rmSync(path)],
  ['renamed', (path) => renameSync(path, path.replace('a.pnpmix', 'renamed.pnpmix'))],
  [
    'replaced by a copy of itself',
    (path) => {
      copyFileSync(path, `${path}.new`);
      renameSync(`${path}.new`, path);
    },
  ],
  [
    'replaced by something else',
    (path) => {
      writeFileSync(`${path}.new`, 'not a project');
      renameSync(`${path}.new`, path);
    },
  ],
];

describe.each(disasters)('a project that was %s while it was open', (_, happen) => {
  it('accepts no change, and says so', async () => {
    const path = join(await temporaryFolder(), 'a.pnpmix');
    const project = createProject(path);
    const picture = project.putAsset(pictureBytes());
    const { id } = project.addRender(renderOf(picture));
    project.commit(documentWith({ prompt: 'saved' }), 'Prompt');
    expect(project.isInPlace).toBe(true);
    happen(path);
    expect(project.isInPlace).toBe(false);
    expect(() => project.commit(documentWith({ prompt: 'lost' }), 'Prompt')).toThrow(MOVED);
    expect(() => project.putAsset(pictureBytes())).toThrow(MOVED);
    expect(() => project.addRender(renderOf(picture))).toThrow(MOVED);
    expect(() => project.changeRender(id, { isStarred: true })).toThrow(MOVED);
    expect(() => project.undo()).toThrow(MOVED);
    expect(() => project.rename('Other')).toThrow(MOVED);
    expect(() => project.compact()).toThrow(MOVED);
    expect(project.document().prompt).toBe('saved');
    expect(project.readAsset(picture).bytes.length).toBeGreaterThan(0);
    project.close();
  });

  it('refuses the change during which it happens', async () => {
    const path = join(await temporaryFolder(), 'a.pnpmix');
    const project = createProject(path);
    const change = () =>
      project.atomically(() => {
        project.commit(documentWith({ prompt: 'lost' }), 'Prompt');
        happen(path);
      });
    expect(change).toThrow(MOVED);
    expect(project.document().prompt).toBe('');
  });

  it('continues under another name with everything', async () => {
    const folder = await temporaryFolder();
    const path = join(folder, 'a.pnpmix');
    const project = createProject(path);
    const bytes = pictureBytes(100_000);
    const picture = project.putAsset(bytes);
    project.commit(documentWith({ background: picture, prompt: 'saved' }), 'Prompt');
    happen(path);
    expect(() => project.undo()).toThrow(MOVED);
    await project.saveAs(join(folder, 'b.pnpmix'));
    project.commit(documentWith({ background: picture, prompt: 'on' }), 'Prompt');
    expect(project.readAsset(picture).bytes).toEqual(bytes);
    expect(project.historyEntries()).toHaveLength(3);
    project.verify();
    project.close();
    const left = readdirSync(folder).filter((name) => !name.endsWith('.pnpmix'));
    expect(left).toEqual([]);
  });

  it('can be put back in its place', async () => {
    const folder = await temporaryFolder();
    const path = join(folder, 'a.pnpmix');
    const project = createProject(path);
    for (let step = 0; step < 20; step++) project.commit(documentWith({ prompt: `${step}` }), 'Prompt');
    happen(path);
    if (existsSync(path)) await expect(project.saveAs(path)).rejects.toThrow(withCode('PROJECT_EXISTS'));
    await project.saveAs(path, { overwrite: true });
    project.commit(documentWith({ prompt: 'on' }), 'Prompt');
    expect(() => ProjectFile.open(path)).toThrow(withCode('PROJECT_BUSY'));
    project.close();
    const opened = openProject(path);
    expect(opened.history()).toMatchObject({ cursor: 21, length: 22 });
    opened.verify();
    opened.close();
    expect(readdirSync(folder).filter((name) => !name.endsWith('.pnpmix'))).toEqual([]);
  });
});

it('a project that comes back to its place continues', async () => {
  const path = join(await temporaryFolder(), 'a.pnpmix');
  const project = createProject(path);
  renameSync(path, `${path}.away`);
  expect(() => project.commit(documentWith({ prompt: 'later' }), 'Prompt')).toThrow(MOVED);
  renameSync(`${path}.away`, path);
  project.commit(documentWith({ prompt: 'later' }), 'Prompt');
  project.close();
  expect(openProject(path).document().prompt).toBe('later');
});

it('the file itself has every commit when it returns; the log is emptied when it is idle', async () => {
  vi.useFakeTimers();
  onTestFinished(() => void vi.useRealTimers());
  const folder = await temporaryFolder();
  const path = join(folder, 'a.pnpmix');
  const project = createProject(path);
  for (let step = 1; step <= 3; step++) {
    project.commit(documentWith({ prompt: `${step}` }), 'Prompt');
    const copy = join(folder, `${step}.pnpmix`);
    copyFileSync(path, copy);
    const copied = openProject(copy, { readOnly: true });
    expect(copied.document().prompt).toBe(`${step}`);
    copied.close();
  }
  project.putAsset(pictureBytes(5_000_000));
  expect(statSync(`${path}-wal`).size).toBeGreaterThan(5_000_000);
  vi.advanceTimersByTime(60_000);
  expect(statSync(`${path}-wal`).size).toBe(0);
  project.commit(documentWith({ prompt: 'on' }), 'Prompt');
});

/** Commits until it is killed: one line on standard output for each commit that has returned. */
async function committer(path: string): Promise<{ child: ChildProcess; committed: () => number }> {
  const script = fileURLToPath(new URL('./commit-in-child.ts', import.meta.url));
  const child = spawn(process.execPath, ['--no-warnings', script], { stdio: ['pipe', 'pipe', 'inherit'] });
  onTestFinished(() => void child.kill('SIGKILL'));
  let committed = 0;
  createInterface({ input: child.stdout }).on('line', (line) => {
    const [what, count] = line.split(' ');
    if (what === 'commit') committed = Number(count);
  });
  child.stdin.write(`${path}\t${path}.copy.pnpmix\n`);
  return { child, committed: () => committed };
}

it('renamed and killed: nothing acknowledged is lost, and nothing is left over', async () => {
  const folder = await temporaryFolder();
  const [path, renamed] = [join(folder, 'a.pnpmix'), join(folder, 'renamed.pnpmix')];
  ProjectFile.create(path).close();
  const { child, committed } = await committer(path);
  await vi.waitFor(() => expect(committed()).toBeGreaterThanOrEqual(20), { timeout: 300_000 });
  // It keeps committing all the while.
  renameSync(path, renamed);
  child.kill('SIGKILL');
  await once(child, 'close');
  const project = openProject(renamed);
  expect(project.history().cursor).toBeGreaterThanOrEqual(committed());
  project.verify();
  project.close();
});
