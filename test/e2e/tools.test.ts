/** Every tool, and every way to select it, on a real canvas. */
import { beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { refine } from './inspector-page.ts';
import { SAMPLE_SIZE_PX } from './sample-pack.ts';
import { sharedStudio } from './shared-studio.ts';
import { canvasOf, coverage, drag, maskEmptied, onScreen, renderButton, saved } from './studio-page.ts';
import { t, textPattern } from './texts.ts';

/** Share of the picture in percent. */
const percent = (areaPx: number) => (100 * areaPx) / SAMPLE_SIZE_PX ** 2;

const studio = sharedStudio();

beforeAll(async () => {
  // The sample's active mask loads after the page does.
  await studio.page
    .getByRole('group', { name: textPattern('mask.title') })
    .getByText(textPattern('concept.share'))
    .waitFor();
});

beforeEach(async () => {
  await clear();
});

/** Clears the active mask. */
async function clear(): Promise<void> {
  const { page } = studio;
  if ((await coverage(page)) > 0) {
    await canvasOf(page).focus();
    await page.keyboard.press('Delete');
  }
  await maskEmptied(page);
}

/** Presses a key with the canvas focused. */
async function press(key: string): Promise<void> {
  await canvasOf(studio.page).focus();
  await studio.page.keyboard.press(key);
}

async function expectCoverage(areaPx: number, tolerancePercent = 0.5): Promise<void> {
  await expect
    .poll(async () => Math.abs((await coverage(studio.page)) - percent(areaPx)))
    .toBeLessThan(tolerancePercent);
}

describe('painting', () => {
  it('paints with the brush, erases with the eraser, and swaps them with X', async () => {
    const { page } = studio;
    await press('b');
    await drag(page, [
      [20, 40],
      [100, 40],
    ]);
    await expectCoverage(80 * 24 + Math.PI * 12 ** 2, 2);
    const painted = await coverage(page);
    await press('x');
    await drag(page, [
      [60, 20],
      [60, 60],
    ]);
    await expect.poll(() => coverage(page)).toBeLessThan(painted);
    await press('x');
    expect(
      await page.getByRole('button', { name: t('tools.brush'), exact: true }).getAttribute('aria-pressed'),
    ).toBe('true');
  });

  it('outlines the mask as it would anew, wherever strokes changed it', async () => {
    const { page } = studio;
    /** Of the layer with the active mask. */
    const pixels = () =>
      page.evaluate(async () => {
        const canvas = document.querySelectorAll<HTMLCanvasElement>('.scene-canvas canvas')[2]!;
        const { data } = canvas.getContext('2d')!.getImageData(0, 0, canvas.width, canvas.height);
        const hash = new Uint8Array(await crypto.subtle.digest('SHA-256', data));
        const inked = data.filter((value, at) => at % 4 === 3 && value > 0).length;
        return { width: canvas.width, inked, hash: hash.join() };
      });
    // Far out, the ink of a line reaches several pixels of the mask beyond those that changed.
    await page.getByRole('button', { name: t('view.actualSize') }).click();
    await press('b');
    await drag(page, [
      [20, 40],
      [60, 80],
      [100, 40],
      [30, 90],
      [63, 20],
    ]);
    // Rectangles change no pixel beyond their edges, where the outline's ink is.
    await press('u');
    await drag(page, [
      [15, 50],
      [110, 100],
    ]);
    await drag(
      page,
      [
        [40, 60],
        [80, 90],
      ],
      ['Alt'],
    );
    await drag(page, [
      [70, 10],
      [115, 70],
    ]);
    await saved(page);
    const drawn = await pixels();
    expect(drawn.inked).toBeGreaterThan(1000);
    // In another window size the layer is drawn anew.
    const size = page.viewportSize()!;
    await page.setViewportSize({ ...size, width: size.width + 100 });
    await expect.poll(async () => (await pixels()).width).not.toBe(drawn.width);
    await page.setViewportSize(size);
    await expect.poll(pixels).toEqual(drawn);
    await press('Control+Digit0');
    await press('b');
  });

  it('changes the brush’s size with the bracket keys, by their position on the keyboard', async () => {
    const { page } = studio;
    const size = page.locator('.tool-options').getByText(/px$/);
    const before = await size.textContent();
    await press('BracketRight');
    await expect.poll(() => size.textContent()).not.toBe(before);
    await press('BracketLeft');
    await expect.poll(() => size.textContent()).toBe(before);
  });

  it('draws a straight line from the last stroke with Shift', async () => {
    const { page } = studio;
    await press('b');
    await drag(page, [[20, 20]]);
    await drag(page, [[100, 100]], ['Shift']);
    await expectCoverage(Math.hypot(80, 80) * 24 + Math.PI * 12 ** 2, 3);
  });

  it('paints a thinner line with a softer brush, by what counts as inside', async () => {
    const { page } = studio;
    await press('b');
    const line = [
      [20, 40],
      [100, 40],
    ] as const;
    for (let step = 0; step < 10; step++) await press('Shift+BracketRight');
    await drag(page, line);
    const hard = await coverage(page);
    await clear();
    for (let step = 0; step < 10; step++) await press('Shift+BracketLeft');
    await page.locator('.tool-options').getByText('0 %', { exact: true }).waitFor();
    await drag(page, line);
    await expect.poll(() => coverage(page)).toBeGreaterThan(0);
    expect(await coverage(page)).toBeLessThan(0.8 * hard);
    for (let step = 0; step < 8; step++) await press('Shift+BracketRight');
  });

  it('discards the current stroke on Escape', async () => {
    const { page } = studio;
    await press('b');
    const { x, y } = await onScreen(page, 64, 64);
    await page.mouse.move(x, y);
    await page.mouse.down();
    await page.mouse.move(x + 60, y, { steps: 3 });
    await page.keyboard.press('Escape');
    await page.mouse.up();
    await maskEmptied(page);
  });
});

describe('areas', () => {
  it('fills a rectangle, an ellipse, a lasso and a polygon', async () => {
    const { page } = studio;
    await press('u');
    await drag(page, [
      [20, 20],
      [60, 50],
    ]);
    await expectCoverage(40 * 30);
    await clear();
    await press('Shift+u');
    await drag(page, [
      [20, 20],
      [60, 50],
    ]);
    await expectCoverage(Math.PI * 20 * 15);
    await clear();
    await press('l');
    await drag(page, [
      [20, 20],
      [100, 20],
      [100, 100],
    ]);
    await expectCoverage((80 * 80) / 2, 1.5);
    await clear();
    await press('p');
    for (const [x, y] of [
      [20, 20],
      [100, 20],
      [100, 100],
    ] as const) {
      const at = await onScreen(page, x, y);
      await page.mouse.click(at.x, at.y);
    }
    await page.keyboard.press('Enter');
    await expectCoverage((80 * 80) / 2, 1.5);
  });

  it('subtracts an area with Alt', async () => {
    const { page } = studio;
    await press('u');
    await drag(page, [
      [20, 20],
      [60, 60],
    ]);
    await drag(
      page,
      [
        [20, 20],
        [40, 60],
      ],
      ['Alt'],
    );
    await expectCoverage(20 * 40);
  });

  it('fills the area around a mask, and moves and scales a mask', async () => {
    const { page } = studio;
    await press('u');
    await drag(page, [
      [20, 20],
      [60, 60],
    ]);
    await press('v');
    await drag(page, [
      [40, 40],
      [60, 50],
    ]);
    await expectCoverage(40 * 40);
    await drag(page, [
      [80, 70],
      [100, 90],
    ]);
    await expectCoverage(60 * 60, 1.5);
    await press('g');
    const outside = await onScreen(page, 5, 5);
    await page.mouse.click(outside.x, outside.y);
    await expectCoverage(SAMPLE_SIZE_PX ** 2, 1);
  });
});

describe('operations on the whole mask', () => {
  it('grows, shrinks, inverts, and copies from another concept', async () => {
    const { page } = studio;
    await press('u');
    await drag(page, [
      [40, 40],
      [80, 80],
    ]);
    await refine(page, 'shrink');
    await expectCoverage(32 * 32);
    await refine(page, 'grow');
    await expectCoverage(40 * 40, 1);
    await press('Shift+v');
    await expectCoverage(SAMPLE_SIZE_PX ** 2 - 40 * 40, 1);
    await page.getByRole('button', { name: t('mask.copyFrom') }).click();
    await page.getByRole('menuitem', { name: 'my dog' }).click();
    await expectCoverage(34 * 40, 1);
  });

  it('fills holes, removes specks, and feathers', async () => {
    const { page } = studio;
    const rectangle = (left: number, top: number, right: number, bottom: number, ...keys: string[]) =>
      drag(
        page,
        [
          [left, top],
          [right, bottom],
        ],
        keys,
      );
    await press('u');
    await rectangle(20, 20, 60, 60);
    await rectangle(30, 30, 40, 40, 'Alt');
    await expectCoverage(40 * 40 - 10 * 10);
    await refine(page, 'fillHoles');
    await expectCoverage(40 * 40, 0.1);
    await rectangle(100, 100, 107, 107);
    await expectCoverage(40 * 40 + 7 * 7, 0.1);
    await refine(page, 'removeSpecks', 8);
    await expectCoverage(40 * 40, 0.1);
    await refine(page, 'feather', 8);
    await page.getByRole('button', { name: `${t('app.undo')}: ${t('mask.feather')}` }).waitFor();
    // Half of the soft edge is inside; only the corners become rounder.
    await expectCoverage(40 * 40, 0.5);
    expect(await coverage(page)).toBeLessThanOrEqual(percent(40 * 40) + 0.05);
  });

  it('leave a locked mask unchanged', async () => {
    const { page } = studio;
    const card = page.locator('.concept-card[data-active="true"]');
    await card.getByRole('button', { name: t('concept.lock') }).click();
    await press('b');
    await drag(page, [
      [20, 40],
      [100, 40],
    ]);
    await saved(page);
    await maskEmptied(page);
    expect(await page.getByRole('button', { name: t('mask.refine') }).isDisabled()).toBe(true);
    await card.getByRole('button', { name: t('concept.unlock') }).click();
  });
});

describe('undo and redo', () => {
  it('undo gestures one by one, and redo them', async () => {
    const { page } = studio;
    await press('u');
    const seen = [await coverage(page)];
    for (const x of [10, 40, 70, 100]) {
      await drag(page, [
        [x, 20],
        [x + 20, 60],
      ]);
      await expect.poll(() => coverage(page)).toBeGreaterThan(seen.at(-1)!);
      seen.push(await coverage(page));
    }
    for (const expected of seen.toReversed().slice(1)) {
      await press('Control+z');
      await expect.poll(() => coverage(page)).toBe(expected);
    }
    for (const expected of seen.slice(1)) {
      await press('Control+y');
      await expect.poll(() => coverage(page)).toBe(expected);
    }
  });

  it('keep strokes in order when they come faster than they are saved', async () => {
    const { page } = studio;
    await press('u');
    for (const x of [0, 20, 40, 60, 80, 100]) {
      await drag(page, [
        [x, 20],
        [x + 20, 60],
      ]);
    }
    await page.keyboard.press('Control+z');
    await page.keyboard.press('Control+z');
    await expectCoverage(80 * 40);
    await page.reload();
    await renderButton(page).waitFor();
    await expectCoverage(80 * 40);
  });
});

describe('the view', () => {
  it('zooms at the pointer, fits, and shows actual pixels', async () => {
    const { page } = studio;
    const zoom = () => page.locator('.view-bar .numbers').first().textContent();
    const before = await onScreen(page, 30, 30);
    const fitted = await zoom();
    await page.mouse.move(before.x, before.y);
    await page.mouse.wheel(0, -300);
    await expect.poll(zoom).not.toBe(fitted);
    const after = await onScreen(page, 30, 30);
    expect(Math.hypot(after.x - before.x, after.y - before.y)).toBeLessThan(1);
    await press('Control+1');
    await expect.poll(zoom).toBe(t('view.actualSize'));
    await press('Control+0');
    await expect.poll(zoom).toBe(fitted);
  });

  it('pans while Space is held, and paints nothing', async () => {
    const { page } = studio;
    await press('b');
    const before = await onScreen(page, 0, 0);
    await canvasOf(page).focus();
    await drag(
      page,
      [
        [60, 60],
        [70, 60],
      ],
      ['Space'],
    );
    expect((await onScreen(page, 0, 0)).x).toBeGreaterThan(before.x + 5);
    await maskEmptied(page);
    await press('Control+0');
  });

  it('logged no error to the console throughout', () => {
    expect(studio.faults).toEqual([]);
  });
});
