/**
 * Real disks: one that fills up, and a read-only one. They are small file systems in memory, which only root on Linux
 * may mount; elsewhere these tests are skipped.
 */
import { copyFileSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { StudioError } from '../../../electron/contract/errors.ts';
import { ProjectFile } from '../../../electron/projects/project-file.ts';
import { memoryDisk, remount } from '../foundation/files/memory-disk.ts';
import { createProject, documentWith, openProject, temporaryFolder, withCode } from './project-fixture.ts';
import { pictureBytes, renderOf } from './sample-render.ts';

/** The error of an action. */
function errorOf(action: () => unknown): StudioError {
  try {
    action();
  } catch (error) {
    if (error instanceof StudioError) return error;
    throw error;
  }
  throw new Error('nothing was thrown');
}

describe('a disk that fills up', () => {
  it('is reported, keeps everything committed, and works again when there is room', async (context) => {
    const disk = await memoryDisk('size=1m');
    if (disk === undefined) return context.skip();
    const path = join(disk, 'a.pnpmix');
    const project = createProject(path);
    let commits = 0;
    const commit = () => {
      const background = project.putAsset(pictureBytes(30_000));
      project.commit(documentWith({ background, prompt: `${commits + 1}` }), 'Background');
      commits++;
    };
    const full = errorOf(() => {
      for (;;) commit();
    });
    expect(full.code).toBe('DISK_FULL');
    expect(commits).toBeGreaterThan(5);
    // It stays full: small changes are refused one by one, or fit into what is left, and none is half done.
    const small = () => project.commit(documentWith({ prompt: `${commits + 1}` }), 'Prompt');
    const refused = errorOf(() => {
      for (;;) {
        small();
        commits++;
      }
    });
    expect(refused.code).toBe('DISK_FULL');
    expect(project.document().prompt).toBe(`${commits}`);
    expect(project.history().cursor).toBe(commits);
    await expect(project.saveCopy(join(disk, 'b.pnpmix'))).rejects.toThrow(withCode('DISK_FULL'));
    expect(() => createProject(join(disk, 'c.pnpmix'))).toThrow(withCode('DISK_FULL'));
    expect(readdirSync(disk).filter((name) => !name.startsWith('a.pnpmix'))).toEqual([]);

    remount(disk, 'size=8m');
    commit();
    project.verify();
    project.close();
    expect(readdirSync(disk)).toEqual(['a.pnpmix']);
    const again = openProject(path);
    expect(again.document().prompt).toBe(`${commits}`);
    again.verify();
  });

  it('allows closing even then, and the next opening folds in the rest of the log', async (context) => {
    const disk = await memoryDisk('size=1m');
    if (disk === undefined) return context.skip();
    const path = join(disk, 'a.pnpmix');
    const project = createProject(path);
    let commits = 0;
    errorOf(() => {
      for (;;) {
        project.commit(documentWith({ prompt: `${commits + 1}`.padEnd(2000, '.') }), 'Prompt');
        commits++;
      }
    });
    let closing: unknown;
    try {
      project.close();
    } catch (error) {
      closing = error;
    }
    if (closing !== undefined) expect(closing).toEqual(withCode('DISK_FULL'));
    remount(disk, 'size=8m');
    const again = openProject(path);
    expect(again.history().cursor).toBe(commits);
    again.verify();
    again.close();
    expect(readdirSync(disk)).toEqual(['a.pnpmix']);
  });
});

describe('a read-only disk', () => {
  it('is named as such; projects on it can be read and saved elsewhere', async (context) => {
    const disk = await memoryDisk('size=4m');
    if (disk === undefined) return context.skip();
    const elsewhere = await temporaryFolder();
    const path = join(disk, 'a.pnpmix');
    const project = createProject(path);
    const bytes = pictureBytes();
    const picture = project.putAsset(bytes);
    project.addRender(renderOf(picture));
    project.close();
    remount(disk, 'ro');
    expect(() => ProjectFile.open(path)).toThrow(withCode('PROJECT_UNWRITABLE', 'read-only'));
    expect(() => ProjectFile.create(join(disk, 'b.pnpmix'))).toThrow(withCode('PROJECT_UNWRITABLE', 'EROFS'));
    const reader = openProject(path, { readOnly: true });
    expect(reader.readAsset(picture).bytes).toEqual(bytes);
    expect(reader.renders().length).toBe(1);
    reader.verify();
    await expect(reader.saveCopy(join(disk, 'b.pnpmix'))).rejects.toThrow(withCode('PROJECT_UNWRITABLE'));
    await reader.saveCopy(join(elsewhere, 'b.pnpmix'));
    openProject(join(elsewhere, 'b.pnpmix')).verify();
  });

  it('loses nothing of a project that a crash left on it', async (context) => {
    const disk = await memoryDisk('size=4m');
    if (disk === undefined) return context.skip();
    const folder = await temporaryFolder();
    const open = createProject(join(folder, 'a.pnpmix'));
    open.commit(documentWith({ prompt: 'in the log' }), 'Prompt');
    for (const ending of ['', '-wal', '-shm']) {
      copyFileSync(join(folder, `a.pnpmix${ending}`), join(disk, `a.pnpmix${ending}`));
    }
    remount(disk, 'ro');
    const reader = openProject(join(disk, 'a.pnpmix'), { readOnly: true });
    expect(reader.document().prompt).toBe('in the log');
  });

  it('that becomes read-only while a project is open refuses changes and loses none', async (context) => {
    const disk = await memoryDisk('size=4m');
    if (disk === undefined) return context.skip();
    const path = join(disk, 'a.pnpmix');
    const project = createProject(path);
    project.commit(documentWith({ prompt: 'saved' }), 'Prompt');
    project.close();
    const reader = openProject(path, { readOnly: true });
    remount(disk, 'ro');
    expect(reader.document().prompt).toBe('saved');
    expect(() => ProjectFile.open(path)).toThrow(withCode('PROJECT_UNWRITABLE'));
  });
});
