/** An exported picture dropped on the window brings its scene back; any other picture is taken as a picture. */
import { readFile } from 'node:fs/promises';
import { expect, it } from 'vitest';
import { samplePicture } from './sample-pack.ts';
import { sharedStudio } from './shared-studio.ts';
import { dropPicture, saved, screenshot } from './studio-page.ts';

const studio = sharedStudio();
let exported: Buffer;

function alphaOfDog() {
  return studio.page.getByRole('textbox', { name: 'Appearance strength (α)', exact: true });
}

it('restores alpha, as one step of the history', async () => {
  const { page } = studio;
  await page
    .getByRole('banner')
    .getByRole('button', { name: /^Render/ })
    .click();
  await page.locator('.frame img').waitFor();
  await page.getByRole('button', { name: /^Show Render of/ }).click();
  const download = page.waitForEvent('download');
  await page.getByRole('button', { name: 'Export PNG' }).click();
  exported = await readFile(await (await download).path());

  await page.getByRole('button', { name: 'Edit scene' }).click();
  await page.getByRole('button', { name: 'Edit my dog' }).click();
  const before = await alphaOfDog().inputValue();
  await alphaOfDog().fill('0.7');
  await alphaOfDog().press('Enter');
  await saved(page);

  await dropPicture(page, 'result.png', exported);
  await expect.poll(() => alphaOfDog().inputValue()).toBe(before);
  const notice = page.getByRole('alert').filter({ hasText: 'Restored the scene of result.png' });
  await notice.getByText('All 6 of its images were found.').waitFor();
  await screenshot(page, 'restored');
  expect(await page.getByRole('button', { name: /^Edit my / }).count()).toBe(2);
  await saved(page);
  await page.keyboard.press('Control+z');
  await expect.poll(() => alphaOfDog().inputValue()).toBe('0.7');
  await page.keyboard.press('Control+Shift+z');
  await expect.poll(() => alphaOfDog().inputValue()).toBe(before);
});

it('restores the whole scene in an empty project, its pictures from the project that has them', async () => {
  const { page } = studio;
  await page.getByRole('button', { name: 'Two things in a meadow' }).click();
  await page.getByRole('menuitem', { name: 'Projects' }).click();
  await page.getByRole('textbox', { name: 'New project' }).fill('Another');
  await page.getByRole('button', { name: 'Create' }).click();
  await page.getByRole('heading', { name: 'Start with a background' }).waitFor();
  await dropPicture(page, 'result.png', exported);
  await page.getByRole('img', { name: 'Scene background' }).waitFor();
  await page.getByRole('button', { name: 'Edit my dog' }).waitFor();
  await page.getByText('Ready to render.').waitFor();
});

it('takes any other picture as a concept', async () => {
  const { page } = studio;
  await dropPicture(page, 'rabbit.png', await samplePicture('cat.png'));
  await page.getByRole('button', { name: 'Edit rabbit' }).waitFor();
  expect(await page.getByRole('button', { name: 'Edit my dog' }).isVisible()).toBe(true);
  expect(studio.faults).toEqual([]);
});
