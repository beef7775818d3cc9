/**
 * Placing in a real browser: a photograph as background; a picture dropped on it, dragged, scaled, rotated, rendered,
 * exported at full size and reopened; the frame; the two modes of a concept.
 */
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { Locator } from 'playwright-core';
import sharp from 'sharp';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { TestClient } from '../electron/serve/test-client.ts';
import { sharedStudio } from './shared-studio.ts';
import {
  canvasOf,
  coverage,
  createProject,
  drag,
  dropOnCanvas,
  dropPicture,
  headerOf,
  onScreen,
  render,
  saved,
} from './studio-page.ts';
import { t, textPattern } from './texts.ts';

const PHOTOS = join('test', 'photos');
/** Size of coffee.jpg. */
const BACKGROUND = { width: 600, height: 400 };
/** Size of the cat's cut-out. */
const CAT = { width: 300, height: 300 };
/** The part of the background in front of the cat. */
const FENCE = { left: 270, top: 220, width: 24, height: 90 };

const studio = sharedStudio();

beforeAll(() => createProject(studio.page, 'Coffee with a cat'));

/** The cat's head in an ellipse, transparent around it. */
async function catCutOut(): Promise<Buffer> {
  const ellipse = Buffer.from(
    `<svg width="${CAT.width}" height="${CAT.height}"><ellipse cx="150" cy="150" rx="140" ry="120"/></svg>`,
  );
  return sharp(join(PHOTOS, 'chelsea.jpg'))
    .extract({ left: 60, top: 0, ...CAT })
    .ensureAlpha()
    .composite([{ input: ellipse, blend: 'dest-in' }])
    .png()
    .toBuffer();
}

const number = (name: string): Locator => studio.page.getByRole('textbox', { name, exact: true });

interface Placed {
  readonly x: number;
  readonly y: number;
  readonly scale: number;
  readonly angle: number;
}

/** The selected picture's placement, as the panel shows it. */
async function placed(): Promise<Placed> {
  await saved(studio.page);
  const [x, y, scale, angle] = await Promise.all(
    [t('placement.x'), t('placement.y'), t('placement.scale'), t('placement.rotation')].map(async (name) =>
      Number(await number(name).inputValue()),
    ),
  );
  return { x: x!, y: y!, scale: scale!, angle: angle! };
}

/** Pointers move in screen pixels, which are up to about a pixel of the picture off. */
function expectNear(found: Placed, wanted: Partial<Placed>, within = 2): void {
  for (const [name, value] of Object.entries(wanted)) {
    expect(Math.abs(found[name as keyof Placed] - value), name).toBeLessThanOrEqual(within);
  }
}

/** Chooses the mode of the selected concept. */
async function choose(mode: 'replace' | 'place'): Promise<void> {
  await studio.page
    .getByRole('radiogroup', { name: t('concept.mode') })
    .getByText(t(`concept.modes.${mode}`), { exact: true })
    .click();
}

async function undoLabel(): Promise<string | null> {
  return studio.page
    .getByRole('button', { name: new RegExp(`^${t('app.undo')}`) })
    .getAttribute('aria-label');
}

