/** A broken project file never stops the editor: it opens another project, says so, and loses nothing. */
import { existsSync, mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import SqliteDatabase from 'better-sqlite3';
import type { Page } from 'playwright-core';
import { afterEach, expect, it } from 'vitest';
import { ProjectFile } from '../../electron/projects/project-file.ts';
import { LOW_PIXEL_RATIO } from './chromium.ts';
import { headerOf, keepFailure, openStudio, renderButton, type StudioPage, saved } from './studio-page.ts';
import { t } from './texts.ts';

let studio: StudioPage | undefined;
let busy: ProjectFile | undefined;

afterEach(async ({ task }) => {
  if (studio) await keepFailure(studio.page, task);
  await studio?.close();
  busy?.close();
  studio = undefined;
  busy = undefined;
});

const alertOf = (page: Page, name: string) =>
  page.getByRole('alert').filter({ hasText: t('project.cannotOpen', { name }) });
const projectShown = (page: Page) => headerOf(page);

it('opens the most recent project that it can, and says what is wrong with the others', async () => {
  studio = await openStudio({
    devicePixelRatio: LOW_PIXEL_RATIO,
    hasProjects: true,
    prepare: (root) => {
      const folder = join(root, 'projects');
      const names = ['damaged', 'newer', 'busy', 'good'];
      const paths = names.map((name) => join(folder, `${name}.pnpmix`));
      mkdirSync(folder);
      for (const path of paths) ProjectFile.create(path).close();
      writeFileSync(paths[0]!, '');
      const newer = new SqliteDatabase(paths[1]!);
      newer.pragma('user_version = 99');
      newer.close();
      busy = ProjectFile.open(paths[2]!);
      mkdirSync(join(root, 'settings'));
      writeFileSync(
        join(root, 'settings', 'recent-projects.json'),
        JSON.stringify({ version: 1, projects: paths.map((path, at) => ({ path, openedAtMs: 9000 - at })) }),
      );
    },
  });
  const { page } = studio;
  await projectShown(page).getByText('good').waitFor();

  const damaged = alertOf(page, 'damaged');
  await damaged.getByText('not a project file').waitFor();
  expect(await damaged.getByRole('button', { name: t('project.openReadOnly') }).count()).toBe(0);
  await damaged.getByRole('button', { name: t('project.forget') }).click();

  const newer = alertOf(page, 'newer');
  await newer.getByText('written by a newer version').waitFor();
  await newer.getByRole('button', { name: t('app.close') }).click();

  const taken = alertOf(page, 'busy');
  await taken.getByText('open in another window or program').waitFor();
  await taken.getByRole('button', { name: t('project.openReadOnly') }).click();
  await projectShown(page).getByText('busy').waitFor();
  await expect.poll(() => page.getByRole('alert').count()).toBe(0);

  // The damaged one is no longer in the list of recent projects; its file is unchanged.
  const recent = JSON.parse(
    readFileSync(join(studio.folders.root, 'settings', 'recent-projects.json'), 'utf8'),
  );
  expect(recent.projects.map(({ path }: { path: string }) => path)).not.toContain(
    join(studio.folders.projects, 'damaged.pnpmix'),
  );
  expect(existsSync(join(studio.folders.projects, 'damaged.pnpmix'))).toBe(true);
  await page.reload();
  await renderButton(page).waitFor();
  await projectShown(page).getByText('busy').waitFor();
});

it('opens the sample if the folder contains a broken file; a deleted file costs no change', async () => {
  studio = await openStudio({
    devicePixelRatio: LOW_PIXEL_RATIO,
    hasProjects: true,
    prepare: (root) => {
      mkdirSync(join(root, 'projects'));
      writeFileSync(join(root, 'projects', 'broken.pnpmix'), 'broken');
    },
  });
  const { page, folders } = studio;
  await alertOf(page, 'broken')
    .getByRole('button', { name: t('app.close') })
    .click();
  const sample = readdirSync(folders.projects).find(
    (name) => name.endsWith('.pnpmix') && name !== 'broken.pnpmix',
  )!;
  const path = join(folders.projects, sample);
  const steps = page.getByRole('textbox', { name: t('parameters.steps.name') });
  const setSteps = async (count: number) => {
    await steps.fill(`${count}`);
    await steps.press('Enter');
  };
  await setSteps(7);
  await saved(page);

  rmSync(path);
  await setSteps(8);
  const moved = page.getByRole('alert').filter({ hasText: 'was moved, deleted or replaced' });
  await moved.waitFor();
  await setSteps(9);
  await moved.getByText('2 changes wait').waitFor();
  await moved.getByRole('button', { name: t('project.saveUnderName') }).click();
  await moved.waitFor({ state: 'detached' });
  await saved(page);
  const project = ProjectFile.open(path, { readOnly: true });
  try {
    expect(project.document().parameters.steps).toBe(9);
    expect(project.historyEntries()).toHaveLength(project.history().cursor + 1);
    project.verify();
  } finally {
    project.close();
  }
  await page.keyboard.press('Control+z');
  await expect.poll(() => steps.inputValue()).toBe('8');
});
