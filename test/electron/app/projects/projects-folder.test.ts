/** Choosing where new projects are created: remembered for the next start, and refused if it cannot be used. */
import { existsSync, rmSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import type { Studio } from '../../../../electron/app/studio.ts';
import { temporaryFolder } from '../../inference/tiny-pack.ts';
import { serveEnvironment } from '../../serve/serve-process.ts';
import { testStudio } from '../studio-fixture.ts';

const window = { clientId: 'test' };

let root: string;
let environment: NodeJS.ProcessEnv;
let studio: Studio;
beforeEach(async () => {
  root = temporaryFolder();
  environment = { ...(await serveEnvironment(root)), PNPMIX_PROJECTS_DIR: '' };
  studio = await testStudio(root, {}, environment);
});
afterEach(async () => {
  await studio.close();
  rmSync(root, { recursive: true });
});

async function again(changed = environment): Promise<void> {
  await studio.close();
  studio = await testStudio(root, {}, changed);
}

test('new projects are created there at once and after the next start, and existing ones stay', async () => {
  const { handlers } = studio;
  const before = await handlers['project.create']({ name: 'One', overwrite: false }, window);
  const folder = join(root, 'disk two', 'projects');
  const changes: (string | null)[] = [];
  studio.listen(({ event, payload }) => {
    if (event === 'settings.changed') changes.push(payload.projectsFolder);
  });
  await handlers['app.setProjectsFolder']({ folder }, window);
  expect(changes).toEqual([folder]);
  expect(await handlers['app.info']({}, window)).toMatchObject({ projectsFolder: folder });
  const { path } = await handlers['project.create']({ name: 'Two', overwrite: false }, window);
  expect(dirname(path)).toBe(folder);
  expect(existsSync(before.path)).toBe(true);
  await again();
  expect(studio.projectsFolder()).toBe(folder);
  const known = await studio.handlers['project.recent']({}, window);
  expect(known.map((project) => project.path)).toEqual(expect.arrayContaining([before.path, path]));
});

test('a folder that cannot be used is refused, and nothing has changed', async () => {
  const { handlers } = studio;
  const before = await handlers['app.info']({}, window);
  expect(before.canChooseProjectsFolder).toBe(true);
  await expect(handlers['app.setProjectsFolder']({ folder: 'projects' }, window)).rejects.toMatchObject({
    code: 'PARAMETER_INVALID',
  });
  const file = join(root, 'file');
  writeFileSync(file, '');
  for (const folder of [file, join(file, 'below')]) {
    await expect(handlers['app.setProjectsFolder']({ folder }, window)).rejects.toMatchObject({
      code: 'FOLDER_UNWRITABLE',
    });
  }
  expect(await handlers['app.info']({}, window)).toEqual(before);
  expect((await handlers['settings.get']({}, window)).projectsFolder).toBeNull();
});

test('the environment is not overridden, neither by a choice nor by an earlier one', async () => {
  const folder = join(root, 'chosen');
  await studio.handlers['app.setProjectsFolder']({ folder }, window);
  const named = join(root, 'named');
  await again({ ...environment, PNPMIX_PROJECTS_DIR: named });
  expect(studio.projectsFolder()).toBe(named);
  expect(await studio.handlers['app.info']({}, window)).toMatchObject({ canChooseProjectsFolder: false });
  await expect(studio.handlers['app.setProjectsFolder']({ folder }, window)).rejects.toMatchObject({
    code: 'HOST_UNSUPPORTED',
  });
});
