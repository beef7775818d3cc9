/**
 * The two-minute story with the real starter pack, from an empty project and a prompt to an exported picture. The
 * screenshots of the README and the guide are made here (out/screens; `npm run screens` copies them).
 */
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import sharp from 'sharp';
import { describe, expect, it } from 'vitest';
import { readPngText } from '../../electron/projects/export/png-text.ts';
import { readRenderRequest } from '../../electron/projects/export/render-metadata.ts';
import { violations } from './axe.ts';
import { inspect } from './inspector-page.ts';
import { sharedStudio } from './shared-studio.ts';
import {
  BUNDLED_PACKS,
  canvasOf,
  closeSheet,
  coverage,
  createProject,
  drag,
  dropPicture,
  idle,
  LONG_WORK,
  maskEmptied,
  onScreen,
  render,
  renderButton,
  saved,
  screenshot,
  setTheme,
} from './studio-page.ts';
import { t, textPattern } from './texts.ts';

const SCENE = join(BUNDLED_PACKS, 'starter', 'scenes', 'two-concepts');
const SIZE_PX = 256;
/** Nothing may change beyond the masks' soft edges. */
const EDGE_PX = 16;

const scenePicture = (name: string) => readFile(join(SCENE, name));

const studio = sharedStudio({ packs: BUNDLED_PACKS, devicePixelRatio: 1 });

/** One byte per pixel. */
async function grey(file: Uint8Array): Promise<Buffer> {
  return sharp(file).greyscale().raw().toBuffer();
}

/** Location of one of the sample's objects: a point well inside it, and its share of the picture in percent. */
async function objectOf(maskFile: string) {
  const mask = await grey(await scenePicture(maskFile));
  const inside = [...mask.keys()]
    .filter((at) => mask[at]! >= 128)
    .map((at) => [at % SIZE_PX, Math.floor(at / SIZE_PX)] as const);
  const mean = (axis: 0 | 1) => inside.reduce((sum, point) => sum + point[axis], 0) / inside.length;
  const [middleX, middleY] = [mean(0), mean(1)];
  const away = ([x, y]: readonly [number, number]) => Math.hypot(x - middleX, y - middleY);
  const [x, y] = inside.reduce((nearest, point) => (away(point) < away(nearest) ? point : nearest));
  const all = (axis: 0 | 1) => inside.map((point) => point[axis]);
  return {
    x,
    y,
    box: [
      [Math.min(...all(0)) - 3, Math.min(...all(1)) - 3],
      [Math.max(...all(0)) + 3, Math.max(...all(1)) + 3],
    ] as const,
    percent: (100 * inside.length) / SIZE_PX ** 2,
  };
}

/** Pixels of the active mask on the screen, whether saved or proposed. */
function shownMaskPixels(): Promise<number> {
  return studio.page.evaluate(() => {
    // Below it: the background, and what is placed with the masks further back (renderer/canvas/scene-canvas.tsx).
    const canvas = document.querySelectorAll<HTMLCanvasElement>('.scene-canvas canvas')[2]!;
    const { data } = canvas.getContext('2d')!.getImageData(0, 0, canvas.width, canvas.height);
    let count = 0;
    for (let at = 3; at < data.length; at += 4) if (data[at]! > 0) count++;
    return count;
  });
}

async function fillField(name: string, value: string): Promise<void> {
  const field = studio.page.getByRole('textbox', { name });
  await field.fill(value);
  await field.press('Tab');
  await saved(studio.page);
}

async function expectAbout(percent: number): Promise<void> {
  await expect.poll(() => coverage(studio.page)).toBeGreaterThan(percent / 2);
  expect(await coverage(studio.page)).toBeLessThan(percent * 2);
}

describe('the first start', () => {
  it('opens the sample, ready to render', async () => {
    const { page } = studio;
    await page.getByText(t('flow.ready')).waitFor();
    expect(await renderButton(page).isEnabled()).toBe(true);
  });
});

