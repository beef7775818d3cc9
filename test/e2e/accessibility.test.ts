/** axe over every state of the window, in both themes; names, focus and languages. */
import { describe, expect, it } from 'vitest';
import { violationsInBothThemes } from './axe.ts';
import { inspect } from './inspector-page.ts';
import { unreadable } from './readable.ts';
import { sharedStudio } from './shared-studio.ts';
import { canvasOf, closeSheet, headerOf, idle, LONG_WORK, renderButton } from './studio-page.ts';
import { t, textPattern } from './texts.ts';

const studio = sharedStudio({ devicePixelRatio: 1 });

/** Of the inspector's tab of a concept, and of what opens over the canvas for its mask. */
async function inspectedConcept(): Promise<string[]> {
  const { page } = studio;
  await inspect(page, 'concept');
  const found = await violationsInBothThemes(page, { within: '.parameter-panel' });
  await page.getByRole('button', { name: t('mask.refine') }).click();
  await page.locator('.mask-operations').waitFor();
  found.push(...(await violationsInBothThemes(page)));
  await page.keyboard.press('Escape');
  return found;
}

describe('axe', () => {
  it('finds nothing wrong with the scene, a render, and every sheet, in both themes', async () => {
    const { page } = studio;
    // The roles and names of what the tests find by selectors (studio-page.ts).
    await page.getByRole('application', { name: t('view.canvas') }).waitFor();
    await page
      .getByRole('banner')
      .getByRole('status')
      .filter({ hasText: t('app.saved') })
      .waitFor();
    await page.getByRole('group', { name: textPattern('mask.title') }).waitFor();
    // The whole window in the first state; then what a state changes.
    const found: Record<string, string[]> = { scene: await violationsInBothThemes(page) };
    await page.getByRole('button', { name: t('parameters.more') }).click();
    found.parameters = await violationsInBothThemes(page, { within: '.parameter-panel' });
    await page.getByRole('button', { name: t('parameters.more') }).click();
    await renderButton(page).click();
    // The tests' page asks for reduced motion: work in progress is shown without animation.
    expect(await page.evaluate(() => document.getAnimations().length)).toBe(0);
    found.rendering = await violationsInBothThemes(page);
    await page.locator('.frame img').waitFor();
    await page
      .getByRole('button', { name: textPattern('history.open', { name: textPattern('history.of') }) })
      .click();
    await page.getByText(t('view.slider'), { exact: true }).click();
    found.comparison = await violationsInBothThemes(page, { within: '.canvas-area' });
    await page.getByRole('button', { name: t('history.browse') }).click();
    await page.getByRole('textbox', { name: t('history.search') }).waitFor();
    found.history = await violationsInBothThemes(page);
    await page
      .getByRole('checkbox', { name: textPattern('history.mark') })
      .first()
      .check();
    found['history, one marked'] = await violationsInBothThemes(page);
    await closeSheet(page);
    await page.getByRole('button', { name: t('view.scene') }).click();
    await inspect(page, 'background');
    await page.getByRole('button', { name: t('background.generate') }).click();
    found['making candidates'] = await violationsInBothThemes(page, { within: '.parameter-panel' });
    const candidates = page.getByRole('radiogroup', { name: t('background.candidates') }).getByRole('radio');
    await expect.poll(() => candidates.count(), LONG_WORK).toBe(4);
    await idle(page);
    await candidates.first().click();
    found.candidates = await violationsInBothThemes(page, { within: '.parameter-panel' });
    await page.keyboard.press('Escape');
    await page.getByRole('button', { name: t('prepare.candidateOptions') }).click();
    found['options for candidates'] = await violationsInBothThemes(page, { within: '.parameter-panel' });
    await page.getByRole('button', { name: t('prepare.candidateOptions') }).click();
    found.concept = await inspectedConcept();
    await inspect(page, 'render');
    for (const sheet of [
      t('app.models'),
      t('app.help'),
      t('app.settings'),
      t('app.about'),
      t('sweep.open'),
    ]) {
      await page.getByRole('button', { name: sheet }).first().click();
      await page.getByRole('button', { name: t('app.close') }).waitFor();
      // Once with the window behind it, which must be out of reach of the keyboard and of screen readers.
      const extent = sheet === t('app.models') ? 'whole-page' : 'opened-last';
      found[sheet] = await violationsInBothThemes(page, extent);
      await page.getByRole('button', { name: t('app.close') }).click();
    }
    await page.getByRole('button', { name: t('app.help') }).click();
    await page.getByRole('button', { name: t('help.guide') }).click();
    await page.getByRole('heading', { name: 'Four words' }).waitFor();
    found.guide = await violationsInBothThemes(page);
    await page.getByRole('button', { name: t('app.close') }).click();
    await headerOf(page).locator('button[aria-haspopup="menu"]').first().click();
    await page.getByRole('menuitem', { name: t('project.recent') }).waitFor();
    found['project menu'] = await violationsInBothThemes(page);
    await page.getByRole('menuitem', { name: t('project.recent') }).click();
    await page.getByRole('textbox', { name: t('project.new') }).waitFor();
    found.projects = await violationsInBothThemes(page);
    await page.getByRole('button', { name: t('app.close') }).click();
    const actions = page.getByRole('button', { name: textPattern('history.actions') }).first();
    await actions.click();
    await page.getByRole('menuitem', { name: t('history.rename') }).waitFor();
    found['render menu'] = await violationsInBothThemes(page);
    await page.getByRole('menuitem', { name: t('history.rename') }).click();
    await page
      .getByRole('textbox', { name: t('history.renderName') })
      .last()
      .waitFor();
    found.rename = await violationsInBothThemes(page);
    await page.keyboard.press('Escape');
    expect(Object.fromEntries(Object.entries(found).filter(([, list]) => list.length > 0))).toEqual({});
  });
});

