/** What finding and taking out go by: shown, changed, kept over a reload, and followed. */
import { expect, it } from 'vitest';
import { sharedStudio } from './shared-studio.ts';
import { saved, screenshot } from './studio-page.ts';

const studio = sharedStudio();

it('says by what clicks become masks, and that nothing is found by text', async () => {
  const { page } = studio;
  await page.getByText('Two things in a meadow').waitFor();
  await page.getByRole('button', { name: 'Edit my cat' }).click();
  await page.getByRole('button', { name: 'Detection options' }).click();
  await page.getByText(/no text search.*GrabCut/).waitFor();
  expect(await page.getByText('Box confidence').count()).toBe(0);
});

it('takes the objects out by the method and with the margin that were chosen', async () => {
  const { page } = studio;
  await page.getByRole('button', { name: 'Removal options' }).click();
  const method = page.getByRole('combobox', { name: 'Fill method' });
  await method.click();
  expect(await page.getByRole('option').allTextContents()).toEqual([
    'Best available',
    'Blending model',
    'Layers',
    'Telea',
  ]);
  await page.getByRole('option', { name: 'Layers' }).click();
  const margin = page.getByRole('textbox', { name: 'Margin (px)' });
  await margin.fill('3');
  await margin.press('Enter');
  await page.getByRole('button', { name: 'Reset Margin (px) to 8' }).waitFor();
  await page.getByRole('button', { name: 'Remove objects' }).click();
  await page.getByText('Objects removed. (Layers)').waitFor();
  await saved(page);
  await screenshot(page, 'preparing');
});

it('takes a negative prompt, and keeps all of it over a reload', async () => {
  const { page } = studio;
  await page.getByRole('button', { name: 'Generation options' }).click();
  await page.getByRole('textbox', { name: 'Negative prompt' }).fill('fog');
  await page.getByRole('textbox', { name: 'Negative prompt' }).press('Enter');
  await expect
    .poll(async () => {
      await page.reload();
      await page.getByRole('button', { name: 'Generation options' }).click();
      return page.getByRole('textbox', { name: 'Negative prompt' }).inputValue();
    })
    .toBe('fog');
  await page.getByRole('button', { name: 'Removal options' }).click();
  expect(await page.getByRole('combobox', { name: 'Fill method' }).inputValue()).toBe('Layers');
  expect(await page.getByRole('textbox', { name: 'Margin (px)' }).inputValue()).toBe('3');
  expect(studio.faults).toEqual([]);
});
