/** What of a concept's picture is used: its own transparency says it, or it is cut out on the canvas. */
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import sharp from 'sharp';
import { beforeAll, describe, expect, it } from 'vitest';
import { sharedStudio } from './shared-studio.ts';
import { createProject, drag, dropPicture, onScreen, saved } from './studio-page.ts';
import { t, textPattern } from './texts.ts';

/** Written by Pillow (make_cut_outs.py). */
const OTHERS = join('test', 'golden', 'cut-outs');

const studio = sharedStudio();

/** A red square of a quarter of the picture in the middle; around it, nothing or blue. */
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

/** Adds a concept, which is then in hand. */
async function add(picture: Buffer): Promise<void> {
  const { page } = studio;
  const cards = page.getByRole('button', { name: textPattern('concept.select') });
  const before = await cards.count();
  await dropPicture(page, 'image.png', picture);
  await expect.poll(() => cards.count()).toBe(before + 1);
  await saved(page);
}

/** How much of the picture is kept, in percent, as the panel says it. */
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
    // What is dropped before it is there would be taken for the background.
    await studio.page.getByRole('img', { name: t('background.alt') }).waitFor();
    await saved(studio.page);
  });

  it('is used without its surroundings, whatever program wrote it, and an opaque one whole', async () => {
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
  it('opens in the place of the scene, and takes the mask tools, with undo as far as it began', async () => {
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
    // Farther back there is what is not in sight.
    await page.keyboard.press('Control+z');
    await expect.poll(kept).toBe(0);
    expect(await undo().isDisabled()).toBe(true);
    await page.keyboard.press('Control+y');
    await expect.poll(kept).toBeCloseTo(25, 0);
  });

  it('is as it was after Escape, and cut out after Enter, by clicks and operations too', async () => {
    const { page } = studio;
    await page.keyboard.press('Escape');
    await whole().waitFor();
    await page.keyboard.press('Shift+C');
    await bar().waitFor();
    expect(await kept()).toBe(0);
    await page.keyboard.press('w');
    const middle = await onScreen(page, 32, 32);
    await page.mouse.click(middle.x, middle.y);
    const keep = page.getByRole('button', { name: t('mask.proposal.keep') });
    await expect.poll(() => keep.isEnabled()).toBe(true);
    // The first takes the proposal, the second ends.
    await page.keyboard.press('Enter');
    await expect.poll(kept).toBeCloseTo(25, 0);
    await page.getByRole('button', { name: t('mask.shrink'), exact: true }).click();
    await expect.poll(kept).toBeLessThan(20);
    await page.locator('.scene-canvas').focus();
    await page.keyboard.press('Enter');
    await cutOut().waitFor();
    expect(await bar().count()).toBe(0);
    await page.reload();
    await cutOut().waitFor();
    expect(studio.faults).toEqual([]);
  });
});