describe('a picture on a photograph', () => {
  let client: TestClient;
  beforeAll(async () => {
    client = await TestClient.connect(studio.serve.url);
  });
  afterAll(() => client.close());

  it('becomes the background as a whole, whatever its size', async () => {
    const { page } = studio;
    await dropPicture(page, 'coffee.jpg', await readFile(join(PHOTOS, 'coffee.jpg')));
    await page.getByRole('img', { name: t('background.alt') }).waitFor();
    await expect
      .poll(async () => {
        const from = await onScreen(page, 0, 0);
        const to = await onScreen(page, BACKGROUND.width, BACKGROUND.height);
        const box = (await canvasOf(page).boundingBox())!;
        const margin = { x: from.x - box.x, y: from.y - box.y };
        // Fitted to the canvas with the same margin on both sides, as if it were 600 x 400.
        const rest = { x: box.x + box.width - to.x, y: box.y + box.height - to.y };
        return Math.max(Math.abs(margin.x - rest.x), Math.abs(margin.y - rest.y));
      })
      .toBeLessThan(1.5);
    expect(await page.getByRole('alert').allTextContents()).toEqual([]);
    // Konva warns about larger ones.
    expect(await canvasOf(page).locator('canvas').count()).toBe(5);
  });

  it('is placed where it is dropped, and selected', async () => {
    const { page } = studio;
    await dropOnCanvas(page, 'my cat.png', await catCutOut(), 200, 250);
    await page.getByRole('button', { name: t('concept.select', { name: 'my cat' }) }).waitFor();
    expectNear(await placed(), { x: 200, y: 250, scale: 44.4, angle: 0 });
    const tool = page.getByRole('button', { name: t('tools.move'), exact: true });
    expect(await tool.getAttribute('aria-pressed')).toBe('true');
  });

  it('is dragged, scaled by a corner and rotated by its handle, each as one step of the history', async () => {
    const { page } = studio;
    await page.getByRole('switch', { name: t('tools.snap') }).uncheck({ force: true });
    await drag(page, [
      [200, 250],
      [300, 240],
    ]);
    expectNear(await placed(), { x: 300, y: 240 });
    expect(await undoLabel()).toContain(t('changes.placed.move'));
    // The bottom right corner, around the opposite one.
    const half = 66.7;
    await drag(page, [
      [300 + half, 240 + half],
      [300 + 2 * half, 240 + 2 * half],
    ]);
    const scaled = await placed();
    expectNear(scaled, { scale: 66.7, x: 333, y: 273 });
    expect(await undoLabel()).toContain(t('changes.placed.scale'));
    // The handle above the upper edge, to the right of the centre: a quarter turn, in steps with Shift.
    const up = await onScreen(page, scaled.x, scaled.y - (scaled.scale / 100) * (CAT.height / 2));
    const right = await onScreen(page, scaled.x + 140, scaled.y + 4);
    await page.mouse.move(up.x, up.y - 28);
    await page.keyboard.down('Shift');
    await page.mouse.down();
    await page.mouse.move(right.x, right.y, { steps: 4 });
    await page.mouse.up();
    await page.keyboard.up('Shift');
    expect(await placed()).toMatchObject({ angle: 90 });
    expect(await undoLabel()).toContain(t('changes.placed.rotate'));
    await page.keyboard.press('Control+z');
    expect(await placed()).toEqual(scaled);
    await page.keyboard.press('Control+Shift+z');
    expect(await placed()).toMatchObject({ angle: 90 });
  });

  it('is nudged, mirrored and set with the keyboard alone', async () => {
    const { page } = studio;
    const before = await placed();
    await canvasOf(page).focus();
    await page.keyboard.press('ArrowRight');
    await page.keyboard.press('Shift+ArrowUp');
    expect(await placed()).toMatchObject({ x: before.x + 1, y: before.y - 10 });
    await page.keyboard.press('Shift+H');
    const flip = page.getByRole('button', { name: t('placement.flipX') });
    await expect.poll(() => flip.getAttribute('aria-pressed')).toBe('true');
    await number(t('placement.rotation')).fill('15');
    await number(t('placement.rotation')).press('Enter');
    expect(await placed()).toMatchObject({ angle: 15 });
  });

  it('is undone step by step with a field focused, which itself undoes only what is not committed', async () => {
    const { page } = studio;
    const before = await placed();
    const angle = number(t('placement.rotation'));
    await number(t('placement.x')).fill('40');
    await page.keyboard.press('Tab');
    await angle.fill('33');
    await page.keyboard.press('Tab');
    expect(await placed()).toMatchObject({ x: 40, angle: 33 });
    await page.keyboard.press('Control+z');
    await expect.poll(placed).toEqual({ ...before, x: 40 });
    await angle.focus();
    await page.keyboard.press('Control+z');
    await expect.poll(placed).toEqual(before);
    await page.keyboard.press('Control+Shift+z');
    await expect.poll(placed).toEqual({ ...before, x: 40 });
    await angle.selectText();
    await page.keyboard.type('7');
    await page.keyboard.press('Control+z');
    expect(await angle.inputValue()).toBe(String(before.angle));
    expect(await placed()).toEqual({ ...before, x: 40 });
    await page.keyboard.press('Control+z');
    await expect.poll(placed).toEqual(before);
    await canvasOf(page).focus();
  });

  it('has opacity, a soft edge and a shadow', async () => {
    const { page } = studio;
    const card = page.getByRole('group', { name: t('placement.title') });
    const opacity = card.getByRole('textbox', { name: t('placement.opacity') });
    await opacity.fill('90');
    await opacity.press('Enter');
    const edge = card.getByRole('textbox', { name: t('placement.softEdge') });
    await edge.fill('6');
    await edge.press('Enter');
    await card.getByRole('switch', { name: t('placement.shadow') }).check({ force: true });
    await card.getByRole('textbox', { name: t('placement.shadowBlur') }).waitFor();
    await saved(page);
    expect(await undoLabel()).toContain(t('changes.placed.shadow'));
    expect(await page.getByRole('alert').allTextContents()).toEqual([]);
  });

  it('lies behind what is marked as in front of it', async () => {
    const { page } = studio;
    const group = page.getByRole('group', { name: t('mask.title', { name: 'my cat' }) });
    await group.getByText(t('mask.roles.front'), { exact: true }).click();
    await canvasOf(page).focus();
    await page.keyboard.press('u');
    await drag(page, [
      [FENCE.left, FENCE.top],
      [FENCE.left + FENCE.width, FENCE.top + FENCE.height],
    ]);
    await group.getByText(textPattern('mask.frontShare')).waitFor();
    await saved(page);
    expect(await undoLabel()).toContain(t('changes.rectangle'));
    await group.getByText(t('mask.roles.placed'), { exact: true }).click();
    const tool = page.getByRole('button', { name: t('tools.move'), exact: true });
    await expect.poll(() => tool.getAttribute('aria-pressed')).toBe('true');
  });

  it('is rendered, and exported at the background’s full size', async () => {
    const { page } = studio;
    await render(page);
    const download = page.waitForEvent('download');
    await headerOf(page)
      .getByRole('button', { name: t('render.exportShort') })
      .click();
    const bytes = await readFile(await (await download).path());
    const { data, info } = await sharp(bytes).removeAlpha().raw().toBuffer({ resolveWithObject: true });
    expect([info.width, info.height]).toEqual([BACKGROUND.width, BACKGROUND.height]);
    // Far from the placed picture, every pixel is the background's.
    const original = await sharp(join(PHOTOS, 'coffee.jpg')).removeAlpha().raw().toBuffer();
    const row = (of: Buffer) => of.subarray(3 * 390 * BACKGROUND.width, 3 * (390 * BACKGROUND.width + 100));
    expect(row(data).equals(row(original))).toBe(true);
    const part = (bytesOfPicture: Buffer | string, box: typeof FENCE) =>
      sharp(bytesOfPicture).removeAlpha().extract(box).raw().toBuffer();
    // The pointer is up to a pixel of the picture off.
    const fence = {
      left: FENCE.left + 2,
      top: FENCE.top + 2,
      width: FENCE.width - 4,
      height: FENCE.height - 4,
    };
    const photo = join(PHOTOS, 'coffee.jpg');
    expect((await part(bytes, fence)).equals(await part(photo, fence))).toBe(true);
    const beside = { ...fence, left: FENCE.left + FENCE.width + 4 };
    expect((await part(bytes, beside)).equals(await part(photo, beside))).toBe(false);
    // The placed picture keeps its detail: it is not as flat as the tiny pack draws it.
    const inside = await sharp(bytes).extract({ left: 310, top: 240, width: 60, height: 60 }).stats();
    expect(Math.max(...inside.channels.map(({ stdev }) => stdev))).toBeGreaterThan(15);
  });

  it('is still there when the page is reopened', async () => {
    const { page } = studio;
    await page.getByRole('button', { name: t('view.scene') }).click();
    const before = await placed();
    // A pack of drawings cannot replace what a photograph shows: no object was looked for under the drop.
    const jobs = client.events.flatMap(({ event, payload }) =>
      event === 'job.changed' ? [payload.kind] : [],
    );
    expect(jobs).not.toContain('selectMask');
    await page.reload();
    await page.getByRole('button', { name: t('concept.select', { name: 'my cat' }) }).click();
    expect(await placed()).toEqual(before);
    expect(studio.faults).toEqual([]);
  });
});

