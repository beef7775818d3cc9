/** The window's controls belong to what the canvas shows: export, proposal, candidate, running work and its project. */
import type { Page } from 'playwright-core';
import { expect, it } from 'vitest';
import { readPanels } from '../../renderer/session/panel-layout.ts';
import { TestClient } from '../electron/serve/test-client.ts';
import { inspect } from './inspector-page.ts';
import { setWindowSize, unreadable } from './readable.ts';
import { sharedStudio } from './shared-studio.ts';
import {
  canvasOf,
  coverage,
  createProject,
  drag,
  headerOf,
  idle,
  maskEmptied,
  onScreen,
  render,
  renderButton,
  saved,
  storedSettings,
  whileSeen,
} from './studio-page.ts';
import { t, textPattern } from './texts.ts';

const studio = sharedStudio({ devicePixelRatio: 1 });

const SIZES = [
  [1024, 700],
  [1280, 720],
  [1440, 900],
  [1920, 1080],
  [2560, 1440],
] as const;

/** Korean texts have other lengths, which can only be cut off where the panels are narrowest. */
const READABLE_SIZES = {
  en: [
    [1024, 700],
    [1440, 900],
    [2560, 1440],
    [5120, 2880],
  ],
  ko: [[1024, 700]],
} as const;

/** By the host, since the page's texts depend on it. */
async function setLanguage(language: 'en' | 'ko'): Promise<void> {
  const client = await TestClient.connect(studio.serve.url);
  const { editor } = await client.call('settings.get');
  const { ok } = await client.send('settings.set', { editor: { ...editor, language } });
  expect(ok).toBe(true);
  client.close();
  await expect.poll(() => studio.page.evaluate(() => document.documentElement.lang)).toBe(language);
}

const undo = (what: string) => studio.page.getByRole('button', { name: `${t('app.undo')}: ${what}` });

/** Whether a button is completely on the window and a click in its middle would press it. */
async function isInSight(page: Page, button: ReturnType<Page['getByRole']>): Promise<boolean> {
  const box = (await button.boundingBox())!;
  const { width, height } = page.viewportSize()!;
  if (box.x < 0 || box.y < 0 || box.x + box.width > width || box.y + box.height > height) return false;
  return button.evaluate((element) => {
    const { left, top, right, bottom } = element.getBoundingClientRect();
    return [0.1, 0.5, 0.9].every((share) => {
      const at = document.elementFromPoint(left + (right - left) * share, top + (bottom - top) * share);
      return at !== null && element.contains(at);
    });
  });
}

it('names the project in the title, with a dot while something is unsaved', async () => {
  const { page } = studio;
  const name = (await headerOf(page).locator('button[aria-haspopup="menu"]').first().textContent())!;
  const title = `${name} – ${t('app.name')}`;
  await expect.poll(() => page.title()).toBe(title);
  const titles = await page.evaluateHandle(() => {
    const seen: string[] = [];
    const observer = new MutationObserver(() => seen.push(document.title));
    observer.observe(document.querySelector('title')!, {
      childList: true,
      characterData: true,
      subtree: true,
    });
    return seen;
  });
  await page.locator('.concept-head').first().click();
  await canvasOf(page).focus();
  await page.keyboard.press('Shift+v');
  await expect.poll(() => titles.jsonValue()).toContain(`● ${title}`);
  await page.keyboard.press('Control+z');
  await saved(page);
  await expect.poll(() => page.title()).toBe(title);
});

