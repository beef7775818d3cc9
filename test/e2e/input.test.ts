/** Pen, touch and keyboard, and what is done with whole masks: on one page with the tiny pack. */
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { CDPSession } from 'playwright-core';
import sharp from 'sharp';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { SAMPLE_SIZE_PX, samplePicture } from './sample-pack.ts';
import { sharedStudio } from './shared-studio.ts';
import {
  canvasOf,
  coverage,
  drag,
  headerOf,
  idle,
  LONG_WORK,
  maskEmptied,
  maskPanelOf,
  onScreen,
  saved,
} from './studio-page.ts';
import { t, textPattern } from './texts.ts';

const CASES = join(import.meta.dirname, '..', 'cases', 'masks-in-other-conventions');

const studio = sharedStudio();
let devtools: CDPSession;

beforeAll(async () => {
  const { page } = studio;
  await maskPanelOf(page).getByText(textPattern('concept.share')).waitFor();
  devtools = await page.context().newCDPSession(page);
});

afterAll(() => devtools?.detach());

async function press(key: string): Promise<void> {
  await canvasOf(studio.page).focus();
  await studio.page.keyboard.press(key);
}

async function clear(): Promise<void> {
  if ((await coverage(studio.page)) > 0) await press('Delete');
  await maskEmptied(studio.page);
}

type Point = readonly [x: number, y: number];

/** Fingers on the canvas, in image pixels. */
async function touch(type: 'touchStart' | 'touchMove' | 'touchEnd', ...points: Point[]): Promise<void> {
  const touchPoints = await Promise.all(points.map(([x, y]) => onScreen(studio.page, x, y)));
  await devtools.send('Input.dispatchTouchEvent', { type, touchPoints });
}

/** The same on the screen, which a zoom does not move. */
async function touchScreen(type: 'touchStart' | 'touchMove', ...points: Point[]): Promise<void> {
  await devtools.send('Input.dispatchTouchEvent', { type, touchPoints: points.map(([x, y]) => ({ x, y })) });
}

interface Pen {
  readonly force?: number;
  readonly tiltX?: number;
}

async function pen(
  type: 'mousePressed' | 'mouseMoved' | 'mouseReleased',
  [x, y]: Point,
  { force = 1, tiltX = 0 }: Pen = {},
): Promise<void> {
  const at = await onScreen(studio.page, x, y);
  await devtools.send('Input.dispatchMouseEvent', {
    type,
    ...at,
    force,
    tiltX,
    pointerType: 'pen',
    button: 'left',
    buttons: type === 'mouseReleased' ? 0 : 1,
    clickCount: 1,
  });
}

async function penStroke(how: Pen = {}): Promise<number> {
  await clear();
  await press('b');
  await pen('mousePressed', [20, 40], how);
  for (const x of [60, 100]) await pen('mouseMoved', [x, 40], how);
  await pen('mouseReleased', [100, 40], how);
  await expect.poll(() => coverage(studio.page)).toBeGreaterThan(0);
  return coverage(studio.page);
}

async function togglePen(name: 'pressureSize' | 'pressureOpacity' | 'tiltSize'): Promise<void> {
  const { page } = studio;
  await page.getByRole('button', { name: t('tools.pen'), exact: true }).click();
  await page.getByRole('menuitemcheckbox', { name: t(`tools.penOptions.${name}`) }).click();
  await page.keyboard.press('Escape');
}

/** The active mask's layer: whether a point is opaque, and its colour. */
function drawn([x, y]: Point): Promise<readonly number[]> {
  return studio.page.evaluate(
    ([imageX, imageY]) => {
      const container = document.querySelector<HTMLElement>('.scene-canvas')!;
      const [left, top, scale] = ['x', 'y', 'scale'].map((name) =>
        Number.parseFloat(container.style.getPropertyValue(`--picture-${name}`)),
      );
      const canvas = container.querySelectorAll('canvas')[2]!;
      const ratio = canvas.width / canvas.getBoundingClientRect().width;
      const at = [(left! + imageX! * scale!) * ratio, (top! + imageY! * scale!) * ratio].map(Math.round);
      return [...canvas.getContext('2d')!.getImageData(at[0]!, at[1]!, 1, 1).data];
    },
    [x, y] as const,
  );
}

