/** axe on the page as it is. */
import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import type axe from 'axe-core';
import type { Page } from 'playwright-core';

const axeSource = readFileSync(createRequire(import.meta.url).resolve('axe-core/axe.min.js'), 'utf8');

/** axe as a value of the page's own world, kept there: making it takes as long as a good part of its looking. */
interface AxeWindow {
  axeOfTests?: typeof axe;
}

/** What depends on the theme. */
const COLOUR_RULES = ['color-contrast', 'link-in-text-block'];

/** What axe finds wrong in the light theme, and of colours in the dark one. */
export async function violationsInBothThemes(page: Page): Promise<string[]> {
  const setTheme = (theme: string) =>
    page.evaluate((scheme) => {
      document.documentElement.dataset.mantineColorScheme = scheme;
    }, theme);
  await setTheme('light');
  const light = await violations(page);
  await setTheme('dark');
  const dark = await violations(page, COLOUR_RULES);
  await setTheme('light');
  return [...light, ...dark.map((violation) => `dark: ${violation}`)];
}

/**
 * What axe finds wrong, each with the elements, short enough to read.
 *
 * @param rules those of axe's names; all when it is left out
 */
export async function violations(page: Page, rules?: readonly string[]): Promise<string[]> {
  // As a script of the test's own, which the page's policy does not bind.
  await page.evaluate((source) => {
    (window as AxeWindow).axeOfTests ??= new Function(`${source}; return axe;`)() as typeof axe;
  }, axeSource);
  const results = await page.evaluate(
    (only) =>
      (window as AxeWindow).axeOfTests!.run(document, {
        resultTypes: ['violations'],
        ...(only && { runOnly: only }),
        // A selector for every element that is looked at, which nobody reads here, takes a third of the time.
        selectors: false,
        // Menus and tooltips are at the end of the page, outside of the landmarks, and belong to buttons that are inside.
        ...(!only && {
          rules: { region: { enabled: document.querySelector('[role="menu"], [role="tooltip"]') === null } },
        }),
      }),
    rules && [...rules],
  );
  return results.violations.map(
    ({ id, nodes }) => `${id}: ${nodes.map(({ html }) => html.slice(0, 160)).join(' | ')}`,
  );
}
