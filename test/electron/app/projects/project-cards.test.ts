/** Projects that are not open: read for the start screen, and moved to the trash. */
import { existsSync, mkdtempSync, readdirSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import type { OpenProjects } from '../../../../electron/app/projects/open-projects.ts';
import { previewOf, trashProject } from '../../../../electron/app/projects/project-cards.ts';
import { ProjectFile } from '../../../../electron/projects/project-file.ts';

const nothingOpen = { findByPath: () => undefined } as unknown as OpenProjects;
const noPictures = { thumbnail: () => Promise.reject(new Error('There is no picture.')) };

let folder: string;
let path: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'pnpmix-cards-'));
  path = join(folder, 'beach.pnpmix');
  ProjectFile.create(path, { title: 'A day at the sea' }).close();
});
afterEach(() => rmSync(folder, { recursive: true, force: true }));

test('a project is read with its title, and stays as it is', async () => {
  const before = readdirSync(folder);
  expect(await previewOf(nothingOpen, path, noPictures)).toEqual({
    name: 'A day at the sea',
    renders: 0,
    picture: null,
  });
  expect(readdirSync(folder)).toEqual(before);
});

test('it goes to the system’s trash where there is one, else to a folder beside it, which keeps all', async () => {
  const trashed: string[] = [];
  await trashProject(nothingOpen, path, { trash: async (file) => void trashed.push(file) });
  expect(trashed).toEqual([path]);
  expect(await trashProject(nothingOpen, path, null)).toBe(join(folder, 'Trash', 'beach.pnpmix'));
  expect(existsSync(path)).toBe(false);
  ProjectFile.create(path).close();
  expect(await trashProject(nothingOpen, path, null)).toBe(join(folder, 'Trash', 'beach 2.pnpmix'));
});

test('one that another program has open, or that is gone, is refused', async () => {
  const open = ProjectFile.open(path);
  await expect(trashProject(nothingOpen, path, null)).rejects.toMatchObject({ code: 'PROJECT_BUSY' });
  open.close();
  await trashProject(nothingOpen, path, null);
  await expect(trashProject(nothingOpen, path, null)).rejects.toMatchObject({ code: 'PROJECT_MISSING' });
});