describe('a pen', () => {
  it('paints thinner, more transparently and wider by its pressure and tilt, as chosen', async () => {
    const firm = await penStroke();
    expect(await penStroke({ force: 0.2 })).toBeLessThan(0.6 * firm);
    await togglePen('pressureSize');
    expect(await penStroke({ force: 0.2 })).toBe(firm);
    await togglePen('pressureOpacity');
    await clear();
    await press('b');
    await pen('mousePressed', [20, 40], { force: 0.2 });
    await pen('mouseMoved', [100, 40], { force: 0.2 });
    await pen('mouseReleased', [100, 40], { force: 0.2 });
    await headerOf(studio.page)
      .getByRole('button', { name: `${t('app.undo')}: ${t('changes.brush')}`, exact: true })
      .waitFor();
    // 28 % of 255, times the mask's opacity on the screen: nothing of it counts as inside.
    expect(await coverage(studio.page)).toBe(0);
    expect((await drawn([60, 40]))[3]).toBeGreaterThan(20);
    await press('Control+z');
    await togglePen('pressureOpacity');
    expect(await penStroke({ tiltX: 60 })).toBe(firm);
    await togglePen('tiltSize');
    expect(await penStroke({ tiltX: 60 })).toBeGreaterThan(1.8 * firm);
    await togglePen('tiltSize');
    await togglePen('pressureSize');
  });

  it('is not disturbed by the palm: neither during a stroke nor by one that was there first', async () => {
    const { page } = studio;
    const alone = await penStroke();
    await clear();
    // 1. The palm rests first, then the pen comes, then another finger.
    await touch('touchStart', [30, 110]);
    await pen('mousePressed', [20, 40]);
    await touch('touchStart', [30, 110], [100, 110]);
    await touch('touchMove', [60, 100], [110, 90]);
    for (const x of [60, 100]) await pen('mouseMoved', [x, 40]);
    await pen('mouseReleased', [100, 40]);
    await touch('touchEnd');
    await expect.poll(() => coverage(page)).toBe(alone);
    // 2. Right after the stroke it is still the palm.
    await pen('mouseMoved', [100, 40]);
    await touch('touchStart', [30, 110]);
    await touch('touchMove', [60, 100]);
    await touch('touchEnd');
    expect(await coverage(page)).toBe(alone);
  });
});

describe('fingers', () => {
  it('paint with one, pan and zoom with two, and draw nothing then', async () => {
    const { page } = studio;
    await clear();
    // No pen has been used for a while, by the page's clock.
    await page.waitForFunction(
      (since) => performance.now() - since > 800,
      await page.evaluate(() => performance.now()),
    );
    await press('b');
    await touch('touchStart', [20, 40]);
    await touch('touchMove', [100, 40]);
    await touch('touchEnd');
    await expect.poll(() => coverage(page)).toBeGreaterThan(5);
    const painted = await coverage(page);
    const zoom = () => page.locator('.view-bar .numbers').first().textContent();
    const before = await zoom();
    const [left, right] = [await onScreen(page, 40, 64), await onScreen(page, 88, 64)];
    const middle = { x: (left.x + right.x) / 2, y: left.y };
    await touchScreen('touchStart', [left.x, left.y], [right.x, right.y]);
    // Twice as far apart, and 40 pixels further down.
    const spread = [middle.x - (right.x - left.x), middle.x + (right.x - left.x)] as const;
    await touchScreen('touchMove', [spread[0], left.y + 40], [spread[1], right.y + 40]);
    await touch('touchEnd');
    await expect.poll(zoom).not.toBe(before);
    const after = await onScreen(page, 64, 64);
    expect(Math.hypot(after.x - middle.x, after.y - (middle.y + 40))).toBeLessThan(2);
    const moved = await onScreen(page, 88, 64);
    expect((moved.x - after.x) / (right.x - middle.x)).toBeCloseTo(2, 1);
    expect(await coverage(page)).toBe(painted);
    await press('Control+0');
    await expect.poll(zoom).toBe(before);
  });
});

