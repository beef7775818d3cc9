/** axe over every state of the window, in both themes; names, focus and languages. */
import { describe, expect, it } from 'vitest';
import { violations } from './axe.ts';
import { sharedStudio } from './shared-studio.ts';
import { canvasOf, LONG_WORK, screenshot, setTheme } from './studio-page.ts';

const studio = sharedStudio();

describe('axe', () => {
  for (const theme of ['Light', 'Dark'] as const) {
    it(`finds nothing wrong with the scene, a render, and every sheet: ${theme}`, async () => {
      const { page } = studio;
      await setTheme(page, theme);
      const found: Record<string, string[]> = { scene: await violations(page) };
      await page.getByRole('button', { name: 'More parameters' }).click();
      found.parameters = await violations(page);
      await page.getByRole('button', { name: 'More parameters' }).click();
      if (theme === 'Light') {
        await page
          .getByRole('banner')
          .getByRole('button', { name: /^Render/ })
          .click();
        // The page of these tests asks for reduced motion: what is under way is said without any.
        expect(await page.evaluate(() => document.getAnimations().length)).toBe(0);
        found.rendering = await violations(page);
        await page.locator('.frame img').waitFor();
      }
      await page.getByRole('button', { name: /^Show Render of/ }).click();
      await page.getByText('Slider', { exact: true }).click();
      found.comparison = await violations(page);
      await page.getByRole('button', { name: 'Browse all' }).click();
      await page.getByRole('textbox', { name: 'Search' }).waitFor();
      found.history = await violations(page);
      await page
        .getByRole('checkbox', { name: /^Select .* to compare$/ })
        .first()
        .check();
      found['history, one marked'] = await violations(page);
      await page.getByRole('button', { name: 'Close' }).first().click();
      await page.getByRole('button', { name: 'Edit scene' }).click();
      if (theme === 'Light') {
        await page.getByRole('button', { name: 'Generate backgrounds' }).click();
        found['making candidates'] = await violations(page);
      }
      // They stay for the other theme.
      const candidates = page.getByRole('radiogroup', { name: 'Candidates' }).getByRole('radio');
      await expect.poll(() => candidates.count(), LONG_WORK).toBe(4);
      await page.getByText('Idle').waitFor();
      await candidates.first().click();
      found.candidates = await violations(page);
      await page.keyboard.press('Escape');
      await page.getByRole('button', { name: 'Generation options' }).click();
      found['options for candidates'] = await violations(page);
      await page.getByRole('button', { name: 'Generation options' }).click();
      for (const sheet of ['Models', 'Shortcuts', 'Settings', 'About', 'Sweep α and β']) {
        await page.getByRole('button', { name: sheet }).first().click();
        await page.getByRole('button', { name: 'Close' }).waitFor();
        found[sheet] = await violations(page);
        await page.getByRole('button', { name: 'Close' }).click();
      }
      await page.getByRole('button', { name: 'Shortcuts' }).click();
      await page.getByRole('button', { name: 'User guide' }).click();
      await page.getByRole('heading', { name: 'Four words' }).waitFor();
      found.guide = await violations(page);
      await page.getByRole('button', { name: 'Close' }).click();
      await page.getByRole('banner').locator('button[aria-haspopup="menu"]').click();
      await page.getByRole('menuitem', { name: 'Projects' }).waitFor();
      found['project menu'] = await violations(page);
      await page.getByRole('menuitem', { name: 'Projects' }).click();
      await page.getByRole('textbox', { name: 'New project' }).waitFor();
      found.projects = await violations(page);
      await page.getByRole('button', { name: 'Close' }).click();
      const actions = page.getByRole('button', { name: /^Actions for/ }).first();
      await actions.click();
      await page.getByRole('menuitem', { name: 'Name' }).waitFor();
      found['render menu'] = await violations(page);
      await page.getByRole('menuitem', { name: 'Name' }).click();
      await page.getByRole('textbox', { name: 'Name' }).last().waitFor();
      found.rename = await violations(page);
      await page.keyboard.press('Escape');
      expect(Object.fromEntries(Object.entries(found).filter(([, list]) => list.length > 0))).toEqual({});
    });
  }
});

