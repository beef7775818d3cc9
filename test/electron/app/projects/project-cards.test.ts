/** Projects that are not open: read for the start screen, and moved to the trash. */
import { existsSync, mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import type { OpenProjects } from '../../../../electron/app/projects/open-projects.ts';
import {
  previewOf,
  RENDER_OF_SAMPLE,
  samplePictures,
  trashProject,
} from '../../../../electron/app/projects/project-cards.ts';
import { ProjectFile } from '../../../../electron/projects/project-file.ts';
import { makeTinyScene } from '../../inference/tiny-pack.ts';

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

test('a sample is shown with its background, and with its render if the pack has one', async () => {
  const scene = join(folder, 'scenes', 'two-concepts');
  await makeTinyScene(scene);
  const codec = { thumbnail: async (_: Uint8Array, name: string) => Buffer.from(name) };
  const before = Buffer.from('background.png');
  expect(await samplePictures(folder, codec)).toEqual([{ sample: 'replace', before, after: null }]);
  writeFileSync(join(scene, RENDER_OF_SAMPLE), '');
  const after = Buffer.from(RENDER_OF_SAMPLE);
  expect(await samplePictures(folder, codec)).toEqual([{ sample: 'replace', before, after }]);
});
