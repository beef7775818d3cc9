/** A project with hundreds of renders: only those in view are in the page. */
import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { ProjectFile } from '../../electron/projects/project-file.ts';
import { pictureBytes, renderOf } from '../electron/projects/sample-render.ts';
import { sharedStudio } from './shared-studio.ts';
import { closeSheet } from './studio-page.ts';
import { t } from './texts.ts';

const RENDERS = 300;

const studio = sharedStudio({
  hasProjects: true,
  prepare: (root) => {
    const path = join(root, 'projects', 'Long.pnpmix');
    mkdirSync(join(root, 'projects'));
    const file = ProjectFile.create(path);
    const picture = file.putAsset(pictureBytes());
    for (let number = 0; number < RENDERS; number++) file.addRender(renderOf(picture));
    file.close();
    mkdirSync(join(root, 'settings'));
    writeFileSync(
      join(root, 'settings', 'recent-projects.json'),
      JSON.stringify({ version: 1, projects: [{ path, openedAtMs: 1 }] }),
    );
  },
});

it('keeps only the visible lines of the history in the page, and reaches the oldest by scrolling', async () => {
  const { page } = studio;
  await page.getByRole('button', { name: t('history.browse') }).click();
  await page.getByText(t('history.found_other', { count: RENDERS })).waitFor();
  const rows = page.locator('.history-row');
  await rows.first().waitFor();
  const sheet = page.locator('.sheet');
  const mostRows = async () => {
    const view = await sheet.evaluate(({ clientHeight, scrollHeight }) => ({ clientHeight, scrollHeight }));
    return { ...view, rows: await rows.count() };
  };
  const first = await mostRows();
  // Not even a fifth of them, though a window and a half is kept around the view.
  expect(first.rows).toBeLessThan(RENDERS / 5);
  const marks = () => rows.first().getByRole('checkbox').getAttribute('aria-label');
  const newest = await marks();
  // More pages are read as their end comes close.
  await expect
    .poll(async () => {
      await sheet.evaluate((element) => element.scrollTo(0, element.scrollHeight));
      const { clientHeight, scrollHeight, rows: count } = await mostRows();
      expect(count).toBeLessThan(RENDERS / 5);
      const columns = await page.locator('.render-line').first().locator('.history-row').count();
      const lines = Number(await page.locator('.render-line').last().getAttribute('data-index')) + 1;
      return { isAtEnd: lines >= RENDERS / columns, isLong: scrollHeight > 10 * clientHeight };
    })
    .toEqual({ isAtEnd: true, isLong: true });
  expect(await rows.count()).toBeGreaterThan(0);
  await sheet.evaluate((element) => element.scrollTo(0, 0));
  await expect.poll(marks).toBe(newest);
  await closeSheet(page);
  expect(studio.faults).toEqual([]);
});
