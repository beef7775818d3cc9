/** Sheets and the keyboard: the focus moves in, stays in and returns; no key pressed in a sheet reaches a tool. */
import { expect, it } from 'vitest';
import { violations } from './axe.ts';
import { inspect } from './inspector-page.ts';
import { sharedStudio } from './shared-studio.ts';
import { canvasOf, headerOf } from './studio-page.ts';
import { t } from './texts.ts';

const studio = sharedStudio();

const isInSheet = () =>
  studio.page.evaluate(() => document.activeElement?.closest('[role="dialog"]') !== null);
const toolInHand = () => studio.page.locator('.tool-rail [aria-pressed="true"]').getAttribute('aria-label');

for (const [keys, name] of [
  ['Shift+?', t('help.title')],
  ['Control+Comma', t('settings.title')],
  ['Control+Shift+h', t('history.title')],
  ['Control+o', t('project.recent')],
] as const) {
  it(`traps the focus and returns it: ${name}`, async () => {
    const { page } = studio;
    await canvasOf(page).focus();
    const tool = await toolInHand();
    await page.keyboard.press(keys);
    const sheet = page.getByRole('dialog', { name });
    await sheet.waitFor();
    await expect.poll(isInSheet).toBe(true);
    expect(await sheet.getAttribute('aria-modal')).toBe('true');
    for (let count = 0; count < 30; count++) {
      await page.keyboard.press(count < 20 ? 'Tab' : 'Shift+Tab');
      expect(await isInSheet()).toBe(true);
    }
    // The tools' letters, typed where the focus is: on a button.
    await sheet.getByRole('button', { name: t('app.close') }).focus();
    for (const key of ['e', 'l', 'r', 'Delete']) await page.keyboard.press(key);
    expect(await toolInHand()).toBe(tool);
    expect(await violations(page)).toEqual([]);
    await page.keyboard.press('Escape');
    await sheet.waitFor({ state: 'detached' });
    await expect
      .poll(() => canvasOf(page).evaluate((element) => element === document.activeElement))
      .toBe(true);
  });
}

it('creates a project with keys alone; its name reaches no tool', async () => {
  const { page } = studio;
  await canvasOf(page).focus();
  const tool = await toolInHand();
  await page.keyboard.press('Control+o');
  await page.getByRole('textbox', { name: t('project.new') }).waitFor();
  await expect.poll(isInSheet).toBe(true);
  await page.keyboard.type('kb project');
  await page.keyboard.press('Enter');
  await headerOf(page).getByRole('button', { name: 'kb project' }).waitFor();
  await page.getByRole('dialog').waitFor({ state: 'detached' });
  expect(await toolInHand()).toBe(tool);
  expect(await page.evaluate(() => document.activeElement !== document.body)).toBe(true);
});

it('lets the pointer use the canvas, and Tab return from there', async () => {
  const { page } = studio;
  await page.getByRole('button', { name: t('app.help') }).click();
  await page.getByRole('dialog', { name: t('help.title') }).waitFor();
  await expect.poll(isInSheet).toBe(true);
  const box = (await canvasOf(page).boundingBox())!;
  await page.mouse.click(box.x + 20, box.y + 20);
  expect(await isInSheet()).toBe(false);
  await page.keyboard.press('Tab');
  expect(await isInSheet()).toBe(true);
  await page.keyboard.press('Escape');
  await page.getByRole('dialog').waitFor({ state: 'detached' });
});

it('runs an action by a part of its name with keys alone, also from a text field', async () => {
  const { page } = studio;
  await inspect(page, 'background');
  await page.getByRole('textbox', { name: t('background.prompt') }).focus();
  await page.keyboard.press('Control+K');
  const palette = page.getByRole('dialog', { name: t('palette.title') });
  await palette.getByRole('option').first().waitFor();
  // The characters of "Ellipse", one of them left out.
  await page.keyboard.type('elipse');
  await palette
    .locator('[role="option"][data-combobox-selected]')
    .getByText(t('actions.tool.ellipse'))
    .waitFor();
  expect(await violations(page)).toEqual([]);
  await page.keyboard.press('Enter');
  await palette.waitFor({ state: 'detached' });
  await expect.poll(toolInHand).toBe(t('tools.ellipse'));
});

it('closes the commands with Escape, and passes no key to the tools before they have the focus', async () => {
  const { page } = studio;
  await canvasOf(page).focus();
  const tool = await toolInHand();
  await page.evaluate(() => {
    for (const key of [
      { key: 'k', code: 'KeyK', ctrlKey: true },
      { key: 'h', code: 'KeyH' },
    ]) {
      document.activeElement!.dispatchEvent(
        new KeyboardEvent('keydown', { ...key, bubbles: true, cancelable: true }),
      );
    }
  });
  const palette = page.getByRole('dialog', { name: t('palette.title') });
  await expect.poll(isInSheet).toBe(true);
  expect(await toolInHand()).toBe(tool);
  await page.keyboard.press('Escape');
  await palette.waitFor({ state: 'detached' });
  await expect
    .poll(() => canvasOf(page).evaluate((element) => element === document.activeElement))
    .toBe(true);
});

it('closes a dialog over a sheet, but not the sheet', async () => {
  const { page } = studio;
  await page.getByRole('button', { name: t('app.settings') }).click();
  const sheet = page.getByRole('dialog', { name: t('settings.title') });
  // A field that records a shortcut uses Escape itself.
  await sheet
    .getByRole('button', { name: t('settings.change', { action: t('actions.tool.brush') }) })
    .click();
  await sheet.getByText(t('settings.press')).waitFor();
  await page.keyboard.press('Escape');
  await sheet.getByText(t('settings.press')).waitFor({ state: 'detached' });
  expect(await sheet.isVisible()).toBe(true);
  await page.keyboard.press('Escape');
  await sheet.waitFor({ state: 'detached' });
  expect(studio.faults).toEqual([]);
});

it('opens the device’s details with keys, moves to their button, and closes them with Escape', async () => {
  const { page } = studio;
  const device = page.locator('.device-status');
  await device.focus();
  await page.keyboard.press('Enter');
  const details = page.locator('[role="dialog"].mantine-Popover-dropdown');
  await details.waitFor();
  await expect
    .poll(() => details.getByRole('button').evaluate((element) => element === document.activeElement))
    .toBe(true);
  expect(await violations(page)).toEqual([]);
  await page.keyboard.press('Escape');
  await details.waitFor({ state: 'detached' });
  await expect.poll(() => device.evaluate((element) => element === document.activeElement)).toBe(true);
});

it('closes what a button has opened with Escape at once, before the focus is in it', async () => {
  const { page } = studio;
  for (const selector of ['.device-status', '.header-bar [aria-haspopup="menu"]']) {
    // In microtasks: the focus moves in a task of its own.
    const states = await page.evaluate(async (name) => {
      const button = document.querySelector<HTMLElement>(name)!;
      const becomes = async (expanded: string) => {
        for (let count = 0; count < 1000 && button.ariaExpanded !== expanded; count++) await null;
        return button.ariaExpanded;
      };
      button.click();
      const opened = await becomes('true');
      document.body.dispatchEvent(new KeyboardEvent('keydown', { key: 'Escape', bubbles: true }));
      return [opened, await becomes('false')];
    }, selector);
    expect(states).toEqual(['true', 'false']);
  }
  expect(studio.faults).toEqual([]);
});