describe('the keyboard', () => {
  it('opens the list of shortcuts with ?, closes it with Escape, and gives the focus back', async () => {
    const { page } = studio;
    await canvasOf(page).focus();
    await page.keyboard.press('Shift+?');
    await page.getByRole('dialog', { name: 'Shortcuts' }).waitFor();
    await page.keyboard.press('Escape');
    await page.getByRole('dialog', { name: 'Shortcuts' }).waitFor({ state: 'detached' });
    expect(await canvasOf(page).evaluate((element) => element === document.activeElement)).toBe(true);
  });

  it('changes a shortcut, and takes it from the action that had it', async () => {
    const { page } = studio;
    await page.getByRole('button', { name: 'Settings' }).click();
    await page.getByRole('button', { name: 'Change shortcut for Brush' }).click();
    await page.keyboard.press('e');
    await page.getByText('E was removed from Eraser.').waitFor();
    await page.getByRole('button', { name: 'Close' }).click();
    await page.getByRole('button', { name: 'Lasso', exact: true }).click();
    await canvasOf(page).focus();
    await page.keyboard.press('e');
    const brush = page.getByRole('button', { name: 'Brush', exact: true });
    await expect.poll(() => brush.getAttribute('aria-pressed')).toBe('true');
  });

  it('reorders concepts by keys', async () => {
    const { page } = studio;
    const names = () => page.locator('.concept-title').allTextContents();
    const before = await names();
    await page.getByRole('button', { name: /^Reorder my cat/ }).focus();
    await page.keyboard.press('ArrowDown');
    await page.getByText('my cat moved to position 2 of 2.').waitFor({ state: 'attached' });
    await expect.poll(names).toEqual(before.toReversed());
    await page.keyboard.press('ArrowUp');
    await expect.poll(names).toEqual(before);
  });
});

describe('the user guide', () => {
  it('opens from the shortcuts, with its pictures, and leads from its contents to its parts', async () => {
    const { page } = studio;
    await page.getByRole('button', { name: 'Shortcuts' }).click();
    await page.getByRole('button', { name: 'User guide' }).click();
    const guide = page.getByRole('dialog', { name: 'User guide' });
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
    await screenshot(page, 'guide');
    await page.keyboard.press('Escape');
    await guide.waitFor({ state: 'detached' });
  });
});

/** Whether the bar of the comparison holds its words, at both usual widths. */
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
    await screenshot(page, `comparison-${await page.evaluate(() => document.documentElement.lang)}-${width}`);
  }
}

describe('languages', () => {
  it('have room in the bar of the comparison: English', async () => {
    const { page } = studio;
    await page
      .getByRole('button', { name: /^Show Render of/ })
      .first()
      .click();
    await page.getByText('against the background').waitFor();
    await expectBarToFit();
  });

  it('speaks Korean', async () => {
    const { page } = studio;
    await page.getByRole('button', { name: 'Settings' }).click();
    await page.getByRole('combobox', { name: 'Language' }).click();
    await page.getByRole('option', { name: '한국어' }).click();
    await page.getByRole('heading', { name: '매개변수' }).waitFor();
    expect(await page.evaluate(() => document.documentElement.lang)).toBe('ko');
    await page.getByRole('button', { name: '닫기' }).click();
    await page.getByText('비교 대상: 배경').waitFor();
    await expectBarToFit();
    await page.getByRole('button', { name: '장면 편집' }).click();
    await screenshot(page, 'korean');
  });

  it('has its guide in Korean, too', async () => {
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

  it('wrote nothing wrong to the console all the while', () => {
    expect(studio.faults).toEqual([]);
  });
});