it('ignores a smart-select click next to the picture, and takes the next one inside it', async () => {
  const { page } = studio;
  await page.getByRole('button', { name: t('concept.select', { name: 'my cat' }) }).click();
  await canvasOf(page).focus();
  await page.keyboard.press('Delete');
  await maskEmptied(page);
  // A cleared mask counts as none: a render would refuse an empty picture.
  await page.getByText(t('concept.missingMask'), { exact: true }).waitFor();
  await page.getByRole('button', { name: t('tools.select') }).click();
  const [right, below, inside] = [
    await onScreen(page, 132, 60),
    await onScreen(page, 60, 131),
    await onScreen(page, 38, 84),
  ];
  await page.mouse.click(right.x, right.y);
  await page.mouse.click(below.x, below.y);
  expect(await page.getByRole('button', { name: t('mask.proposal.drop') }).isEnabled()).toBe(false);
  await page.mouse.click(inside.x, inside.y);
  await page.getByText(textPattern('mask.proposal.shown')).waitFor();
  expect(await page.getByText(textPattern('flow.missing.mask')).count()).toBe(0);
  await page.getByRole('button', { name: t('mask.proposal.drop') }).click();
  await maskEmptied(page);
  await page.mouse.click(inside.x, inside.y);
  await page.getByText(textPattern('mask.proposal.shown')).waitFor();
  // Changing the tool accepts it, as one step.
  await page.getByRole('button', { name: t('tools.brush'), exact: true }).click();
  await undo(t('changes.select')).waitFor();
  expect(await coverage(page)).toBeGreaterThan(1);
  expect(studio.faults).toEqual([]);
});

it('accepts a proposal with its button, for the concept it was made for', async () => {
  const { page } = studio;
  for (const finish of [t('mask.proposal.replace'), t('concept.select', { name: 'my dog' })] as const) {
    await page.getByRole('button', { name: t('concept.select', { name: 'my cat' }) }).click();
    await canvasOf(page).focus();
    await page.keyboard.press('Delete');
    await maskEmptied(page);
    await page.keyboard.press('w');
    const { x, y } = await onScreen(page, 38, 84);
    await page.mouse.click(x, y);
    await page.getByText(textPattern('mask.proposal.shown')).waitFor();
    await page.getByRole('button', { name: finish }).click();
    await undo(t('changes.select')).waitFor();
    await page.getByRole('button', { name: t('concept.select', { name: 'my cat' }) }).click();
    expect(await coverage(page)).toBeGreaterThan(1);
  }
});

it('marks a background whose objects were removed with other masks', async () => {
  const { page } = studio;
  const stale = page.getByText(t('background.inpaintedStale'), { exact: false });
  await inspect(page, 'background');
  await page.getByRole('button', { name: t('background.makeInpainted') }).click();
  await page.getByText(t('background.inpaintedThere')).waitFor();
  await saved(page);
  expect(await stale.count()).toBe(0);
  await canvasOf(page).focus();
  await page.keyboard.press('b');
  await drag(page, [
    [20, 20],
    [60, 30],
  ]);
  await stale.waitFor();
  await page.reload();
  await inspect(page, 'background');
  await stale.waitFor();
  await page.getByRole('button', { name: t('background.makeInpaintedAgain') }).click();
  await stale.waitFor({ state: 'detached' });
  await saved(page);
});

it('keeps the export button visible at every window size, whatever the render’s status says', {
  timeout: 300_000,
}, async () => {
  const { page } = studio;
  expect(
    await headerOf(page)
      .getByRole('button', { name: t('render.exportShort') })
      .isEnabled(),
  ).toBe(false);
  await render(page);
  await idle(page);
  if ((await page.getByRole('button', { name: t('view.scene') }).count()) === 0) {
    await page
      .getByRole('button', { name: textPattern('history.open', { name: textPattern('history.of') }) })
      .first()
      .click();
  }
  // Longer than any render's status.
  await page.locator('.render-notes').evaluate((notes) => {
    notes.append(
      ...Array.from({ length: 6 }, () => {
        const note = document.createElement('div');
        note.textContent =
          'A note of the render that takes more than one line of the box in which it stands.';
        return note;
      }),
    );
  });
  for (const [width, height] of SIZES) {
    await page.setViewportSize({ width, height });
    for (const button of [
      headerOf(page).getByRole('button', { name: t('render.exportShort') }),
      page.getByRole('button', { name: t('render.export') }),
      renderButton(page),
    ]) {
      await expect
        .poll(async () => ({
          width,
          name: await button.textContent(),
          isSeen: await isInSight(page, button),
        }))
        .toMatchObject({ isSeen: true });
    }
  }
  await page.setViewportSize({ width: 1440, height: 900 });
  const download = page.waitForEvent('download');
  await headerOf(page)
    .getByRole('button', { name: t('render.exportShort') })
    .click();
  expect((await download).suggestedFilename()).toMatch(/\.png$/);
  await page.getByText(textPattern('render.exported')).waitFor();
  // The Move tool's box belongs to the scene: over a result, neither the box nor the tool's bar is shown.
  await page.getByRole('button', { name: t('view.scene') }).click();
});

