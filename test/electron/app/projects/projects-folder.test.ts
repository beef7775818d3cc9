/** Choosing where new projects are created: remembered for the next start, and refused if it cannot be used. */
import { existsSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { expect, test } from 'vitest';
import { studioForEachTest } from '../studio-for-each-test.ts';

const window = { clientId: 'test' };

const app = studioForEachTest({}, (environment) => {
  environment.PNPMIX_PROJECTS_DIR = '';
});

async function again(changed?: NodeJS.ProcessEnv): Promise<void> {
  await app.studio.close();
  await app.open(changed);
}

test('new projects are created there at once and after the next start, and existing ones stay', async () => {
  const { handlers } = app.studio;
  const before = await handlers['project.create']({ name: 'One', overwrite: false }, window);
  const folder = join(app.root, 'disk two', 'projects');
  const changes: (string | null)[] = [];
  app.studio.listen(({ event, payload }) => {
    if (event === 'settings.changed') changes.push(payload.projectsFolder);
  });
  await handlers['app.setProjectsFolder']({ folder }, window);
  expect(changes).toEqual([folder]);
  expect(await handlers['app.info']({}, window)).toMatchObject({ projectsFolder: folder });
  const { path } = await handlers['project.create']({ name: 'Two', overwrite: false }, window);
  expect(dirname(path)).toBe(folder);
  expect(existsSync(before.path)).toBe(true);
  await again();
  expect(app.studio.projectsFolder()).toBe(folder);
  const known = await app.studio.handlers['project.recent']({}, window);
  expect(known.map((project) => project.path)).toEqual(expect.arrayContaining([before.path, path]));
});

test('a folder that cannot be used is refused, and nothing has changed', async () => {
  const { handlers } = app.studio;
  const before = await handlers['app.info']({}, window);
  expect(before.canChooseProjectsFolder).toBe(true);
  await expect(handlers['app.setProjectsFolder']({ folder: 'projects' }, window)).rejects.toMatchObject({
    code: 'PARAMETER_INVALID',
  });
  const file = join(app.root, 'file');
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
  const folder = join(app.root, 'chosen');
  await app.studio.handlers['app.setProjectsFolder']({ folder }, window);
  const named = join(app.root, 'named');
  await again({ ...app.environment, PNPMIX_PROJECTS_DIR: named });
  expect(app.studio.projectsFolder()).toBe(named);
  expect(await app.studio.handlers['app.info']({}, window)).toMatchObject({ canChooseProjectsFolder: false });
  await expect(app.studio.handlers['app.setProjectsFolder']({ folder }, window)).rejects.toMatchObject({
    code: 'HOST_UNSUPPORTED',
  });
});
