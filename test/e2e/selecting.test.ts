/** Selecting with the starter pack's own models: every hit of a search, and smart select's points. */
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import sharp from 'sharp';
import { beforeAll, describe, expect, it } from 'vitest';
import { violations } from './axe.ts';
import { inspect } from './inspector-page.ts';
import { sharedStudio } from './shared-studio.ts';
import {
  BUNDLED_PACKS,
  canvasOf,
  coverage,
  createProject,
  dropPicture,
  headerOf,
  idle,
  maskEmptied,
  onScreen,
  RENDER_PROGRESS,
  renderButton,
  saved,
} from './studio-page.ts';
import { t, textPattern } from './texts.ts';

const SCENE = join(BUNDLED_PACKS, 'starter', 'scenes', 'two-concepts');
const SIZE_PX = 256;

const studio = sharedStudio({ packs: BUNDLED_PACKS });

/** The sample's background twice, side by side: two cats and two guitars. */
async function twice(): Promise<Buffer> {
  const one = await readFile(join(SCENE, 'background.png'));
  return sharp({ create: { width: 2 * SIZE_PX, height: SIZE_PX, channels: 3, background: '#fff' } })
    .composite([
      { input: one, top: 0, left: 0 },
      { input: one, top: 0, left: SIZE_PX },
    ])
    .png()
    .toBuffer();
}

/** The middle of one of the sample's objects. */
async function objectOf(mask: 'mask-1.png' | 'mask-2.png') {
  const plane = await sharp(await readFile(join(SCENE, mask)))
    .greyscale()
    .raw()
    .toBuffer();
  const inside = [...plane.keys()].filter((at) => plane[at]! >= 128);
  const mean = (part: (at: number) => number) =>
    inside.reduce((sum, at) => sum + part(at), 0) / inside.length;
  return {
    x: mean((at) => at % SIZE_PX),
    y: mean((at) => Math.floor(at / SIZE_PX)),
  };
}

const undo = (step: string) =>
  headerOf(studio.page).getByRole('button', { name: `${t('app.undo')}: ${step}`, exact: true });

async function press(key: string): Promise<void> {
  await canvasOf(studio.page).focus();
  await studio.page.keyboard.press(key);
}

async function clickAt(x: number, y: number): Promise<void> {
  const at = await onScreen(studio.page, x, y);
  await studio.page.mouse.click(at.x, at.y);
}

const use = (way: 'replace' | 'add' | 'subtract') =>
  studio.page.getByRole('button', { name: t(`mask.proposal.${way}`), exact: true });

async function proposed(): Promise<void> {
  await studio.page.getByText(textPattern('mask.proposal.shown')).waitFor();
}

beforeAll(async () => {
  const { page } = studio;
  await createProject(page, 'Twice');
  await dropPicture(page, 'two.png', await twice());
  await page.getByRole('img', { name: t('background.alt') }).waitFor();
  await dropPicture(page, 'my_guitar.png', await readFile(join(SCENE, 'concept-2.png')));
  await page.getByRole('button', { name: t('concept.select', { name: 'my guitar' }) }).waitFor();
  await idle(page);
});

