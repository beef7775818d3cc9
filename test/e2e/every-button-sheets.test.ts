/**
 * Presses every button, menu item, switch and choice of the sheets once in each state that brings new ones, against the
 * real host: the editor must send nothing that the contract refuses, and nothing may fail.
 */

import { expect, it } from 'vitest';
import { closeSheets, describeEveryButton, openSample, POPOVER, pressAll } from './every-button.ts';
import { headerOf, onScreen, render } from './studio-page.ts';
import { t } from './texts.ts';

describeEveryButton('every button of the sheets', (studio) => {
  it('of the device’s details', async () => {
    const { page } = studio;
    await openSample(page);
    await pressAll(POPOVER, async () => {
      await closeSheets(page);
      await page.locator('.device-status').click();
      await page.locator(POPOVER).waitFor();
    });
  });

  for (const [sheet, open] of [
    [t('app.settings'), t('app.settings')],
    [t('app.help'), t('app.help')],
    [t('app.models'), t('app.models')],
    [t('app.about'), t('app.about')],
    [t('sweep.title'), t('sweep.open')],
    [t('history.title'), t('history.browse')],
  ] as const) {
    it(`of the sheet ${sheet}`, async () => {
      const { page } = studio;
      await openSample(page);
      if (sheet === t('history.title')) await render(page);
      await pressAll('.sheet, .mantine-Modal-content', async () => {
        if ((await page.getByRole('dialog', { name: sheet }).count()) > 0) return;
        await closeSheets(page);
        await page.getByRole('button', { name: open }).first().click();
        await page.getByRole('dialog', { name: sheet }).waitFor();
        await page.waitForLoadState('networkidle');
        // The licences come with an answer of the host.
        await page.locator('.sheet .mantine-Loader-root').waitFor({ state: 'detached' });
      });
    });
  }

  it('of the list of projects', async () => {
    const { page } = studio;
    await openSample(page);
    await pressAll('.sheet', async () => {
      // The last button may be opening another project, which closes the list.
      await page.locator('.start-screen[aria-busy="true"]').waitFor({ state: 'detached' });
      const list = page.getByRole('textbox', { name: t('project.new') });
      // Again if need be: that project may appear only now, and closes menu and list.
      await expect
        .poll(async () => {
          await closeSheets(page);
          await headerOf(page).locator('button[aria-haspopup="menu"]').first().click({ timeout: 10_000 });
          await page.getByRole('menuitem', { name: t('project.recent') }).click({ timeout: 10_000 });
          await list.waitFor({ timeout: 10_000 });
          return true;
        })
        .toBe(true);
    });
  });

  it('logged no error to the console', async () => {
    const { page } = studio;
    await onScreen(page, 0, 0);
    expect(studio.faults).toEqual([]);
  });
});