describe('a mask', () => {
  /** 40 x 20 pixels. */
  async function rectangle(): Promise<void> {
    await clear();
    await press('u');
    await drag(studio.page, [
      [40, 50],
      [80, 70],
    ]);
    await expect.poll(() => coverage(studio.page)).toBeGreaterThan(4);
  }

  it('is shown as overlay, outline, and black and white with Q', async () => {
    await rectangle();
    const inside: Point = [60, 60];
    const overlay = await drawn(inside);
    expect(overlay[3]).toBeGreaterThan(50);
    await press('q');
    await expect.poll(() => drawn(inside)).toEqual([0, 0, 0, 0]);
    await press('q');
    await expect.poll(() => drawn(inside)).toEqual([255, 255, 255, 255]);
    expect(await drawn([20, 20])).toEqual([0, 0, 0, 255]);
    await press('q');
    await expect.poll(() => drawn(inside)).toEqual(overlay);
  });

  it('is turned and mirrored, saved, and loaded again', async () => {
    const { page } = studio;
    // An L: 40 x 20 pixels, and 10 x 10 below its left end.
    await rectangle();
    await drag(page, [
      [40, 70],
      [50, 80],
    ]);
    await expect.poll(() => coverage(page)).toBeGreaterThan(5);
    const area = await coverage(page);
    const turn = async (name: 'rotateRight' | 'flipX') => {
      const operations = page.locator('.mask-operations');
      if (!(await operations.isVisible())) {
        await page.getByRole('button', { name: t('mask.refine') }).click();
      }
      await operations.getByRole('button', { name: t('mask.transform') }).click();
      await page.getByRole('menuitem', { name: t(`mask.${name}`) }).click();
      await page.getByRole('button', { name: `${t('app.undo')}: ${t(`mask.${name}`)}` }).waitFor();
    };
    await turn('rotateRight');
    expect(await coverage(page)).toBe(area);
    await turn('flipX');
    const download = page.waitForEvent('download');
    await maskPanelOf(page)
      .getByRole('button', { name: t('mask.save') })
      .click();
    const file = await download;
    expect(file.suggestedFilename()).toBe(`${t('mask.fileName', { name: 'my cat' })}.png`);
    const bytes = await readFile(await file.path());
    const { data, info } = await sharp(bytes)
      .toColourspace('b-w')
      .raw()
      .toBuffer({ resolveWithObject: true });
    expect(info).toMatchObject({ width: SAMPLE_SIZE_PX, height: SAMPLE_SIZE_PX, channels: 1 });
    const at = (x: number, y: number) => data[y * SAMPLE_SIZE_PX + x];
    // Of 40 x 30 pixels around (60, 65) now 30 x 40; its foot, which was below left, is above left, then above right.
    expect([at(72, 47), at(60, 47), at(60, 83), at(42, 47), at(72, 80)]).toEqual([255, 255, 255, 0, 0]);
    await clear();
    await loadMask(bytes, 'saved.png');
    await expect.poll(() => coverage(page)).toBe(area);
  });

  async function loadMask(buffer: Buffer, name: string): Promise<void> {
    const chooser = studio.page.waitForEvent('filechooser');
    await maskPanelOf(studio.page)
      .getByRole('button', { name: t('mask.import') })
      .click();
    await (await chooser).setFiles({ name, mimeType: 'image/png', buffer });
  }

  it('of another program is understood, or refused with what was found', async () => {
    const { page } = studio;
    for (const [name, note] of [
      ['alpha-black.png', 'mask-from-opacity'],
      ['zero-one.png', 'mask-from-levels'],
      ['red.png', 'mask-from-colour'],
      ['comfy.png', 'mask-from-hole'],
    ] as const) {
      await clear();
      await loadMask(await readFile(join(CASES, name)), name);
      await page.getByText(t(`pictureNotes.${note}`, { name })).waitFor();
      await expect.poll(() => coverage(page)).toBeGreaterThan(1);
    }
    const before = await coverage(page);
    const flat = `<svg xmlns="http://www.w3.org/2000/svg" width="128" height="128"><rect width="128" height="128" fill="#00f"/><rect width="40" height="60" fill="#f00"/><rect x="60" width="30" height="60" fill="#0f0"/></svg>`;
    await loadMask(await sharp(Buffer.from(flat)).removeAlpha().png().toBuffer(), 'regions.png');
    await page.getByText(/regions\.png is no mask\. It has 3 flat colours/).waitFor();
    expect(await coverage(page)).toBe(before);
  });
});

