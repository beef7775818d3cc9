/** Selecting with the starter pack's own models: every hit of a search, and smart select's points. */
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import sharp from 'sharp';
import { beforeAll, describe, expect, it } from 'vitest';
import { violations } from './axe.ts';
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
  screenshot,
} from './studio-page.ts';
import { t, textPattern } from './texts.ts';

const SCENE = join(BUNDLED_PACKS, 'starter', 'scenes', 'two-concepts');
const SIZE_PX = 256;

const studio = sharedStudio({ packs: BUNDLED_PACKS });

/** The sample's background twice, one above the other: two cats and two guitars. */
async function twoCats(): Promise<Buffer> {
  const one = await readFile(join(SCENE, 'background.png'));
  return sharp({ create: { width: SIZE_PX, height: 2 * SIZE_PX, channels: 3, background: '#fff' } })
    .composite([
      { input: one, top: 0, left: 0 },
      { input: one, top: SIZE_PX, left: 0 },
    ])
    .png()
    .toBuffer();
}

/** A point well inside the sample's cat, and the cat's share of one of the two pictures in percent. */
async function catOf() {
  const mask = await sharp(await readFile(join(SCENE, 'mask-1.png')))
    .greyscale()
    .raw()
    .toBuffer();
  const inside = [...mask.keys()].filter((at) => mask[at]! >= 128);
  const mean = (part: (at: number) => number) =>
    inside.reduce((sum, at) => sum + part(at), 0) / inside.length;
  return {
    x: mean((at) => at % SIZE_PX),
    y: mean((at) => Math.floor(at / SIZE_PX)),
    percent: (100 * inside.length) / (2 * SIZE_PX ** 2),
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
  await createProject(page, 'Two cats');
  await dropPicture(page, 'two.png', await twoCats());
  await page.getByRole('img', { name: t('background.alt') }).waitFor();
  await dropPicture(page, 'my_cat.png', await readFile(join(SCENE, 'concept-1.png')));
  await page.getByRole('button', { name: t('concept.select', { name: 'my cat' }) }).waitFor();
  await idle(page);
});

describe('find by text', () => {
  const hits = () => studio.page.locator('.hit-label');
  const bar = () => studio.page.getByRole('region', { name: t('hits.title', { phrase: 'cat' }) });

  async function find(): Promise<void> {
    await studio.page.getByRole('button', { name: t('mask.find') }).click();
    await expect.poll(() => hits().count()).toBe(2);
  }

  it('shows every hit with its score, and uses the chosen one', async () => {
    const { page } = studio;
    const phrase = page.getByRole('textbox', { name: t('concept.phrase') });
    await phrase.fill('cat');
    await phrase.press('Tab');
    await saved(page);
    await find();
    expect(await violations(page)).toEqual([]);
    await screenshot(page, 'hits');
    const { x, y, percent } = await catOf();
    await expect.poll(() => hits().first().getAttribute('aria-pressed')).toBe('true');
    // By its picture, not its label: the other one than the best.
    const isUpper = (await hits().first().boundingBox())!.y < (await hits().nth(1).boundingBox())!.y;
    await clickAt(x, isUpper ? y + SIZE_PX : y);
    await expect.poll(() => hits().nth(1).getAttribute('aria-pressed')).toBe('true');
    expect(await hits().first().getAttribute('aria-pressed')).toBe('false');
    await page.getByRole('button', { name: t('hits.use') }).click();
    await undo(t('changes.find', { phrase: 'cat' })).waitFor();
    await expect.poll(() => coverage(page)).toBeGreaterThan(percent / 2);
    expect(await coverage(page)).toBeLessThan(1.5 * percent);
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
    const box = bar().getByRole('textbox', { name: t('prepare.boxThreshold') });
    await box.fill('1');
    await box.press('Enter');
    await expect.poll(() => hits().count()).toBe(0);
    expect(await page.getByRole('button', { name: t('hits.use') }).isDisabled()).toBe(true);
    await box.fill('0.3');
    await box.press('Enter');
    await expect.poll(() => hits().count()).toBe(2);
    await press('Escape');
    await bar().waitFor({ state: 'detached' });
  });
});

describe('smart select', () => {
  it('adds a second object to the mask, and subtracts it again', async () => {
    const { page } = studio;
    const { x, y } = await catOf();
    await press('Delete');
    await maskEmptied(page);
    await press('w');
    await clickAt(x, y);
    await proposed();
    await use('replace').click();
    await undo(t('changes.select')).waitFor();
    const one = await coverage(page);
    expect(one).toBeGreaterThan(1);
    await clickAt(x, y + SIZE_PX);
    await proposed();
    await screenshot(page, 'smart-select-add');
    await use('add').click();
    await expect.poll(() => coverage(page)).toBeGreaterThan(1.5 * one);
    const both = await coverage(page);
    await clickAt(x, y + SIZE_PX);
    await proposed();
    await press('Alt+Enter');
    await expect.poll(() => coverage(page)).toBeLessThan(both);
    await expect.poll(async () => Math.abs((await coverage(page)) - one)).toBeLessThan(0.3);
  });

  it('moves a point by a drag, and removes it by a click', async () => {
    const { page } = studio;
    const { x, y } = await catOf();
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
    const { x, y } = await catOf();
    await clickAt(x, y);
    await proposed();
    await use('replace').click();
    await undo(t('changes.select')).waitFor();
    const steps = page.getByRole('textbox', { name: t('parameters.steps.name') });
    await steps.fill('200');
    await steps.press('Enter');
    await saved(page);
    await renderButton(page).click();
    await page.locator(RENDER_PROGRESS).waitFor();
    await press('w');
    await clickAt(x, y + SIZE_PX);
    await proposed();
    expect(await page.locator(RENDER_PROGRESS).isVisible()).toBe(true);
    await press('Escape');
    await press('Shift+x');
    await idle(page);
    expect(studio.faults).toEqual([]);
  });
});
