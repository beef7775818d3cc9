/** An exported picture dropped on the window restores its scene; any other picture is added as a picture. */
import { readFile } from 'node:fs/promises';
import { expect, it } from 'vitest';
import { samplePicture } from './sample-pack.ts';
import { sharedStudio } from './shared-studio.ts';
import { closeSheet, dropPicture, renderButton, saved } from './studio-page.ts';
import { t, textPattern } from './texts.ts';

const studio = sharedStudio();
let exported: Buffer;

function alphaOfDog() {
  return studio.page.getByRole('textbox', { name: t('parameters.alpha.name'), exact: true });
}

it('restores alpha as one step of the history', async () => {
  const { page } = studio;
  await renderButton(page).click();
  await page.locator('.frame img').waitFor();
  await page
    .getByRole('button', { name: textPattern('history.open', { name: textPattern('history.of') }) })
    .click();
  const download = page.waitForEvent('download');
  await page.getByRole('button', { name: t('render.export') }).click();
  exported = await readFile(await (await download).path());

  await page.getByRole('button', { name: t('view.scene') }).click();
  await page.getByRole('button', { name: t('concept.select', { name: 'my dog' }) }).click();
  const before = await alphaOfDog().inputValue();
  await alphaOfDog().fill('0.7');
  await alphaOfDog().press('Enter');
  await saved(page);

  await dropPicture(page, 'result.png', exported);
  await expect.poll(() => alphaOfDog().inputValue()).toBe(before);
  const notice = page.getByRole('alert').filter({ hasText: t('restore.done', { name: 'result.png' }) });
  await notice.getByText(t('restore.allFound', { total: 6 })).waitFor();
  expect(
    await page.getByRole('button', { name: textPattern('concept.select', { name: /my .+/ }) }).count(),
  ).toBe(2);
  await saved(page);
  await page.keyboard.press('Control+z');
  await expect.poll(() => alphaOfDog().inputValue()).toBe('0.7');
  await page.keyboard.press('Control+Shift+z');
  await expect.poll(() => alphaOfDog().inputValue()).toBe(before);
});

it('offers a result as a file to whatever it is dragged to', async () => {
  const { page } = studio;
  const dragged = () =>
    page
      .locator('.frame-picture')
      .first()
      .evaluate((picture) => {
        const dataTransfer = new DataTransfer();
        picture.dispatchEvent(new DragEvent('dragstart', { bubbles: true, dataTransfer }));
        return dataTransfer.getData('DownloadURL');
      });
  const [, type, name, url] = /^([^:]+):([^:]+):(.+)$/.exec(await dragged())!;
  expect([type, name]).toEqual(['image/png', expect.stringMatching(/^Render of .+\.png$/)]);
  const signature = await page.evaluate(async (address) => {
    const bytes = new Uint8Array(await (await fetch(address)).arrayBuffer());
    return [...bytes.subarray(1, 4)];
  }, url!);
  expect(Buffer.from(signature).toString()).toBe('PNG');
  await page.getByRole('button', { name: t('history.browse') }).click();
  await page.locator('.history-row').first().waitFor();
  expect(await dragged()).toMatch(/^image\/png:/);
  await closeSheet(page);
});

it('restores the whole scene in an empty project, with pictures from the project that has them', async () => {
  const { page } = studio;
  await page.getByRole('button', { name: 'Two things in a meadow' }).click();
  await page.getByRole('menuitem', { name: t('project.recent') }).click();
  await page.getByRole('textbox', { name: t('project.new') }).fill('Another');
  await page.getByRole('button', { name: t('project.create') }).click();
  await page.getByRole('heading', { name: t('view.empty') }).waitFor();
  await dropPicture(page, 'result.png', exported);
  await page.getByRole('img', { name: t('background.alt') }).waitFor();
  await page.getByRole('button', { name: t('concept.select', { name: 'my dog' }) }).waitFor();
  await page.getByText(t('flow.ready')).waitFor();
});

it('adds any other picture as a concept', async () => {
  const { page } = studio;
  await dropPicture(page, 'rabbit.png', await samplePicture('cat.png'));
  await page.getByRole('button', { name: t('concept.select', { name: 'rabbit' }) }).waitFor();
  expect(await page.getByRole('button', { name: t('concept.select', { name: 'my dog' }) }).isVisible()).toBe(
    true,
  );
  expect(studio.faults).toEqual([]);
});