describe('the keyboard', () => {
  it('opens the list of shortcuts with ?, closes it with Escape, and returns the focus', async () => {
    const { page } = studio;
    await canvasOf(page).focus();
    await page.keyboard.press('Shift+?');
    await page.getByRole('dialog', { name: t('help.title') }).waitFor();
    await page.keyboard.press('Escape');
    await page.getByRole('dialog', { name: t('help.title') }).waitFor({ state: 'detached' });
    expect(await canvasOf(page).evaluate((element) => element === document.activeElement)).toBe(true);
  });

  it('changes a shortcut and takes it from the action that had it', async () => {
    const { page } = studio;
    await page.getByRole('button', { name: t('app.settings') }).click();
    await page
      .getByRole('button', { name: t('settings.change', { action: t('actions.tool.brush') }) })
      .click();
    await page.keyboard.press('e');
    await page.getByText(t('settings.conflict', { keys: 'E', action: t('actions.tool.eraser') })).waitFor();
    await page.getByRole('button', { name: t('app.close') }).click();
    await page.getByRole('button', { name: t('tools.lasso'), exact: true }).click();
    await canvasOf(page).focus();
    await page.keyboard.press('e');
    const brush = page.getByRole('button', { name: t('tools.brush'), exact: true });
    await expect.poll(() => brush.getAttribute('aria-pressed')).toBe('true');
  });

  it('reorders concepts with keys', async () => {
    const { page } = studio;
    const names = () => page.locator('.concept-title').allTextContents();
    const before = await names();
    await page.getByRole('button', { name: textPattern('concept.reorder', { name: 'my cat' }) }).focus();
    await page.keyboard.press('ArrowDown');
    await page
      .getByText(t('concept.place', { name: 'my cat', place: 2, count: 2 }))
      .waitFor({ state: 'attached' });
    await expect.poll(names).toEqual(before.toReversed());
    await page.keyboard.press('ArrowUp');
    await expect.poll(names).toEqual(before);
  });
});

