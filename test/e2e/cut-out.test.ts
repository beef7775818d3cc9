/** Which part of a concept's picture is used: given by its transparency, or cut out on the canvas. */
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import sharp from 'sharp';
import { beforeAll, describe, expect, it } from 'vitest';
import { inspect } from './inspector-page.ts';
import { sharedStudio } from './shared-studio.ts';
import { createProject, drag, dropPicture, onScreen, saved, whileSeen } from './studio-page.ts';
import { t, textPattern } from './texts.ts';

/** Written by Pillow (make_cut_outs.py). */
const OTHERS = join('test', 'golden', 'cut-outs');

const studio = sharedStudio();

/** A red square covering a quarter of the picture in its middle; around it nothing, or blue. */
const square = (surroundings: 'see-through' | 'blue') =>
  sharp({
    create: {
      width: 64,
      height: 64,
      channels: 4,
      background: { r: 0, g: 0, b: 255, alpha: surroundings === 'blue' ? 1 : 0 },
    },
  }).composite([
    { input: { create: { width: 32, height: 32, channels: 4, background: '#f00' } }, left: 16, top: 16 },
  ]);

const cutOut = () => studio.page.getByRole('img', { name: t('subject.cutOutAlt') });
const whole = () => studio.page.getByRole('img', { name: t('subject.wholeAlt') });
const bar = () => studio.page.getByRole('region', { name: textPattern('cutOut.title') });
const undo = () => studio.page.getByRole('button', { name: new RegExp(`^${t('app.undo')}`) });

/** Adds a concept, which then is selected. */
async function add(picture: Buffer): Promise<void> {
  const { page } = studio;
  const cards = page.getByRole('button', { name: textPattern('concept.select') });
  const before = await cards.count();
  await dropPicture(page, 'image.png', picture);
  await expect.poll(() => cards.count()).toBe(before + 1);
  await saved(page);
}

/** Kept share of the picture in percent, as the panel shows it. */
async function kept(): Promise<number> {
  await saved(studio.page);
  const group = studio.page.getByRole('group', { name: textPattern('cutOut.panel') });
  const said = await group.getByRole('status').textContent();
  const found = textPattern('cutOut.share', { percent: /([\d.]+)/ }).exec(said ?? '');
  return found ? Number(found[1]) : 0;
}

describe('a transparent picture', () => {
  beforeAll(async () => {
    await createProject(studio.page, 'Cut-outs');
    await dropPicture(studio.page, 'background.png', await square('blue').png().toBuffer());
    // A picture dropped before it is there would become the background.
    await studio.page.getByRole('img', { name: t('background.alt') }).waitFor();
    await saved(studio.page);
  });

  it('is used without its surroundings, whatever program wrote it; an opaque one is used whole', async () => {
    const files = readdirSync(OTHERS).filter((name) => /\.(png|webp)$/.test(name));
    const pictures = [
      ...files.map((name) => readFileSync(join(OTHERS, name))),
      await square('see-through').toColourspace('rgb16').png().toBuffer(),
    ];
    expect(pictures).toHaveLength(6);
    for (const picture of pictures) {
      await add(picture);
      await cutOut().waitFor();
    }
    await add(await square('blue').png().toBuffer());
    await whole().waitFor();
  });
});

describe('a picture on the canvas', () => {
  it('opens in place of the scene with the mask tools, and undo goes back to its beginning', async () => {
    const { page } = studio;
    await page.getByRole('button', { name: t('subject.edit') }).click();
    await bar().waitFor();
    expect(await undo().isDisabled()).toBe(true);
    expect(await page.getByRole('button', { name: t('tools.frame'), exact: true }).count()).toBe(0);
    await page.keyboard.press('u');
    await drag(page, [
      [16, 16],
      [48, 48],
    ]);
    await expect.poll(kept).toBeCloseTo(25, 0);
    await page.keyboard.press('Shift+V');
    await expect.poll(kept).toBeCloseTo(75, 0);
    await page.keyboard.press('Control+z');
    await page.keyboard.press('Control+z');
    // Undoing further would undo what is not on the screen.
    await page.keyboard.press('Control+z');
    await expect.poll(kept).toBe(0);
    expect(await undo().isDisabled()).toBe(true);
    await page.keyboard.press('Control+y');
    await expect.poll(kept).toBeCloseTo(25, 0);
  });

  it('is unchanged after Escape and cut out after Enter, also by clicks and operations', async () => {
    const { page } = studio;
    await page.keyboard.press('Escape');
    await whole().waitFor();
    await page.keyboard.press('Shift+C');
    await bar().waitFor();
    expect(await kept()).toBe(0);
    await page.keyboard.press('w');
    const middle = await onScreen(page, 32, 32);
    // Done waits for what smart select is looking for.
    await whileSeen(page, '.cut-out-bar button:disabled', () => page.mouse.click(middle.x, middle.y));
    const keep = page.getByRole('button', { name: t('mask.proposal.replace') });
    await expect.poll(() => keep.isEnabled()).toBe(true);
    // The first Enter accepts the proposal, the second closes the picture.
    await page.keyboard.press('Enter');
    await expect.poll(kept).toBeCloseTo(25, 0);
    await page.getByRole('button', { name: t('mask.shrink'), exact: true }).click();
    await expect.poll(kept).toBeLessThan(20);
    await page.locator('.scene-canvas').focus();
    await page.keyboard.press('Enter');
    await cutOut().waitFor();
    expect(await bar().count()).toBe(0);
    await page.reload();
    await inspect(page, 'concept');
    await cutOut().waitFor();
    expect(studio.faults).toEqual([]);
  });
});