it('is readable and can be hit at every window size, in both languages, whatever is selected', {
  timeout: 600_000,
}, async () => {
  const { page } = studio;
  const tabs = page.locator('.parameter-panel [role="tab"]');
  // The panels follow a new window size some frames later.
  const look = (state: string) => expect.poll(() => unreadable(page), { message: state }).toEqual([]);
  await page.locator('.concept-head').first().click();
  for (const language of ['en', 'ko'] as const) {
    await setLanguage(language);
    for (const [width, height] of READABLE_SIZES[language]) {
      const at = `${language} ${width} x ${height}`;
      await setWindowSize(page, width, height);
      for (const tab of [0, 1]) {
        await tabs.nth(tab).click();
        await look(`${at}, tab ${tab}`);
      }
      await tabs.nth(2).click();
      await page.locator('.frame-picture').first().click();
      await page.locator('.hold-original').waitFor();
      await look(`${at}, comparison`);
      await canvasOf(page).focus();
      await page.keyboard.press('Escape');
    }
    await page.setViewportSize({ width: 1024, height: 700 });
    for (const keys of ['Control+,', 'Shift+?', 'Control+Shift+H', 'Control+o']) {
      await page.keyboard.press(keys);
      await page.locator('.sheet').waitFor();
      await look(`${language}, ${keys}`);
      await page.keyboard.press('Escape');
      await page.locator('.sheet').waitFor({ state: 'detached' });
    }
  }
  await setLanguage('en');
  await page.setViewportSize({ width: 1440, height: 900 });
});

it('resizes, resets and hides the panels around the canvas, and remembers them', async () => {
  const { page } = studio;
  const width = async () => Math.round((await page.locator('.flow-panel').boundingBox())?.width ?? 0);
  const handle = page.getByRole('separator', { name: t('inspector.resize.scene') });
  const kept = () => readPanels(storedSettings(studio).editor.panels);
  const reload = () => page.reload().then(() => renderButton(page).waitFor());
  // The window was narrow in the test before.
  await reload();
  const first = await width();
  await handle.focus();
  await page.keyboard.press('ArrowRight');
  await expect.poll(width).toBeGreaterThan(first);
  const wider = await width();
  await expect.poll(() => kept().sizesPx.scene).toBeGreaterThan(first);
  await reload();
  await expect.poll(width).toBe(wider);
  await handle.dblclick();
  await expect.poll(width).toBe(first);
  await expect.poll(() => kept().sizesPx.scene).toBe(undefined);
  await reload();
  await expect.poll(width).toBe(first);
  await canvasOf(page).focus();
  await page.keyboard.press('Control+Backslash');
  await expect.poll(width).toBe(0);
  expect(await page.locator('.parameter-panel, .filmstrip').filter({ visible: true }).count()).toBe(0);
  await expect.poll(() => kept().hidden.length).toBe(3);
  await reload();
  await expect.poll(width).toBe(0);
  await page.getByRole('button', { name: t('actions.view.scenePanel') }).click();
  await expect.poll(width).toBe(first);
  expect(await page.locator('.parameter-panel').isVisible()).toBe(false);
  // Some are hidden: the rest is hidden too, then all are shown.
  await canvasOf(page).focus();
  await page.keyboard.press('Control+Backslash');
  await expect.poll(width).toBe(0);
  await page.keyboard.press('Control+Backslash');
  await page.locator('.parameter-panel').waitFor();
  await page.locator('.filmstrip').waitFor();
  expect(await width()).toBe(first);
});

