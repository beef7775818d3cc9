/** Detection and removal options: shown, changed, kept over a reload, and applied. */
import { expect, it } from 'vitest';
import { inspect } from './inspector-page.ts';
import { sharedStudio } from './shared-studio.ts';
import { saved, storedSettings } from './studio-page.ts';
import { t } from './texts.ts';

const studio = sharedStudio();

it('says which model makes masks from clicks, and that text detection is unavailable', async () => {
  const { page } = studio;
  await page.getByText('Two things in a meadow').waitFor();
  await page.getByRole('button', { name: t('concept.select', { name: 'my cat' }) }).click();
  await page.getByRole('button', { name: t('prepare.findOptions') }).click();
  await page.getByText(`${t('prepare.findBy.none')} ${t('prepare.selectBy.grabCut')}`).waitFor();
  expect(await page.getByText(t('prepare.boxThreshold')).count()).toBe(0);
});

it('removes objects with the chosen method and margin', async () => {
  const { page } = studio;
  await inspect(page, 'background');
  await page.getByRole('button', { name: t('prepare.removalOptions') }).click();
  const method = page.getByRole('combobox', { name: t('prepare.method') });
  await method.click();
  expect(await page.getByRole('option').allTextContents()).toEqual([
    t('prepare.methods.auto'),
    t('prepare.methods.diffusion'),
    t('prepare.methods.layers'),
    t('prepare.methods.telea'),
  ]);
  await page.getByRole('option', { name: t('prepare.methods.layers') }).click();
  const margin = page.getByRole('textbox', { name: t('prepare.growPx') });
  await margin.fill('3');
  await margin.press('Enter');
  await page
    .getByRole('button', { name: t('parameters.reset', { name: t('prepare.growPx'), value: 8 }) })
    .waitFor();
  await page.getByRole('button', { name: t('background.makeInpainted') }).click();
  await page
    .getByText(
      `${t('background.inpaintedThere')} ${t('prepare.filledBy', { method: t('prepare.methods.layers') })}`,
    )
    .waitFor();
  await saved(page);
});

it('offers the words that the pack knows, and names others', async () => {
  const { page } = studio;
  const field = page.getByRole('textbox', { name: t('background.prompt') });
  const describe = async (prompt: string) => {
    await field.fill(prompt);
    await field.press('Tab');
    await saved(page);
  };
  await describe('');
  await page.getByText(t('background.needsPrompt')).waitFor();
  await page.getByRole('button', { name: t('words.title') }).click();
  await page.locator('.prompt-example').first().click();
  await expect.poll(() => field.inputValue()).toContain('beach background');
  await page.getByRole('button', { name: t('words.add', { word: 'dog' }), exact: true }).click();
  await expect.poll(() => field.inputValue()).toMatch(/, dog$/);
  await describe('a red bicycle');
  await page.getByText(t('words.noSubject')).waitFor();
  expect(await page.locator('.unknown-word').allTextContents()).toEqual(['bicycle']);
  await describe('고양이와 파란 로봇');
  await page.locator('.unknown-word').waitFor({ state: 'detached' });
  // The letters of the tiny pack's tokenizer: more than four passes.
  await describe('red cat, '.repeat(80));
  await page.getByText(t('words.ignored')).waitFor();
  expect(await page.locator('.ignored-text').textContent()).toMatch(/^(?:red |cat|, )/);
});

it('takes a negative prompt, and keeps all options over a reload', async () => {
  const { page } = studio;
  await page.getByRole('button', { name: t('prepare.candidateOptions') }).click();
  await page.getByRole('textbox', { name: t('prepare.negativePrompt') }).fill('fog');
  await page.getByRole('textbox', { name: t('prepare.negativePrompt') }).press('Enter');
  await expect.poll(() => JSON.stringify(storedSettings(studio))).toContain('"fog"');
  await page.reload();
  await inspect(page, 'background');
  await page.getByRole('button', { name: t('prepare.candidateOptions') }).click();
  const negative = page.getByRole('textbox', { name: t('prepare.negativePrompt') });
  await expect.poll(() => negative.inputValue()).toBe('fog');
  await page.getByRole('button', { name: t('prepare.removalOptions') }).click();
  expect(await page.getByRole('combobox', { name: t('prepare.method') }).inputValue()).toBe(
    t('prepare.methods.layers'),
  );
  expect(await page.getByRole('textbox', { name: t('prepare.growPx') }).inputValue()).toBe('3');
  expect(studio.faults).toEqual([]);
});

it('generates backgrounds at the first click after the prompt was typed, which commits it', async () => {
  const { page } = studio;
  const field = page.getByRole('textbox', { name: t('background.prompt') });
  const generate = page.getByRole('button', { name: t('background.generate') });
  await field.fill('');
  await field.press('Tab');
  await saved(page);
  await field.pressSequentially('a cat and a dog');
  const { x, y, width, height } = (await generate.boundingBox())!;
  await page.mouse.move(x + width / 2, y + height / 2);
  await page.mouse.down();
  await expect.poll(() => generate.isEnabled()).toBe(true);
  await page.mouse.up();
  const candidates = page.getByRole('radiogroup', { name: t('background.candidates') }).getByRole('radio');
  await expect.poll(() => candidates.count()).toBe(4);
});
