/** Copies of projects, and read-only projects. */
import { existsSync, readdirSync } from 'node:fs';
import { copyFile, mkdir, symlink, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import SqliteDatabase, { type Database } from 'better-sqlite3';
import { describe, expect, it, vi } from 'vitest';
import { StudioError } from '../../../electron/contract/errors.ts';
import { ProjectConnection } from '../../../electron/projects/project-connection.ts';
import { ProjectFile } from '../../../electron/projects/project-file.ts';
import { createProject, documentWith, openProject, temporaryFolder, withCode } from './project-fixture.ts';
import { pictureBytes, renderOf } from './sample-render.ts';

it('a closed project says that it is closed, whatever is asked of it', async () => {
  const project = createProject(join(await temporaryFolder(), 'a.pnpmix'));
  project.close();
  const closed = withCode('PROJECT_UNKNOWN');
  expect(() => project.document()).toThrow(closed);
  expect(() => project.rename('b')).toThrow(closed);
  expect(() => project.atomically(() => undefined)).toThrow(closed);
  expect(() => project.compact()).toThrow(closed);
  await expect(project.saveCopy(`${project.path}.copy.pnpmix`)).rejects.toThrow(closed);
});

it('a name too long for the disk is refused as often as it is tried, and leaves nothing', async () => {
  const folder = await temporaryFolder();
  const long = join(folder, `${'한'.repeat(78)}.pnpmix`);
  for (let attempt = 0; attempt < 2; attempt++) {
    expect(() => createProject(long)).toThrow(withCode('PROJECT_UNWRITABLE'));
    expect(readdirSync(folder)).toEqual([]);
  }
});

describe('copies', () => {
  it('save as continues in the new file and leaves the old one intact', async () => {
    const folder = await temporaryFolder();
    const [from, to] = [join(folder, 'from.pnpmix'), join(folder, 'to.pnpmix')];
    const project = createProject(from);
    const picture = project.putAsset(pictureBytes());
    project.commit(documentWith({ background: picture }), 'Background');
    await project.saveAs(to);
    expect(project.path).toBe(to);
    project.commit(documentWith({ prompt: 'only in the copy' }), 'Prompt');
    project.close();
    expect(readdirSync(folder).sort()).toEqual(['from.pnpmix', 'to.pnpmix']);
    expect(openProject(from).document()).toEqual(documentWith({ background: picture }));
    const labels = openProject(to)
      .historyEntries()
      .map(({ label }) => label);
    expect(labels).toEqual(['New project', 'Background', 'Prompt']);
  });

  it('save as goes on in the new file for whoever holds the project, also when the old disk is full', async () => {
    const folder = await temporaryFolder();
    const [from, to] = [join(folder, 'from.pnpmix'), join(folder, 'to.pnpmix')];
    const project = createProject(from);
    const close = vi.spyOn(ProjectConnection.prototype, 'close').mockImplementationOnce(() => {
      project.commit(documentWith({ prompt: 'in the new one' }), 'Prompt');
      throw new StudioError('DISK_FULL', 'The log could not be merged.');
    });
    await project.saveAs(to);
    (close.mock.contexts[0] as ProjectConnection).close();
    close.mockRestore();
    expect([project.path, project.document().prompt]).toEqual([to, 'in the new one']);
    project.close();
    expect(openProject(from).history().length).toBe(1);
    expect(openProject(to).history().length).toBe(2);
  });

  it('are not made any more once the project is closed, even after the last page', async () => {
    const folder = await temporaryFolder();
    const project = createProject(join(folder, 'from.pnpmix'));
    const { backup } = SqliteDatabase.prototype;
    vi.spyOn(SqliteDatabase.prototype, 'backup').mockImplementationOnce(async function (
      this: Database,
      ...to
    ) {
      const done = await backup.apply(this, to);
      project.close();
      return done;
    });
    await expect(project.saveAs(join(folder, 'to.pnpmix'))).rejects.toThrow(withCode('CANCELLED'));
    expect(readdirSync(folder)).toEqual(['from.pnpmix']);
  });

  it('replace another project only on request, and never an open one', async () => {
    const folder = await temporaryFolder();
    const [from, to] = [join(folder, 'from.pnpmix'), join(folder, 'to.pnpmix')];
    const project = createProject(from);
    project.commit(documentWith({ prompt: 'mine' }), 'Prompt');
    const other = createProject(to);
    await expect(project.saveCopy(to, { overwrite: true })).rejects.toThrow(withCode('PROJECT_BUSY'));
    await expect(project.saveCopy(from, { overwrite: true })).rejects.toThrow(withCode('PROJECT_BUSY'));
    other.close();
    await expect(project.saveCopy(to)).rejects.toThrow(withCode('PROJECT_EXISTS'));
    await project.saveCopy(to, { overwrite: true });
    expect(openProject(to).document().prompt).toBe('mine');
    await writeFile(join(folder, 'text.pnpmix'), 'not a project');
    await project.saveCopy(join(folder, 'text.pnpmix'), { overwrite: true });
    expect(openProject(join(folder, 'text.pnpmix')).document().prompt).toBe('mine');
  });

  it('do not adopt the log that a crash left next to what they replace', async () => {
    const folder = await temporaryFolder();
    const [from, crashed] = [join(folder, 'from.pnpmix'), join(folder, 'crashed.pnpmix')];
    const open = createProject(join(folder, 'open.pnpmix'));
    open.commit(documentWith({ prompt: 'in the log' }), 'Prompt');
    for (const ending of ['', '-wal']) {
      await copyFile(join(folder, `open.pnpmix${ending}`), `${crashed}${ending}`);
    }
    const project = createProject(from);
    project.commit(documentWith({ prompt: 'mine' }), 'Prompt');
    await project.saveCopy(crashed, { overwrite: true });
    expect(existsSync(`${crashed}-wal`)).toBe(false);
    const copy = openProject(crashed);
    expect(copy.wasRecovered).toBe(false);
    expect(copy.document().prompt).toBe('mine');
    copy.verify();
  });
});

describe('read-only', () => {
  it('sees another’s commits, changes nothing, and can be saved elsewhere', async () => {
    const folder = await temporaryFolder();
    const path = join(folder, 'a.pnpmix');
    const writer = createProject(path);
    expect(() => ProjectFile.open(path)).toThrow(withCode('PROJECT_BUSY', 'read-only'));
    const reader = openProject(path, { readOnly: true });
    const picture = writer.putAsset(pictureBytes());
    writer.commit(documentWith({ prompt: 'new' }), 'Prompt');
    expect(reader.document().prompt).toBe('new');
    const refused = withCode('PROJECT_READ_ONLY');
    expect(() => reader.commit(documentWith(), 'Prompt')).toThrow(refused);
    expect(() => reader.undo()).toThrow(refused);
    expect(() => reader.putAsset(pictureBytes())).toThrow(refused);
    expect(() => reader.addRender(renderOf(picture))).toThrow(refused);
    expect(() => reader.compact()).toThrow(refused);
    expect(() => reader.atomically(() => 0)).toThrow(refused);
    await reader.saveCopy(join(folder, 'copy.pnpmix'));
    const copy = openProject(join(folder, 'copy.pnpmix'));
    expect(copy.document().prompt).toBe('new');
    copy.close();

    // The writer closes while the reader is still open: nothing is lost, and the next one cleans up.
    writer.commit(documentWith({ prompt: 'last' }), 'Prompt');
    writer.close();
    expect(reader.document().prompt).toBe('last');
    reader.close();
    const again = openProject(path);
    expect(again.wasRecovered).toBe(false);
    expect(again.document().prompt).toBe('last');
    again.close();
    expect(readdirSync(folder).sort()).toEqual(['a.pnpmix', 'copy.pnpmix']);
  });

  it('has one lock for all names of a file', async () => {
    const folder = await temporaryFolder();
    const path = join(folder, 'a.pnpmix');
    createProject(path);
    await symlink(path, join(folder, 'b.pnpmix'));
    await mkdir(join(folder, 'sub'));
    await symlink(folder, join(folder, 'sub', 'link'));
    for (const name of ['b.pnpmix', 'sub/link/a.pnpmix', 'sub/../a.pnpmix']) {
      expect(() => ProjectFile.open(join(folder, name))).toThrow(withCode('PROJECT_BUSY'));
    }
  });
});