describe('the frame', () => {
  const sizes = () => studio.page.locator('.frame-label').textContent();

  it('is drawn on the canvas, and shows its input and output sizes', async () => {
    const { page } = studio;
    await canvasOf(page).focus();
    await page.keyboard.press('f');
    await page.locator('.tool-options').getByText(t('frame.choices.whole'), { exact: true }).click();
    await expect.poll(sizes).toMatch(/^600 × 400 → \d+ × \d+$/);
    await drag(page, [
      [100, 60],
      [500, 360],
    ]);
    await expect.poll(sizes).toMatch(/^400 × 300 → \d+ × \d+$/);
    expect(await undoLabel()).toContain(t('changes.frame'));
    await drag(page, [
      [500, 360],
      [560, 380],
    ]);
    await expect.poll(sizes).toMatch(/^460 × 320 → /);
  });

  it('returns to the automatic choice', async () => {
    const { page } = studio;
    await page.locator('.tool-options').getByText(t('frame.choices.auto'), { exact: true }).click();
    await saved(page);
    await expect.poll(sizes).not.toMatch(/^460 × 320 → /);
    await page.keyboard.press('Control+z');
    await expect.poll(sizes).toMatch(/^460 × 320 → /);
  });
});

describe('the mode of a concept', () => {
  it('changes and keeps the settings of the other mode', async () => {
    const { page } = studio;
    const before = await placed();
    await choose('replace');
    await page.getByRole('group', { name: t('mask.title', { name: 'my cat' }) }).waitFor();
    await canvasOf(page).focus();
    await page.keyboard.press('u');
    await drag(page, [
      [100, 100],
      [250, 220],
    ]);
    await expect.poll(() => coverage(page)).toBeCloseTo((100 * 150 * 120) / (600 * 400), 0);
    await choose('place');
    expect(await placed()).toEqual(before);
    await choose('replace');
    await expect.poll(() => coverage(page)).toBeCloseTo((100 * 150 * 120) / (600 * 400), 0);
  });

  it('is offered when a mask is moved where there is no object', async () => {
    const { page } = studio;
    await canvasOf(page).focus();
    await page.keyboard.press('v');
    await drag(page, [
      [170, 160],
      [420, 300],
    ]);
    const offer = page.getByRole('region', { name: t('drop.moved', { name: 'my cat' }) });
    await offer.getByRole('button', { name: t('drop.placeInstead') }).click();
    expectNear(await placed(), { x: 425, y: 300 }, 3);
    await offer.waitFor({ state: 'detached' });
  });

  it('is offered where a picture is dropped on a mask: it replaces the object, as one step', async () => {
    const { page } = studio;
    await choose('replace');
    await expect.poll(() => coverage(page)).toBeGreaterThan(0);
    await dropOnCanvas(page, 'other cat.png', await catCutOut(), 420, 300);
    const offer = page.getByRole('region', { name: t('drop.title') });
    await offer.getByText(t('drop.covered', { file: 'other cat.png', name: 'my cat' })).waitFor();
    expect(await page.getByRole('button', { name: textPattern('concept.select') }).count()).toBe(2);
    await offer.getByRole('button', { name: t('drop.replaceOf', { name: 'my cat' }) }).click();
    await expect
      .poll(() => page.getByRole('button', { name: textPattern('concept.select') }).count())
      .toBe(1);
    await page.keyboard.press('Control+z');
    await expect
      .poll(() => page.getByRole('button', { name: textPattern('concept.select') }).count())
      .toBe(2);
    expect(studio.faults).toEqual([]);
  });
});
