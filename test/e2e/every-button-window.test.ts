/**
 * Presses every button, menu item, switch and choice of the window once in each state that brings new ones, against the
 * real host: the editor must send nothing that the contract refuses, and nothing may fail.
 */

import { expect, it } from 'vitest';
import {
  catOf,
  closeSheets,
  describeEveryButton,
  editCat,
  isInspectingCat,
  openSample,
  POPOVER,
  pressAll,
  settle,
  WINDOW,
} from './every-button.ts';
import { inspect } from './inspector-page.ts';
import { canvasOf, createProject, drag, idle, onScreen, render } from './studio-page.ts';
import { t } from './texts.ts';

describeEveryButton('every button of the window', (studio) => {
  it('of the sample with a concept selected', async () => {
    const { page } = studio;
    await openSample(page);
    let count = 0;
    for (const tab of ['concept', 'background', 'render'] as const) {
      count += await pressAll(WINDOW, async () => {
        if (await isInspectingCat(page, tab)) return;
        // Some of the buttons leave the project or delete the concept.
        await closeSheets(page);
        if ((await catOf(page).count()) === 0) await openSample(page);
        await editCat(page);
        await inspect(page, tab);
      });
    }
    expect(count).toBeGreaterThan(50);
  });

  it('of what opens for a mask', async () => {
    const { page } = studio;
    await openSample(page);
    for (const name of [t('mask.refine'), t('prepare.findOptions')]) {
      await pressAll(POPOVER, async () => {
        await closeSheets(page);
        await editCat(page);
        await page.getByRole('button', { name }).click();
        await page.locator(POPOVER).waitFor();
      });
    }
  });

  it('of a picture that is being cut out', async () => {
    const { page } = studio;
    await openSample(page);
    await pressAll('.canvas-area, .flow-panel', async () => {
      if ((await page.locator('.cut-out-bar').count()) > 0) return;
      await editCat(page);
      await inspect(page, 'concept');
      await page.getByRole('button', { name: t('subject.edit') }).click();
      await page.locator('.cut-out-bar').waitFor();
    });
  });

  it('of each tool in the middle of its work', async () => {
    const { page } = studio;
    await openSample(page);
    const tools = page.getByRole('toolbar').getByRole('button');
    for (const tool of await tools.all()) {
      await tool.click();
      await canvasOf(page).focus();
      await drag(page, [
        [20, 20],
        [60, 60],
        [20, 90],
      ]);
      await idle(page);
      await pressAll('.tool-options', async () => {});
      await settle(page, (await tool.getAttribute('aria-label')) ?? '');
      await page.keyboard.press('Escape');
    }
  });

  it('of a render that is shown and compared', async () => {
    const { page } = studio;
    await openSample(page);
    await render(page);
    await settle(page, t('render.start'));
    const frame = '.filmstrip .frame-picture';
    const showRender = async () => {
      if ((await page.getByRole('button', { name: t('view.scene') }).count()) > 0) return true;
      if ((await page.locator(frame).count()) === 0) await render(page);
      // At once, and again if need be: the frame may be that of a project that is being left.
      await page.evaluate((selector) => document.querySelector<HTMLElement>(selector)?.click(), frame);
      return false;
    };
    await pressAll('.canvas-area, .filmstrip, .header-bar', async () => {
      // Some of the buttons delete the render or open another project.
      await closeSheets(page);
      if ((await catOf(page).count()) === 0) await openSample(page);
      await expect.poll(showRender).toBe(true);
    });
  });

  it('of an empty project', async () => {
    const { page } = studio;
    await closeSheets(page);
    await createProject(page, 'Empty');
    await pressAll(WINDOW, () => closeSheets(page));
  });

  it('logged no error to the console', async () => {
    const { page } = studio;
    await onScreen(page, 0, 0);
    expect(studio.faults).toEqual([]);
  });
});
