/** axe over every state of the window, in both themes; names, focus and languages. */
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { violations } from './axe.ts';
import { canvasOf, keepFailure, openStudio, type StudioPage, screenshot, setTheme } from './studio-page.ts';

let studio: StudioPage;

beforeAll(async () => {
  studio = await openStudio();
});

afterEach(({ task }) => keepFailure(studio?.page, task));

afterAll(async () => {
  await studio?.close();
});

describe('axe', () => {
  for (const theme of ['Light', 'Dark'] as const) {
    it(`finds nothing wrong with the scene, a render, and every sheet: ${theme}`, async () => {
      const { page } = studio;
      await setTheme(page, theme);
      const found: Record<string, string[]> = { scene: await violations(page) };
      await page.getByRole('button', { name: 'More parameters' }).click();
      found.parameters = await violations(page);
      await page.getByRole('button', { name: 'More parameters' }).click();
      if (theme === 'Light') {
        await page
          .getByRole('banner')
          .getByRole('button', { name: /^Render/ })
          .click();
        found.rendering = await violations(page);
        await page.locator('.frame img').waitFor();
      }
      await page.getByRole('button', { name: /^Show Render of/ }).click();
      await page.getByText('Slider', { exact: true }).click();
      found.comparison = await violations(page);
      await page.getByRole('button', { name: 'Edit the scene' }).click();
      for (const sheet of ['Models', 'Shortcuts', 'Settings', 'About', 'Sweep alpha and beta']) {
        await page.getByRole('button', { name: sheet }).first().click();
        await page.getByRole('button', { name: 'Close' }).waitFor();
        found[sheet] = await violations(page);
        await page.getByRole('button', { name: 'Close' }).click();
      }
      await page.getByRole('banner').locator('button[aria-haspopup="menu"]').click();
      await page.getByRole('menuitem', { name: 'Projects' }).waitFor();
      found['project menu'] = await violations(page);
      await page.getByRole('menuitem', { name: 'Projects' }).click();
      await page.getByRole('textbox', { name: 'New project' }).waitFor();
      found.projects = await violations(page);
      await page.getByRole('button', { name: 'Close' }).click();
      const actions = page.getByRole('button', { name: /^Actions for/ }).first();
      await actions.click();
      await page.getByRole('menuitem', { name: 'Name' }).waitFor();
      found['render menu'] = await violations(page);
      await page.getByRole('menuitem', { name: 'Name' }).click();
      await page.getByRole('textbox', { name: 'Name' }).last().waitFor();
      found.rename = await violations(page);
      await page.keyboard.press('Escape');
      expect(Object.fromEntries(Object.entries(found).filter(([, list]) => list.length > 0))).toEqual({});
    });
  }
});

describe('the keyboard', () => {
  it('opens the list of shortcuts with ?, closes it with Escape, and gives the focus back', async () => {
    const { page } = studio;
    await canvasOf(page).focus();
    await page.keyboard.press('Shift+?');
    await page.getByRole('dialog', { name: 'Shortcuts' }).waitFor();
    await page.keyboard.press('Escape');
    await page.getByRole('dialog', { name: 'Shortcuts' }).waitFor({ state: 'detached' });
    expect(await canvasOf(page).evaluate((element) => element === document.activeElement)).toBe(true);
  });

  it('changes a shortcut, and takes it from the action that had it', async () => {
    const { page } = studio;
    await page.getByRole('button', { name: 'Settings' }).click();
    await page.getByRole('button', { name: 'Change the shortcut of Brush' }).click();
    await page.keyboard.press('e');
    await page.getByText('E was taken from Eraser.').waitFor();
    await page.getByRole('button', { name: 'Close' }).click();
    await page.getByRole('button', { name: 'Lasso', exact: true }).click();
    await canvasOf(page).focus();
    await page.keyboard.press('e');
    const brush = page.getByRole('button', { name: 'Brush', exact: true });
    await expect.poll(() => brush.getAttribute('aria-pressed')).toBe('true');
  });

  it('reorders concepts by keys', async () => {
    const { page } = studio;
    const names = () => page.locator('.concept-title').allTextContents();
    const before = await names();
    await page.getByRole('button', { name: /^Order of my cat/ }).focus();
    await page.keyboard.press('ArrowDown');
    await page.getByText('my cat is at place 2 of 2.').waitFor({ state: 'attached' });
    await expect.poll(names).toEqual(before.toReversed());
    await page.keyboard.press('ArrowUp');
    await expect.poll(names).toEqual(before);
  });
});

describe('languages', () => {
  it('speaks Korean', async () => {
    const { page } = studio;
    await page.getByRole('button', { name: 'Settings' }).click();
    await page.getByRole('combobox', { name: 'Language' }).click();
    await page.getByRole('option', { name: '한국어' }).click();
    await page.getByRole('heading', { name: '매개변수' }).waitFor();
    expect(await page.evaluate(() => document.documentElement.lang)).toBe('ko');
    await page.getByRole('button', { name: '닫기' }).click();
    await screenshot(page, 'korean');
  });

  it('wrote nothing wrong to the console all the while', () => {
    expect(studio.faults).toEqual([]);
  });
});