describe('a background', () => {
  it('starts empty', async () => {
    const { page } = studio;
    await createProject(page, 'A cat and a guitar');
    expect(await renderButton(page).isEnabled()).toBe(false);
    await page.locator('.device-status').filter({ hasText: 'CPU' }).waitFor(LONG_WORK);
    await screenshot(page, 'empty');
  });

  it('is chosen among candidates for a prompt, which survive a reload', async () => {
    const { page } = studio;
    await fillField(t('background.prompt'), '고양이와 기타, 해변 배경');
    await page.getByRole('button', { name: t('background.generate') }).click();
    await page.getByRole('progressbar', { name: t('background.generating') }).waitFor();
    // 1. Reload while they are being made.
    await page.reload();
    const candidates = page.getByRole('radiogroup', { name: t('background.candidates') }).getByRole('radio');
    await expect.poll(() => candidates.count(), LONG_WORK).toBe(4);
    // 2. Reload once they are there.
    await page.reload();
    await expect.poll(() => candidates.count(), LONG_WORK).toBe(4);
    await expect
      .poll(() =>
        page
          .locator('.candidate img')
          .evaluateAll((all) => all.every((one) => (one as HTMLImageElement).naturalWidth > 0)),
      )
      .toBe(true);
    expect(await violations(page)).toEqual([]);
    await screenshot(page, 'candidates');
    await candidates.nth(1).click();
    await page.getByRole('button', { name: t('background.useCandidate') }).click();
    await page.getByRole('img', { name: t('background.alt') }).waitFor();
    await candidates.first().waitFor({ state: 'detached' });
    await saved(page);
  });

  it('is replaced by a picture dropped on it', async () => {
    const { page } = studio;
    const image = page.getByRole('img', { name: t('background.alt') });
    const before = await image.getAttribute('data-asset');
    await dropPicture(page, 'beach.png', await scenePicture('background.png'), '[data-drop="background"]');
    await expect.poll(() => image.getAttribute('data-asset')).not.toBe(before);
    await saved(page);
  });
});

describe('concepts and masks', () => {
  it('takes pictures of objects, with what they show and what they replace', async () => {
    const { page } = studio;
    await dropPicture(page, 'my_cat.png', await scenePicture('concept-1.png'));
    await page.getByRole('button', { name: t('concept.select', { name: 'my cat' }) }).waitFor();
    await page.getByText(t('flow.missing.mask', { name: 'my cat' })).waitFor();
    await fillField(t('concept.prompt'), 'a photo of a purple cat, room background');
    await fillField(t('concept.phrase'), '고양이');
    await dropPicture(page, 'my_guitar.png', await scenePicture('concept-2.png'));
    await page.getByRole('button', { name: t('concept.select', { name: 'my guitar' }) }).waitFor();
    await fillField(t('concept.prompt'), 'a photo of a green guitar, sunset background');
    await fillField(t('concept.phrase'), 'guitar');
  });

  it('suppresses an object’s surroundings once the object is detected', async () => {
    const { page } = studio;
    const cutOut = page.getByRole('img', { name: t('subject.cutOutAlt') });
    // Detected by its name without being asked; then cleared, and detected again.
    await page.getByRole('button', { name: t('concept.select', { name: 'my cat' }) }).click();
    await cutOut.waitFor();
    await page.getByRole('button', { name: t('subject.clear') }).click();
    await page.getByRole('img', { name: t('subject.wholeAlt') }).waitFor();
    await page.getByRole('button', { name: t('subject.find') }).click();
    await cutOut.waitFor();
    await saved(page);
  });

  it('selects a place by clicks, and shows the proposal before it is accepted', async () => {
    const { page } = studio;
    const cat = await objectOf('mask-1.png');
    await page.getByRole('button', { name: t('concept.select', { name: 'my cat' }) }).click();
    await canvasOf(page).focus();
    await page.keyboard.press('w');
    const on = await onScreen(page, cat.x, cat.y);
    await page.mouse.click(on.x, on.y);
    await expect.poll(shownMaskPixels).toBeGreaterThan(0);
    expect(await coverage(page)).toBe(0);
    await screenshot(page, 'smart-select');
    // Alt-click excludes what does not belong to it; the proposal is updated.
    const off = await onScreen(page, 4, 4);
    await page.keyboard.down('Alt');
    await page.mouse.click(off.x, off.y);
    await page.keyboard.up('Alt');
    await expect.poll(shownMaskPixels).toBeGreaterThan(0);
    await page.keyboard.press('Enter');
    await expectAbout(cat.percent);
  });

  it('selects it by a box, and discards the proposal on Escape', async () => {
    const { page } = studio;
    const cat = await objectOf('mask-1.png');
    await page.keyboard.press('Delete');
    await maskEmptied(page);
    await expect.poll(shownMaskPixels).toBe(0);
    await drag(page, cat.box);
    await expect.poll(shownMaskPixels).toBeGreaterThan(0);
    await page.keyboard.press('Escape');
    await expect.poll(shownMaskPixels).toBe(0);
    await drag(page, cat.box);
    await expect.poll(shownMaskPixels).toBeGreaterThan(0);
    await page.keyboard.press('Enter');
    await expectAbout(cat.percent);
  });

  it('detects places by text', async () => {
    const { page } = studio;
    const cat = await objectOf('mask-1.png');
    const before = await coverage(page);
    await page.getByRole('button', { name: t('mask.find') }).click();
    await page
      .getByRole('button', { name: `${t('app.undo')}: ${t('changes.find', { phrase: '고양이' })}` })
      .waitFor();
    await expect.poll(() => coverage(page)).not.toBe(before);
    await expectAbout(cat.percent);
    await page.getByRole('button', { name: t('concept.select', { name: 'my guitar' }) }).click();
    await page.getByRole('button', { name: t('mask.find') }).click();
    await expectAbout((await objectOf('mask-2.png')).percent);
    await page.keyboard.press('b');
    await page.getByText(t('flow.ready')).waitFor();
    await screenshot(page, 'masks');
    expect(await page.getByRole('list', { name: t('warnings.title') }).count()).toBe(0);
  });

  it('removes the objects from the background', async () => {
    const { page } = studio;
    await inspect(page, 'background');
    await page.getByRole('button', { name: t('background.makeInpainted') }).click();
    await page.getByText(t('background.inpaintedThere')).waitFor();
    await saved(page);
  });
});