describe('by the keyboard alone', () => {
  /** Moves the focus with Tab until a control has it. */
  async function tabTo(name: string | RegExp, role: 'button' | 'textbox' | 'tab' = 'button'): Promise<void> {
    const { page } = studio;
    const wanted = page.getByRole(role, { name, exact: typeof name === 'string' }).first();
    await wanted.waitFor();
    for (let steps = 0; steps < 200; steps++) {
      if (await wanted.evaluate((element) => element === document.activeElement)) return;
      await page.keyboard.press('Tab');
    }
    throw new Error(`Tab does not reach ${String(name)}`);
  }

  async function choose(name: string, file: string, bytes: Buffer): Promise<void> {
    const { page } = studio;
    const chooser = page.waitForEvent('filechooser');
    await tabTo(name);
    await page.keyboard.press('Enter');
    await (await chooser).setFiles({ name: file, mimeType: 'image/png', buffer: bytes });
  }

  it('a scene is made, rendered, compared and exported', async () => {
    const { page } = studio;
    // 1. A new project.
    await press('Control+o');
    await tabTo(t('project.new'), 'textbox');
    await page.keyboard.type('By keyboard');
    await tabTo(t('project.create'));
    await page.keyboard.press('Enter');
    await page.getByRole('heading', { name: t('view.empty') }).waitFor();
    // 2. Background, concept, mask.
    await choose(t('background.choose'), 'beach.png', await samplePicture('background.png'));
    await page.getByRole('img', { name: t('background.alt') }).waitFor();
    await choose(t('concept.add'), 'cat.png', await samplePicture('cat.png'));
    await page.getByRole('button', { name: t('concept.select', { name: 'cat' }) }).waitFor();
    await choose(t('mask.import'), 'mask.png', await samplePicture('cat-mask.png'));
    await expect.poll(() => coverage(page)).toBeGreaterThan(5);
    await page.getByText(t('flow.ready')).waitFor();
    // 3. Two renders with different parameters; a screen reader hears of the end.
    await tabTo(t('inspector.tabs.concept'), 'tab');
    await page.keyboard.press('ArrowRight');
    await tabTo(t('parameters.steps.name'), 'textbox');
    await page.keyboard.press('Control+a');
    await page.keyboard.type('4');
    await page.keyboard.press('Enter');
    await saved(page);
    const pictures = page.locator('.frame img');
    await page.keyboard.press('Control+Enter');
    await expect.poll(() => pictures.count(), LONG_WORK).toBe(1);
    await expect.poll(() => page.locator('.announcer').textContent()).toContain(t('announce.done'));
    await tabTo(t('parameters.seed.name'), 'textbox');
    await page.keyboard.press('Control+a');
    await page.keyboard.type('7');
    await page.keyboard.press('Enter');
    await saved(page);
    await page.keyboard.press('Control+Enter');
    await expect.poll(() => pictures.count(), LONG_WORK).toBe(2);
    await idle(page);
    // 4. The newer is compared with the older; the caption says what differs.
    await expect.poll(() => page.locator('.frame-name').first().textContent()).toContain('7');
    await press('Shift+m');
    await page.getByText(textPattern('history.comparing')).waitFor();
    await page.keyboard.press('Enter');
    await page.getByRole('slider', { name: t('view.sliderHandle') }).waitFor();
    await page
      .getByText(t('history.difference.changed', { what: t('parameters.seed.name'), a: 7, b: 0 }))
      .waitFor();
    // 5. It is exported.
    const download = page.waitForEvent('download');
    await press('Control+e');
    expect((await download).suggestedFilename()).toMatch(/\.png$/);
    // Nothing but the refused mask.
    expect(studio.faults.filter((fault) => !fault.includes('regions.png'))).toEqual([]);
  });
});