describe('the user guide', () => {
  it('opens from the shortcuts, with its pictures, and its contents lead to its sections', async () => {
    const { page } = studio;
    await page.getByRole('button', { name: t('app.help') }).click();
    await page.getByRole('button', { name: t('help.guide') }).click();
    const guide = page.getByRole('dialog', { name: t('help.guide') });
    const part = guide.getByRole('heading', { name: 'Troubleshooting' });
    await part.waitFor();
    const address = page.url();
    await guide.getByRole('button', { name: 'Troubleshooting' }).click();
    await expect.poll(() => part.evaluate((element) => element === document.activeElement)).toBe(true);
    await expect
      .poll(() => part.evaluate((element) => element.getBoundingClientRect().top))
      .toBeLessThan(200);
    expect(page.url()).toBe(address);
    const pictures = guide.locator('img');
    expect(await pictures.count()).toBeGreaterThan(8);
    for (const picture of await pictures.all()) {
      await picture.scrollIntoViewIfNeeded();
      await expect
        .poll(() => picture.evaluate((image) => (image as HTMLImageElement).naturalWidth))
        .toBeGreaterThan(1000);
    }
    await page.keyboard.press('Escape');
    await guide.waitFor({ state: 'detached' });
  });
});

/** Whether the comparison bar fits its labels at both usual widths. */
async function expectBarToFit(): Promise<void> {
  const { page } = studio;
  for (const width of [1280, 1440]) {
    await page.setViewportSize({ width, height: 900 });
    const cut = () =>
      page
        .locator('.tool-options')
        .evaluate((bar) =>
          [bar, ...bar.querySelectorAll('.tool-hint')]
            .filter(
              (element) =>
                element.scrollWidth > element.clientWidth || element.scrollHeight > element.clientHeight,
            )
            .map(({ className, textContent }) => `${className}: ${textContent}`),
        );
    await expect.poll(cut).toEqual([]);
  }
}

describe('languages', () => {
  it('fit the comparison bar: English', async () => {
    const { page } = studio;
    await page
      .getByRole('button', { name: textPattern('history.open', { name: textPattern('history.of') }) })
      .first()
      .click();
    await page.getByText(t('view.comparedWith', { name: t('view.background') })).waitFor();
    await expectBarToFit();
  });

  it('grows with the system’s font size', async () => {
    const { page } = studio;
    const setFontSize = (size: string) =>
      page.evaluate((wanted) => {
        document.documentElement.style.fontSize = wanted;
      }, size);
    await setFontSize('20px');
    await expect.poll(() => unreadable(page)).toEqual([]);
    // In the smallest window too.
    await page.setViewportSize({ width: 1024, height: 700 });
    for (const tab of ['background', 'concept', 'render'] as const) {
      await inspect(page, tab);
      await expect.poll(() => unreadable(page)).toEqual([]);
    }
    await page.setViewportSize({ width: 1440, height: 900 });
    await setFontSize('');
  });

  it('speaks Korean', async () => {
    const { page } = studio;
    await page.getByRole('button', { name: t('app.settings') }).click();
    await page.getByRole('combobox', { name: t('settings.language') }).click();
    await page.getByRole('option', { name: t('settings.languages.ko') }).click();
    await page.getByRole('heading', { name: '매개변수' }).waitFor();
    expect(await page.evaluate(() => document.documentElement.lang)).toBe('ko');
    await page.getByRole('button', { name: '닫기' }).click();
    await page.getByText('비교 대상: 배경').waitFor();
    await expectBarToFit();
    await page.getByRole('button', { name: '장면 편집' }).click();
  });

  it('has its guide in Korean too', async () => {
    const { page } = studio;
    await page.getByRole('button', { name: '단축키' }).click();
    await page.getByRole('button', { name: '사용 설명서' }).click();
    const guide = page.getByRole('dialog', { name: '사용 설명서' });
    await guide.getByRole('button', { name: '문제 해결' }).click();
    const part = guide.getByRole('heading', { name: '문제 해결' });
    await expect.poll(() => part.evaluate((element) => element === document.activeElement)).toBe(true);
    for (const picture of await guide.locator('img').all()) {
      await picture.scrollIntoViewIfNeeded();
      await expect
        .poll(() => picture.evaluate((image) => (image as HTMLImageElement).naturalWidth))
        .toBeGreaterThan(1000);
    }
    await page.keyboard.press('Escape');
    await guide.waitFor({ state: 'detached' });
  });

  it('logged no error to the console throughout', () => {
    expect(studio.faults).toEqual([]);
  });
});