describe('the render', () => {
  it('shows progress and previews', async () => {
    const { page } = studio;
    await renderButton(page).click();
    await page.getByRole('progressbar', { name: t('render.progress') }).waitFor();
    await page.locator('.preview-card img').waitFor();
    await screenshot(page, 'rendering');
    await page.locator('.frame img').waitFor();
  });

  it('continues when the page is reloaded halfway', async () => {
    const { page } = studio;
    await inspect(page, 'render');
    await fillField(t('parameters.seed.name'), '5');
    await renderButton(page).click();
    await page.getByRole('progressbar', { name: t('render.progress') }).waitFor();
    await page.reload();
    await expect.poll(() => page.locator('.frame img').count(), LONG_WORK).toBe(2);
    await idle(page);
  });

  it('is compared with the background and with another render', async () => {
    const { page } = studio;
    const frames = page.getByRole('button', {
      name: textPattern('history.open', { name: textPattern('history.of') }),
    });
    await frames.first().click();
    await page.getByText(t('view.slider'), { exact: true }).click();
    await page.getByRole('slider', { name: t('view.sliderHandle') }).waitFor();
    await screenshot(page, 'compare');
    await page
      .getByRole('button', { name: textPattern('history.actions') })
      .nth(1)
      .click();
    await page.getByRole('menuitem', { name: t('history.compare') }).click();
    await page
      .getByText(
        textPattern('history.difference.changed', { what: t('parameters.seed.name'), a: /\d+/, b: 5 }),
      )
      .waitFor();
    await page.getByText(t('view.sideBySide'), { exact: true }).click();
    await screenshot(page, 'history');
  });

  it('is swept over alpha and beta, and a cell’s values are applied', async () => {
    const { page } = studio;
    await page.getByRole('button', { name: t('view.scene') }).click();
    await page.getByRole('button', { name: t('sweep.open') }).click();
    await page.getByRole('textbox', { name: t('sweep.values.x') }).fill('0.15, 0.5');
    await page.getByRole('textbox', { name: t('sweep.values.y') }).fill('0.4, 0.8');
    await page.getByRole('button', { name: t('sweep.start', { count: 4 }) }).click();
    await page.getByText(t('sweep.complete', { total: 4 })).waitFor(LONG_WORK);
    expect(await violations(page)).toEqual([]);
    await screenshot(page, 'sweep');
    const [x, y] = [`${t('parameters.short.alpha')} = 0.15`, `${t('parameters.short.beta')} = 0.4`];
    await page.getByRole('button', { name: t('sweep.adopt', { x, y }) }).click();
    const beta = page.getByRole('textbox', { name: t('parameters.beta.name') });
    await expect.poll(() => beta.inputValue()).toBe('0.4');
    await closeSheet(page);
    await saved(page);
  });

  it('is exported: unchanged outside the masks, changed inside, with everything that made it', async () => {
    const { page } = studio;
    await render(page);
    await page
      .getByRole('button', { name: textPattern('history.open', { name: textPattern('history.of') }) })
      .first()
      .click();
    const download = page.waitForEvent('download');
    await page.getByRole('button', { name: t('render.export') }).click();
    const file = await readFile(await (await download).path());

    // 1. What made it.
    const request = readRenderRequest(file, 'export.png')!;
    expect(request.pack.id).toBe('starter');
    expect(request.parameters).toMatchObject({ beta: 0.4, seed: 5 });
    expect(request.scene.concepts).toMatchObject([
      { name: 'my cat', prompt: 'a photo of a purple cat, room background', alpha: 0.15 },
      { name: 'my guitar', prompt: 'a photo of a green guitar, sunset background', alpha: 0.15 },
    ]);
    expect(readPngText(file, 'parameters')).toContain('Seed: 5');
    expect(readPngText(file, 'XML:com.adobe.xmp')).toMatch(/compositeWithTrainedAlgorithmicMedia/);

    // 2. Its pixels: the background's outside the request's masks, others inside.
    const near = new Uint8Array(SIZE_PX ** 2);
    const inside = new Set<number>();
    for (const { mask } of request.scene.concepts) {
      const bytes = await page.evaluate(
        // Any picture on the page has the key to all of them.
        async (id) => {
          const shown = document.querySelector<HTMLImageElement>('img[src^="/assets/"]')!;
          const address = shown.src.replace(/[^/]*$/, id);
          return [...new Uint8Array(await (await fetch(address)).arrayBuffer())];
        },
        mask!,
      );
      for (const [at, value] of (await grey(Uint8Array.from(bytes))).entries()) {
        if (value >= 128) inside.add(at);
        if (value === 0) continue;
        const [x, y] = [at % SIZE_PX, Math.floor(at / SIZE_PX)];
        for (let row = Math.max(y - EDGE_PX, 0); row <= Math.min(y + EDGE_PX, SIZE_PX - 1); row++) {
          const start = row * SIZE_PX;
          near.fill(1, start + Math.max(x - EDGE_PX, 0), start + Math.min(x + EDGE_PX + 1, SIZE_PX));
        }
      }
    }
    const rgb = async (picture: Uint8Array) => sharp(picture).removeAlpha().raw().toBuffer();
    const [result, background] = [await rgb(file), await rgb(await scenePicture('background.png'))];
    const isSame = (at: number) =>
      [0, 1, 2].every((channel) => result[3 * at + channel] === background[3 * at + channel]);
    const outside = [...near.keys()].filter((at) => near[at] === 0);
    expect(outside.length).toBeGreaterThan(5000);
    expect(outside.filter((at) => !isSame(at))).toEqual([]);
    const changed = [...inside].filter((at) => !isSame(at));
    expect(changed.length / inside.size).toBeGreaterThan(0.9);
  });
});