describe('find by text', () => {
  const hits = () => studio.page.locator('.hit-label');
  const bar = () => studio.page.getByRole('region', { name: t('hits.title', { phrase: 'guitar' }) });

  async function find(): Promise<void> {
    await studio.page.getByRole('button', { name: t('mask.find') }).click();
    await expect.poll(() => hits().count()).toBe(2);
  }

  it('shows every hit with its score, and uses the chosen one', async () => {
    const { page } = studio;
    const phrase = page.getByRole('textbox', { name: t('concept.phrase') });
    await phrase.fill('guitar');
    await phrase.press('Tab');
    await saved(page);
    await find();
    expect(await violations(page)).toEqual([]);
    const { x, y } = await objectOf('mask-2.png');
    const isPressed = (index: number) => hits().nth(index).getAttribute('aria-pressed');
    expect([await isPressed(0), await isPressed(1)]).toEqual(['true', 'false']);
    // By its picture, not its label: the other one than the best, wherever its mask is.
    const isLeft = (await hits().first().boundingBox())!.x < (await hits().nth(1).boundingBox())!.x;
    for (const [offX, offY] of [-20, -10, 0, 10, 20].flatMap(
      (step) =>
        [
          [0, step],
          [step, 0],
        ] as const,
    )) {
      await clickAt((isLeft ? x + SIZE_PX : x) + offX, y + offY);
      if ((await isPressed(1)) === 'true') break;
    }
    expect([await isPressed(0), await isPressed(1)]).toEqual(['false', 'true']);
    await page.getByRole('button', { name: t('hits.use') }).click();
    await undo(t('changes.find', { phrase: 'guitar' })).waitFor();
    await expect.poll(() => coverage(page)).toBeGreaterThan(0.5);
    expect(await hits().count()).toBe(0);
  });

  it('merges hits only on request, as one step', async () => {
    const { page } = studio;
    const one = await coverage(page);
    await find();
    await hits().nth(0).click();
    await hits()
      .nth(1)
      .click({ modifiers: ['Shift'] });
    await page.getByRole('button', { name: t('hits.merge', { count: 2 }) }).click();
    await expect.poll(() => coverage(page)).toBeGreaterThan(1.7 * one);
    await press('Control+z');
    await expect.poll(() => coverage(page)).toBe(one);
  });

  it('follows the thresholds, and is discarded by Escape', async () => {
    const { page } = studio;
    await find();
    // In the bar, in a window of the usual size, and in the options.
    const inBar = bar().getByRole('textbox', { name: t('prepare.boxThreshold') });
    await inBar.fill('1');
    await inBar.press('Enter');
    await expect.poll(() => hits().count()).toBe(0);
    expect(await page.getByRole('button', { name: t('hits.use') }).isDisabled()).toBe(true);
    const options = page.getByRole('button', { name: t('prepare.findOptions') });
    await options.click();
    const box = page
      .locator('.mantine-Popover-dropdown')
      .getByRole('textbox', { name: t('prepare.boxThreshold') });
    await box.fill('0.3');
    await box.press('Enter');
    await expect.poll(() => hits().count()).toBe(2);
    await page.keyboard.press('Escape');
    await bar().waitFor();
    // The focus returns to the button. Its tooltip may be open: Escape is for both.
    await expect.poll(() => options.evaluate((button) => document.activeElement === button)).toBe(true);
    await page.keyboard.press('Escape');
    await bar().waitFor({ state: 'detached' });
  });
});

describe('smart select', () => {
  it('adds a second object to the mask, and subtracts it again', async () => {
    const { page } = studio;
    const { x, y } = await objectOf('mask-1.png');
    await press('Delete');
    await maskEmptied(page);
    await press('w');
    await clickAt(x, y);
    await proposed();
    await use('replace').click();
    await undo(t('changes.select')).waitFor();
    const one = await coverage(page);
    expect(one).toBeGreaterThan(1);
    await clickAt(x + SIZE_PX, y);
    await proposed();
    await use('add').click();
    await expect.poll(() => coverage(page)).toBeGreaterThan(1.5 * one);
    const both = await coverage(page);
    await clickAt(x + SIZE_PX, y);
    await proposed();
    await press('Alt+Enter');
    await expect.poll(() => coverage(page)).toBeLessThan(both);
    await expect.poll(async () => Math.abs((await coverage(page)) - one)).toBeLessThan(0.3);
  });

  it('moves a point by a drag, and removes it by a click', async () => {
    const { page } = studio;
    const { x, y } = await objectOf('mask-1.png');
    await press('Delete');
    await maskEmptied(page);
    const share = () =>
      page.locator('.mask-panel').getByText(textPattern('mask.proposal.shown')).textContent();
    await clickAt(4, 4);
    await proposed();
    const sky = await share();
    // From the sky to the cat.
    const [from, to] = [await onScreen(page, 4, 4), await onScreen(page, x, y)];
    await page.mouse.move(from.x, from.y);
    await page.mouse.down();
    await page.mouse.move(to.x, to.y, { steps: 4 });
    await page.mouse.up();
    await expect.poll(share).not.toBe(sky);
    await clickAt(x, y);
    await maskEmptied(page);
    expect(await use('replace').isDisabled()).toBe(true);
  });

  it('answers while a render runs', async () => {
    const { page } = studio;
    const { x, y } = await objectOf('mask-1.png');
    await clickAt(x, y);
    await proposed();
    await use('replace').click();
    await undo(t('changes.select')).waitFor();
    await inspect(page, 'render');
    const steps = page.getByRole('textbox', { name: t('parameters.steps.name') });
    // As many as there may be: the render must not end before a slow page has asked.
    await steps.fill('999');
    await steps.press('Enter');
    await saved(page);
    await renderButton(page).click();
    await page.locator(RENDER_PROGRESS).waitFor();
    await press('w');
    await clickAt(x + SIZE_PX, y);
    await proposed();
    expect(await page.locator(RENDER_PROGRESS).isVisible()).toBe(true);
    await press('Escape');
    await press('Shift+x');
    await idle(page);
    expect(studio.faults).toEqual([]);
  });
});
