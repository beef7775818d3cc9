/** The page is reloaded at awkward moments, and nothing is lost. */
import { beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { engineOf } from './engine-process.ts';
import { inspect } from './inspector-page.ts';
import { sharedStudio } from './shared-studio.ts';
import {
  canvasOf,
  coverage,
  drag,
  LONG_WORK,
  maskEmptied,
  onScreen,
  RENDER_PROGRESS,
  render,
  renderButton,
  saved,
  whileSeen,
} from './studio-page.ts';
import { t, textPattern } from './texts.ts';

const studio = sharedStudio();

beforeAll(async () => {
  // The sample's masks must be there, or "no mask yet" could be read before one is loaded.
  await studio.page.getByText(textPattern('concept.share', { percent: /[1-9][\d.]*/ })).waitFor();
});

async function press(key: string): Promise<void> {
  await canvasOf(studio.page).focus();
  await studio.page.keyboard.press(key);
}

async function reload(): Promise<void> {
  await studio.page.reload();
  await renderButton(studio.page).waitFor();
}

/** Moves the mouse over points of the picture. */
async function moveOver(points: readonly (readonly [x: number, y: number])[]): Promise<void> {
  for (const [x, y] of points) {
    const at = await onScreen(studio.page, x, y);
    await studio.page.mouse.move(at.x, at.y, { steps: 4 });
  }
}

describe('what is being drawn', () => {
  beforeEach(async () => {
    const { page } = studio;
    if ((await coverage(page)) > 0) await press('Delete');
    await maskEmptied(page);
  });

  // In the middle of saving to the page's storage: the pointer is still down, nothing has been sent.
  it.each([
    ['stroke', 'b'],
    ['lasso', 'l'],
    ['rectangle', 'u'],
    ['ellipse', 'Shift+U'],
  ])('a %s with the pointer still down is in the mask, and undo removes it', async (_, key) => {
    const { page } = studio;
    await press(key);
    await moveOver([[20, 20]]);
    await page.mouse.down();
    await moveOver([
      [80, 24],
      [84, 70],
    ]);
    await reload();
    await page.mouse.up();
    await expect.poll(() => coverage(page)).toBeGreaterThan(5);
    await press('Control+z');
    await maskEmptied(page);
    await press('Control+Shift+z');
    await expect.poll(() => coverage(page)).toBeGreaterThan(5);
    // Only once, not at every start.
    await press('Control+z');
    await maskEmptied(page);
    await saved(page);
    await reload();
    await maskEmptied(page);
  });

  it('a move goes as far as the pointer did', async () => {
    const { page } = studio;
    await press('u');
    await drag(page, [
      [10, 10],
      [50, 50],
    ]);
    await expect.poll(() => coverage(page)).toBeGreaterThan(5);
    const before = await coverage(page);
    await press('v');
    await moveOver([[30, 30]]);
    await page.mouse.down();
    await moveOver([[125, 30]]);
    await reload();
    await page.mouse.up();
    // There is none until the mask is loaded, and undo would be for the step before.
    await expect.poll(() => coverage(page)).toBeGreaterThan(0);
    // Half of it has left the picture.
    expect(await coverage(page)).toBeLessThan(0.8 * before);
    await press('Control+z');
    await expect.poll(() => coverage(page)).toBe(before);
  });

  it('a polygon is closed as it is; two corners make none', async () => {
    const { page } = studio;
    const clicks = async (points: readonly (readonly [number, number])[]) => {
      for (const [x, y] of points) {
        const at = await onScreen(page, x, y);
        await page.mouse.click(at.x, at.y);
      }
    };
    await press('p');
    await clicks([
      [20, 20],
      [90, 20],
      [90, 80],
    ]);
    await reload();
    await expect.poll(() => coverage(page)).toBeGreaterThan(5);
    await press('Delete');
    await maskEmptied(page);
    await press('p');
    await clicks([
      [20, 20],
      [90, 20],
    ]);
    await saved(page);
    await reload();
    await maskEmptied(page);
  });

  it('strokes that were just finished are there, each once and in order, as is the next one', async () => {
    const { page } = studio;
    await press('u');
    const strip = async (x: number) =>
      drag(page, [
        [x, 20],
        [x + 20, 60],
      ]);
    for (const x of [0, 20, 40]) await strip(x);
    const whole = (100 * 20 * 40) / 128 ** 2;
    await moveOver([[60, 20]]);
    await page.mouse.down();
    await moveOver([[80, 60]]);
    await reload();
    await page.mouse.up();
    await expect.poll(async () => Math.abs((await coverage(page)) - 4 * whole)).toBeLessThan(0.5);
    for (const left of [3, 2, 1]) {
      await press('Control+z');
      await expect.poll(async () => Math.abs((await coverage(page)) - left * whole)).toBeLessThan(0.5);
    }
    await press('Control+z');
    await maskEmptied(page);
    for (let step = 0; step < 4; step++) await press('Control+Shift+z');
    await expect.poll(async () => Math.abs((await coverage(page)) - 4 * whole)).toBeLessThan(0.5);
  });
});

describe.runIf(process.platform === 'linux')('a render', () => {
  const editTheScene = () => studio.page.getByRole('button', { name: t('view.scene') });

  it('appears by itself when it is done, even if its page was reloaded', async () => {
    const { page } = studio;
    await render(page);
    await press('Escape');
    // The engine is suspended while the page reloads, so that the render cannot finish unseen.
    const engine = engineOf(studio.serve.child.pid!)!;
    process.kill(engine, 'SIGSTOP');
    try {
      await whileSeen(page, RENDER_PROGRESS, () => renderButton(page).click());
      // The page knows which render to hand on once the host has answered, which it does before the next answer.
      await inspect(page, 'render');
      const steps = page.getByRole('textbox', { name: t('parameters.steps.name') });
      await steps.fill('5');
      await steps.press('Enter');
      await page
        .getByRole('button', { name: new RegExp(`^${t('app.undo')}: ${t('parameters.steps.name')}`) })
        .waitFor();
      await saved(page);
      await reload();
      expect(await editTheScene().count()).toBe(0);
    } finally {
      process.kill(engine, 'SIGCONT');
    }
    await editTheScene().waitFor(LONG_WORK);
    await press('Escape');
    await editTheScene().waitFor({ state: 'detached' });
    // It has been seen: the next page does not show it again.
    await reload();
    await page.locator('.frame img').first().waitFor();
    expect(await editTheScene().count()).toBe(0);
  });

  it('logged no error to the console throughout', () => {
    expect(studio.faults).toEqual([]);
  });
});