describe('the window', () => {
  it('shows a pack’s licences before it is downloaded', async () => {
    const { page } = studio;
    await page.getByRole('button', { name: t('view.scene') }).click();
    await page.getByRole('button', { name: t('app.models') }).click();
    const download = page.getByRole('button', { name: t('models.download') }).first();
    await download.waitFor();
    await screenshot(page, 'models');
    await download.click();
    const dialog = page.getByRole('dialog', { name: t('models.licences') });
    await dialog.getByRole('checkbox').first().waitFor();
    expect(await violations(page)).toEqual([]);
    expect(await dialog.getByRole('button', { name: t('models.startDownload') }).isDisabled()).toBe(true);
    await dialog.getByRole('button', { name: t('app.close') }).click();
    await dialog.waitFor({ state: 'detached' });
    await page
      .getByRole('dialog', { name: t('models.title') })
      .getByRole('button', { name: t('app.close') })
      .click();
  });

  it('is dark if the user prefers dark', async () => {
    const { page } = studio;
    await setTheme(page, 'dark');
    await page
      .getByRole('button', { name: textPattern('history.open', { name: textPattern('history.of') }) })
      .first()
      .click();
    await page.getByText(t('view.slider'), { exact: true }).click();
    await screenshot(page, 'dark');
    await page.getByRole('button', { name: t('view.scene') }).click();
    await setTheme(page, 'light');
  });

  it('logged no error to the console throughout', () => {
    expect(studio.faults).toEqual([]);
  });
});