it('gives panels their widths back after a narrow window, whatever was done in it', async () => {
  const { page } = studio;
  const widthOf = async (panel: string) => Math.round((await page.locator(panel).boundingBox())?.width ?? 0);
  const scene = () => widthOf('.flow-panel');
  const inspector = () => widthOf('.parameter-panel');
  const handleOf = (panel: 'scene' | 'inspector') =>
    page.getByRole('separator', { name: t(`inspector.resize.${panel}`) });
  const resizeTo = (width: number) => page.setViewportSize({ width, height: 900 });
  await renderButton(page).waitFor();
  const [usual, usualInspector] = [await scene(), await inspector()];
  await handleOf('scene').focus();
  await page.keyboard.press('ArrowRight');
  await expect.poll(scene).toBeGreaterThan(usual);
  const chosen = await scene();
  await resizeTo(1024);
  await expect.poll(scene).toBeLessThan(chosen);
  await canvasOf(page).focus();
  await page.keyboard.press('Control+Backslash');
  await expect.poll(scene).toBe(0);
  await page.keyboard.press('Control+Backslash');
  await expect.poll(scene).toBeGreaterThan(0);
  await resizeTo(1440);
  await expect.poll(scene).toBe(chosen);
  await expect.poll(inspector).toBe(usualInspector);
  // Changing one panel in the narrow window does not choose its width for the other.
  await resizeTo(1024);
  // Its usual width there (workspace.tsx), and the least one after the key.
  await expect.poll(inspector).toBe(276);
  await handleOf('inspector').focus();
  await page.keyboard.press('ArrowRight');
  await expect.poll(inspector).toBe(270);
  const narrower = await inspector();
  await resizeTo(1440);
  await expect.poll(scene).toBe(chosen);
  await expect.poll(inspector).toBe(narrower);
  for (const panel of ['scene', 'inspector'] as const) await handleOf(panel).dblclick();
  await expect.poll(async () => [await scene(), await inspector()]).toEqual([usual, usualInspector]);
});

it('marks a candidate only while it is shown, and uses the visible one', {
  timeout: 600_000,
}, async () => {
  const { page } = studio;
  await inspect(page, 'background');
  await whileSeen(
    page,
    '[role="status"]',
    () => page.getByRole('button', { name: t('background.generate') }).click(),
    t('jobs.generateBackgrounds'),
  );
  const candidates = page.getByRole('radiogroup', { name: t('background.candidates') }).getByRole('radio');
  await expect.poll(() => candidates.count(), { timeout: 400_000 }).toBe(4);
  await idle(page);
  expect(await page.getByRole('radio', { checked: true }).and(candidates).count()).toBe(0);
  expect(await page.getByRole('button', { name: t('background.useCandidate') }).isEnabled()).toBe(false);
  await page.getByText(t('background.lookAtOne', { count: 4 })).waitFor();
  await candidates.nth(2).click();
  await page.getByText(textPattern('background.staged', { number: 3, count: 4 })).waitFor();
  expect(await page.getByRole('button', { name: t('background.useCandidate') }).isEnabled()).toBe(true);
  await canvasOf(page).focus();
  await page.keyboard.press('Escape');
  await page.getByText(t('background.lookAtOne', { count: 4 })).waitFor();
  await page.getByRole('button', { name: t('background.discard') }).click();
  expect(studio.faults).toEqual([]);
});

it('names the project of running work, shows no preview of it here, and cancels what it names', {
  timeout: 900_000,
}, async () => {
  const { page, context, serve } = studio;
  await inspect(page, 'render');
  const steps = page.getByRole('textbox', { name: t('parameters.steps.name') });
  await steps.fill('400');
  await steps.press('Enter');
  await saved(page);
  const name = (await headerOf(page).locator('button[aria-haspopup="menu"]').first().textContent())!;
  const other = await context.newPage();
  await other.goto(serve.url.href);
  await renderButton(other).waitFor();
  await createProject(other, 'Elsewhere');
  await renderButton(page).click();
  await page.getByRole('button', { name: t('app.cancel'), exact: true }).waitFor();
  const status = other.getByRole('contentinfo');
  await status.getByText(textPattern('render.elsewhere', { name })).waitFor();
  // The inversion of all steps comes first.
  await page.locator('.preview-card img').waitFor({ timeout: 600_000 });
  expect(await other.locator('.preview-card').count()).toBe(0);
  // The shortcut cancels this project's work: there is none.
  await canvasOf(other).focus();
  await other.keyboard.press('Shift+x');
  await status.getByRole('button', { name: t('render.cancelElsewhere', { name }) }).waitFor();
  await status.getByRole('button', { name: t('render.cancelElsewhere', { name }) }).click();
  await idle(page);
  await status.getByText(t('render.idle')).waitFor();
  await other.close();
  expect(studio.faults).toEqual([]);
});
