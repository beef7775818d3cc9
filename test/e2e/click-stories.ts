/**
 * What a user does for three stories, counted: clicks, drags and drops, and fields that are typed. `npm run bench --
 * clicks` measures them with the starter pack; story.test.ts keeps them within their targets.
 */
import type { Locator, Page } from 'playwright-core';
import { canvasOf, drag, dropOnCanvas, dropPicture, LONG_WORK, renderButton, saved } from './studio-page.ts';
import { t, textPattern } from './texts.ts';

export interface StoryCount {
  readonly name: string;
  /** Clicks, and drags and drops. */
  readonly actions: number;
  readonly typedFields: number;
  readonly seconds: number;
  /** Most actions, and most seconds on an idle machine without a GPU. */
  readonly target: { readonly actions: number; readonly seconds: number };
}

/** Does what a user would do, and counts it. */
class Counted {
  readonly page: Page;
  actions = 0;
  typedFields = 0;

  constructor(page: Page) {
    this.page = page;
  }

  async click(target: Locator): Promise<void> {
    this.actions++;
    await target.click();
  }

  async drop(name: string, picture: Uint8Array, selector: string): Promise<void> {
    this.actions++;
    await dropPicture(this.page, name, picture, selector);
  }

  /** On the canvas, where the picture is placed; in background pixels. */
  async dropOnCanvas(name: string, picture: Uint8Array, [x, y]: readonly [number, number]): Promise<void> {
    this.actions++;
    await dropOnCanvas(this.page, name, picture, x, y);
  }

  async drag(points: Parameters<typeof drag>[1]): Promise<void> {
    this.actions++;
    await drag(this.page, points);
  }

  async type(field: Locator, text: string): Promise<void> {
    this.typedFields++;
    await field.fill(text);
    await field.press('Enter');
  }
}

async function count(
  name: string,
  target: StoryCount['target'],
  page: Page,
  act: (user: Counted) => Promise<void>,
): Promise<StoryCount> {
  const user = new Counted(page);
  const from = performance.now();
  await act(user);
  const seconds = (performance.now() - from) / 1000;
  return { name, actions: user.actions, typedFields: user.typedFields, seconds, target };
}

async function renderOnce({ page, click }: { page: Page; click: () => Promise<void> }): Promise<void> {
  const before = await page.locator('.frame img').count();
  await click();
  await page.locator('.frame img').nth(before).waitFor(LONG_WORK);
}

/**
 * From the start screen: an own background, an own subject in it, rendered and exported.
 *
 * @param at where the subject is dropped, in background pixels
 */
export function firstOwnPicture(
  page: Page,
  background: Uint8Array,
  subject: Uint8Array,
  at: readonly [x: number, y: number],
): Promise<StoryCount> {
  return count('first own exported picture', { actions: 5, seconds: 60 }, page, async (user) => {
    // Anywhere on the start screen: the scene behind it is not meant.
    await user.drop('beach.png', background, '.sheet-head');
    await page.locator('.start-screen').waitFor({ state: 'detached' });
    await page.getByRole('img', { name: t('background.alt') }).waitFor();
    await user.dropOnCanvas('my_teddy.png', subject, at);
    await page.getByRole('button', { name: t('concept.select', { name: 'my teddy' }) }).waitFor();
    await saved(page);
    await renderOnce({ page, click: () => user.click(renderButton(page)) });
    const download = page.waitForEvent('download');
    await user.click(
      page.locator('.header-bar').getByRole('button', { name: t('render.exportShort'), exact: true }),
    );
    await download;
  });
}

/**
 * In an open scene: another mask for the selected concept, another beta, and a render.
 *
 * @param box around the object, in image pixels
 */
export function newMaskAndRetune(page: Page, box: Parameters<typeof drag>[1]): Promise<StoryCount> {
  return count('new mask and re-tune', { actions: 5, seconds: 60 }, page, async (user) => {
    await user.click(page.locator('.tool-rail').getByRole('button', { name: t('tools.select') }));
    await canvasOf(page).focus();
    await user.drag(box);
    await user.click(page.getByRole('button', { name: t('mask.proposal.replace'), exact: true }));
    await saved(page);
    await user.type(page.getByRole('textbox', { name: t('parameters.beta.name') }), '0.6');
    await saved(page);
    await renderOnce({ page, click: () => user.click(renderButton(page)) });
  });
}

/** In an open scene: the sheet of its usual values of alpha and beta, exported. */
export function sweepAndExport(page: Page): Promise<StoryCount> {
  return count('sweep and export', { actions: 4, seconds: 300 }, page, async (user) => {
    await user.click(page.getByRole('button', { name: t('sweep.open') }));
    await user.click(page.getByRole('button', { name: textPattern('sweep.start_other', { count: /\d+/ }) }));
    await page.getByText(textPattern('sweep.complete', { total: /\d+/ })).waitFor(LONG_WORK);
    const download = page.waitForEvent('download');
    await user.click(page.getByRole('button', { name: t('sweep.export') }));
    await download;
  });
}
