/**
 * The whole story on the tiny pack: what the buttons do, with meaningless pictures (starter-story.test.ts has real
 * ones).
 */
import { readdirSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import sharp from 'sharp';
import { describe, expect, it } from 'vitest';
import { readPngText } from '../../electron/projects/export/png-text.ts';
import { readRenderRequest } from '../../electron/projects/export/render-metadata.ts';
import { violations } from './axe.ts';
import { firstOwnPicture, newMaskAndRetune, type StoryCount, sweepAndExport } from './click-stories.ts';
import { SAMPLE_SIZE_PX, samplePicture } from './sample-pack.ts';
import { samplePlaces } from './sample-places.ts';
import { sharedStudio } from './shared-studio.ts';
import {
  closeSheet,
  coverage,
  createProject,
  drag,
  dropPicture,
  headerOf,
  idle,
  LONG_WORK,
  RENDER_PROGRESS,
  render,
  renderButton,
  saved,
  whileSeen,
} from './studio-page.ts';
import { t, textPattern } from './texts.ts';

function expectWithinTarget({ actions, target }: StoryCount): void {
  expect(actions).toBeLessThanOrEqual(target.actions);
}

const ALPHA = t('parameters.short.alpha');
const BETA = t('parameters.short.beta');

const studio = sharedStudio({ startsWithStart: true });

describe('the first minute', () => {
  it('begins with samples and a place for a picture; an own exported picture takes five actions', async () => {
    const { page } = studio;
    await page.getByRole('button', { name: t('start.sample.replace.title') }).waitFor();
    expect(await page.locator('.project-card').count()).toBe(2);
    // What happens to a sample shows without a pointer over it.
    for (const picture of ['before', 'after'] as const) {
      await page.getByAltText(t(`start.sample.replace.${picture}`)).waitFor();
      await page.getByText(t(`start.sample.${picture}`), { exact: true }).waitFor();
    }
    expect(await violations(page)).toEqual([]);
    const background = await samplePicture('background.png');
    const thing = await samplePicture('cat.png');
    expectWithinTarget(await firstOwnPicture(page, background, thing, [60, 60]));
    await headerOf(page).getByRole('button', { name: 'beach', exact: true }).waitFor();
    // The concept was done without.
    const description = page.getByRole('textbox', { name: t('concept.prompt') });
    expect(await description.getAttribute('placeholder')).toBe(t('concept.optional'));
  });

  it('goes on from a sample: another mask and parameter, and a sheet of them', async () => {
    const { page } = studio;
    await page.keyboard.press('Control+o');
    await page.getByRole('button', { name: t('start.sample.replace.title') }).click();
    await page.getByText(t('flow.ready')).waitFor();
    expectWithinTarget(
      await newMaskAndRetune(page, [
        [16, 58],
        [60, 110],
      ]),
    );
    expectWithinTarget(await sweepAndExport(page));
    await page.keyboard.press('Escape');
  });

  it('keeps the projects: shown with a picture, renamed, duplicated, moved to the trash', async () => {
    const { page } = studio;
    // The places of the samples' cards are held until they are read.
    const atFirst = samplePlaces(page);
    await page.keyboard.press('Control+o');
    await page.locator('.project-card img').nth(3).waitFor();
    const held = await atFirst;
    expect(held.areRead).toBe(false);
    expect(await samplePlaces(page)).toEqual({ ...held, areRead: true });
    await page.getByRole('button', { name: t('project.actions', { name: 'beach' }) }).click();
    await page.getByRole('menuitem', { name: t('project.rename') }).click();
    // Leaving the field is enough.
    await page.getByRole('textbox', { name: t('project.name') }).fill('Sea');
    await page.keyboard.press('Tab');
    await page.getByRole('button', { name: t('project.openNamed', { name: 'Sea' }) }).waitFor();
    await page.getByRole('button', { name: t('project.actions', { name: 'Sea' }) }).click();
    await page.getByRole('menuitem', { name: t('project.duplicate') }).click();
    await headerOf(page).getByRole('button', { name: 'Sea copy', exact: true }).waitFor();
    await page.keyboard.press('Control+o');
    await page.getByRole('button', { name: t('project.actions', { name: 'Sea' }), exact: true }).click();
    await page.getByRole('menuitem', { name: t('project.trash') }).click();
    await page
      .getByRole('button', { name: t('project.openNamed', { name: 'Sea' }), exact: true })
      .waitFor({ state: 'detached' });
    expect(readdirSync(join(studio.folders.projects, 'Trash'))).toEqual(['beach.pnpmix']);
    await page.getByRole('button', { name: t('start.sample.replace.title') }).click();
    await page.locator('.frame').first().waitFor({ state: 'detached' });
    await page.locator('.start-screen').waitFor({ state: 'detached' });
  });
});

describe('the sample', () => {
  it('opens ready to render at the first start', async () => {
    const { page } = studio;
    await page.getByText('Two things in a meadow').waitFor();
    expect(await renderButton(page).isEnabled()).toBe(true);
    expect(await page.getByText(t('flow.ready')).isVisible()).toBe(true);
  });

  it('renders, shows progress, and adds the picture to the history', async () => {
    const { page } = studio;
    await whileSeen(page, RENDER_PROGRESS, () => renderButton(page).click());
    await page.locator('.frame img').waitFor();
    await idle(page);
  });

  it('compares the result with the background: slider, side by side, difference, hold', async () => {
    const { page } = studio;
    await page
      .getByRole('button', { name: textPattern('history.open', { name: textPattern('history.of') }) })
      .click();
    await page.getByText(t('view.slider'), { exact: true }).click();
    const divider = page.getByRole('slider', { name: t('view.sliderHandle') });
    await divider.focus();
    await page.keyboard.press('ArrowRight');
    expect(await divider.getAttribute('aria-valuenow')).toBe('52');
    await page.getByText(t('view.sideBySide'), { exact: true }).click();
    await page.getByText(t('view.difference'), { exact: true }).click();
    const hold = page.getByRole('button', { name: t('view.holdOriginal') });
    await hold.dispatchEvent('pointerdown');
    await hold.dispatchEvent('pointerup');
    await page.getByRole('button', { name: t('view.scene') }).click();
    await divider.waitFor({ state: 'detached' });
  });

  it('renders again with another beta, and says in words what changed', async () => {
    const { page } = studio;
    const beta = page.getByRole('textbox', { name: t('parameters.beta.name') });
    await beta.fill('0.5');
    await beta.press('Enter');
    await saved(page);
    await render(page);
    const frames = page.getByRole('button', {
      name: textPattern('history.open', { name: textPattern('history.of') }),
    });
    await frames.first().click();
    await page
      .getByRole('button', { name: textPattern('history.actions') })
      .nth(1)
      .click();
    await page.getByRole('menuitem', { name: t('history.compare') }).click();
    await page
      .getByText(t('history.difference.changed', { what: t('parameters.beta.name'), a: 0.8, b: 0.5 }))
      .waitFor();
  });

  it('stars, names, deletes and restores a render', async () => {
    const { page } = studio;
    await page
      .getByRole('button', { name: `${t('history.star')}: ` })
      .first()
      .click();
    await page.getByRole('button', { name: t('history.onlyStarred') }).click();
    await expect.poll(() => page.locator('.frame').count()).toBe(1);
    await page.getByRole('button', { name: t('history.onlyStarred') }).click();
    await expect.poll(() => page.locator('.frame').count()).toBe(2);
    await page
      .getByRole('button', { name: textPattern('history.actions') })
      .first()
      .click();
    await page.getByRole('menuitem', { name: t('history.rename') }).click();
    await page
      .getByRole('textbox', { name: t('history.renderName') })
      .last()
      .fill('The soft one');
    await page.keyboard.press('Enter');
    await page.getByRole('button', { name: t('history.open', { name: 'The soft one' }) }).waitFor();
    await page.getByRole('button', { name: t('history.actions', { name: 'The soft one' }) }).click();
    await page.getByRole('menuitem', { name: t('history.delete') }).click();
    await expect.poll(() => page.locator('.frame').count()).toBe(1);
    await page
      .getByRole('alert')
      .getByRole('button', { name: t('app.undo') })
      .click();
    await page.getByRole('button', { name: t('history.open', { name: 'The soft one' }) }).waitFor();
  });

  it('restores the scene of a render', async () => {
    const { page } = studio;
    await page
      .getByRole('button', { name: textPattern('history.actions', { name: textPattern('history.of') }) })
      .click();
    await page.getByRole('menuitem', { name: t('history.restore') }).click();
    const beta = page.getByRole('textbox', { name: t('parameters.beta.name') });
    await expect.poll(() => beta.inputValue()).toBe('0.8');
    await page.keyboard.press('Control+z');
    await expect.poll(() => beta.inputValue()).toBe('0.5');
  });

  it('sweeps alpha and beta on a sheet, and applies a cell’s values', async () => {
    const { page } = studio;
    await page.getByRole('button', { name: t('sweep.open') }).click();
    await page.getByRole('textbox', { name: t('sweep.values.x') }).fill('0, 0.5');
    await page.getByRole('textbox', { name: t('sweep.values.y') }).fill('0.2, 0.9');
    await page.getByRole('button', { name: t('sweep.start', { count: 4 }) }).click();
    await expect.poll(() => page.locator('.sweep-cell img').count(), LONG_WORK).toBe(4);
    const sheet = page.waitForEvent('download');
    await page.getByRole('button', { name: t('sweep.export') }).click();
    const { width, format } = await sharp(await readFile(await (await sheet).path())).metadata();
    expect(format).toBe('png');
    expect(width).toBeGreaterThan(2 * SAMPLE_SIZE_PX);
    // Its cells use what room the window has.
    const usual = page.viewportSize()!;
    const side = async () => (await page.locator('.sweep-cell').first().boundingBox())!.width;
    const before = await side();
    await page.setViewportSize({ width: 2560, height: 1440 });
    await expect.poll(side).toBeGreaterThan(1.5 * before);
    expect(await page.locator('.sheet').evaluate((sheet) => sheet.scrollWidth - sheet.clientWidth)).toBe(0);
    await page.setViewportSize(usual);
    await page
      .getByRole('button', { name: t('sweep.adopt', { x: `${ALPHA} = 0.5`, y: `${BETA} = 0.2` }) })
      .click();
    const beta = page.getByRole('textbox', { name: t('parameters.beta.name') });
    await expect.poll(() => beta.inputValue()).toBe('0.2');
    await closeSheet(page);
    await page.getByRole('button', { name: t('view.scene') }).click();
    // In the history it is one stack, which opens its sheet and can be spread out.
    const name = t('history.sweepOf', { x: ALPHA, y: BETA, count: 4 });
    const frames = await page.locator('.frame').count();
    await page.getByRole('button', { name: t('history.showCells') }).click();
    await expect.poll(() => page.getByRole('list', { name }).locator('img').count()).toBe(4);
    expect(await page.locator('.frame').count()).toBe(frames + 3);
    await page.getByRole('button', { name: t('history.hideCells') }).click();
    await page.getByRole('button', { name, exact: true }).click();
    await page.getByRole('dialog', { name: t('sweep.title') }).waitFor();
    await expect.poll(() => page.locator('.sweep-cell img').count()).toBe(4);
    await closeSheet(page);
  });

  it('sweeps any two parameters, with values between two ends', async () => {
    const { page } = studio;
    await page.getByRole('button', { name: t('sweep.open') }).click();
    const axis = (which: 'x' | 'y') => page.getByRole('group', { name: t(`sweep.axes.${which}`) });
    for (const [which, parameter] of [
      ['x', 'seed'],
      ['y', 'steps'],
    ] as const) {
      await axis(which).getByRole('combobox').click();
      await page.getByRole('option', { name: t(`parameters.${parameter}.name`), exact: true }).click();
    }
    // The number of values spreads them over the range; a slider's end moves it.
    await axis('x')
      .getByRole('textbox', { name: t('sweep.count') })
      .fill('2');
    await page.getByRole('textbox', { name: t('sweep.values.y') }).fill('2, 4');
    const end = axis('y').getByRole('slider', { name: t('sweep.to', { name: t('parameters.steps.name') }) });
    await end.focus();
    await page.keyboard.press('ArrowLeft');
    const values = () => page.getByRole('textbox', { name: t('sweep.values.y') }).inputValue();
    await expect.poll(values).toBe('2, 3');
    await page.getByRole('button', { name: t('sweep.start', { count: 4 }) }).click();
    await expect.poll(() => page.locator('.sweep-cell img').count(), LONG_WORK).toBe(4);
    await page.getByRole('columnheader', { name: `${t('parameters.seed.name')} = 0` }).waitFor();
    await page.getByRole('rowheader', { name: `${t('parameters.steps.name')} = 3` }).waitFor();
    await closeSheet(page);
    // A cell shows a preview before its picture is done.
    await idle(page);
  });

  it('compares two pictures of the history when one is dragged onto the other', async () => {
    const { page } = studio;
    const pictures = page.locator('.frame-picture:not(.sweep-stack)');
    expect(await pictures.count()).toBeGreaterThan(1);
    await pictures.nth(1).dragTo(pictures.first());
    await page.getByRole('slider', { name: t('view.sliderHandle') }).waitFor();
    const label = page.locator('.picture-label');
    expect(await label.count()).toBe(2);
    // A small picture has no room for both names.
    await page.setViewportSize({ width: 1024, height: 700 });
    const [before, after] = [label.first(), label.last()];
    const gap = async () => (await after.boundingBox())!.x - (await before.boundingBox())!.x;
    const width = async () => (await before.boundingBox())!.width;
    await expect.poll(async () => (await gap()) > (await width())).toBe(true);
    await page.setViewportSize({ width: 1440, height: 900 });
    await page.getByText(textPattern('view.beforeLabel', { name: textPattern('history.of') })).waitFor();
    await page.getByText(textPattern('view.afterLabel', { name: 'The soft one' })).waitFor();
    await page.getByRole('button', { name: t('view.scene') }).click();
    await label.first().waitFor({ state: 'detached' });
  });

  it('cancels a render, and renders again after it', async () => {
    const { page } = studio;
    const steps = page.getByRole('textbox', { name: t('parameters.steps.name') });
    await steps.fill('999');
    await steps.press('Enter');
    await saved(page);
    await renderButton(page).click();
    await page.getByRole('button', { name: t('app.cancel'), exact: true }).click();
    await idle(page);
    await page.getByText(t('history.state.cancelled')).first().waitFor();
    await steps.fill('4');
    await steps.press('Enter');
    await saved(page);
    await render(page);
  });

  it('loses nothing when the page is reloaded halfway', async () => {
    const { page } = studio;
    await page.getByRole('button', { name: t('concept.select', { name: 'my dog' }) }).click();
    await page.keyboard.press('b');
    await drag(page, [
      [20, 20],
      [60, 20],
    ]);
    const before = await coverage(page);
    const pictures = await page.locator('.frame img').count();
    await page.reload();
    await renderButton(page).waitFor();
    await page.getByRole('button', { name: t('concept.select', { name: 'my dog' }) }).click();
    await expect.poll(() => coverage(page)).toBe(before);
    await expect.poll(() => page.locator('.frame img').count()).toBe(pictures);
    await page.getByText(t('history.state.cancelled')).first().waitFor();
    // The history of changes belongs to the project, not to the page.
    await page.keyboard.press('Control+z');
    await expect.poll(() => coverage(page)).toBeLessThan(before);
    await page.keyboard.press('Control+Shift+z');
    await expect.poll(() => coverage(page)).toBe(before);
  });
});

describe('from an empty project', () => {
  it('builds a scene from the user’s own pictures and exports it', async () => {
    const { page } = studio;
    await createProject(page, 'My own');
    expect(await renderButton(page).isEnabled()).toBe(false);

    // 1. Background and concepts are dropped on the window.
    const drop = async (name: string) => dropPicture(page, name, await samplePicture(name));
    await drop('background.png');
    // At once: the first one is still being read, and stays the background.
    await drop('cat.png');
    await page.getByRole('img', { name: t('background.alt') }).waitFor();
    await page.getByRole('button', { name: t('concept.select', { name: 'cat' }) }).waitFor();
    await page.getByText(t('flow.missing.mask', { name: 'cat' })).waitFor();

    // 2. The concept's place is painted.
    await page.keyboard.press('Shift+u');
    await drag(page, [
      [20, 62],
      [56, 106],
    ]);
    expect(await coverage(page)).toBeCloseTo((100 * Math.PI * 18 * 22) / SAMPLE_SIZE_PX ** 2, 0);
    await page.getByText(t('flow.ready')).waitFor();

    // 3. It is rendered and exported.
    await render(page);
    const download = page.waitForEvent('download');
    await page
      .getByRole('button', { name: textPattern('history.open', { name: textPattern('history.of') }) })
      .click();
    await page.getByRole('button', { name: t('render.export') }).click();
    const file = await readFile(await (await download).path());

    // 4. Outside the mask the pixels are the background's.
    const pixels = await sharp(file).removeAlpha().raw().toBuffer();
    const background = await sharp(await samplePicture('background.png'))
      .raw()
      .toBuffer();
    const at = (x: number, y: number) => 3 * (y * SAMPLE_SIZE_PX + x);
    for (const [x, y] of [
      [5, 5],
      [120, 60],
      [90, 80],
    ] as const) {
      expect([...pixels.subarray(at(x, y), at(x, y) + 3)]).toEqual([
        ...background.subarray(at(x, y), at(x, y) + 3),
      ]);
    }
    const inside = pixels.subarray(at(38, 84), at(38, 84) + 3);
    expect([...inside]).not.toEqual([...background.subarray(at(38, 84), at(38, 84) + 3)]);

    // 5. The picture's metadata say what it was made from.
    const request = readRenderRequest(file, 'export.png');
    expect(request?.scene.concepts).toMatchObject([{ name: 'cat', alpha: 0.15 }]);
    expect(request?.parameters).toMatchObject({ steps: 4, beta: 0.8 });
    expect(readPngText(file, 'parameters')).toContain('Steps: 4');
    expect(readPngText(file, 'XML:com.adobe.xmp')).toMatch(/compositeWithTrainedAlgorithmicMedia/);
  });

  it('logged no error to the console throughout', () => {
    expect(studio.faults).toEqual([]);
  });
});
