/** Runs axe on the current page. */
import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import type axe from 'axe-core';
import type { Page } from 'playwright-core';

const axeSource = readFileSync(createRequire(import.meta.url).resolve('axe-core/axe.min.js'), 'utf8');

/** axe as a value in the page's own world, kept there because creating it takes a good part of a run. */
interface AxeWindow {
  axeOfTests?: typeof axe;
}

/** Rules that depend on the theme. */
const COLOUR_RULES = ['color-contrast', 'link-in-text-block'];

/** What of the page is checked: what was opened last and covers the rest, everything, or what a selector finds. */
type Extent = 'opened-last' | 'whole-page' | { readonly within: string };

/** What covers the rest of the window, which is checked while nothing covers it. */
const COVERING = '[role="dialog"], [role="menu"]';

/** axe's findings in the light theme, and its findings on colours in the dark one. */
export async function violationsInBothThemes(page: Page, extent?: Extent): Promise<string[]> {
  const setTheme = (theme: string) =>
    page.evaluate((scheme) => {
      document.documentElement.dataset.mantineColorScheme = scheme;
    }, theme);
  await setTheme('light');
  const light = await violations(page, { extent });
  await setTheme('dark');
  const dark = await violations(page, { extent, rules: COLOUR_RULES });
  await setTheme('light');
  return [...light, ...dark.map((violation) => `dark: ${violation}`)];
}

/**
 * axe's findings, each with its elements, short enough to read.
 *
 * @param rules names of axe's rules; all if omitted
 */
export async function violations(
  page: Page,
  {
    rules,
    extent = 'opened-last',
  }: { readonly rules?: readonly string[]; readonly extent?: Extent | undefined } = {},
): Promise<string[]> {
  // As the test's own script, which is not subject to the page's policy.
  await page.evaluate((source) => {
    (window as AxeWindow).axeOfTests ??= new Function(`${source}; return axe;`)() as typeof axe;
  }, axeSource);
  const results = await page.evaluate(
    ([only, selector]) => {
      const last = selector === null ? undefined : [...document.querySelectorAll(selector)].at(-1);
      return (window as AxeWindow).axeOfTests!.run(last ?? document, {
        resultTypes: ['violations'],
        ...(only && { runOnly: only }),
        // Selectors for every element, which are not read here, take a third of the time.
        selectors: false,
        // Menus and tooltips are at the end of the page, outside the landmarks, and belong to buttons inside them.
        ...(!only && {
          rules: { region: { enabled: document.querySelector('[role="menu"], [role="tooltip"]') === null } },
        }),
      });
    },
    [rules && [...rules], selectorOf(extent)] as const,
  );
  return results.violations.map(
    ({ id, nodes }) => `${id}: ${nodes.map(({ html }) => html.slice(0, 160)).join(' | ')}`,
  );
}

function selectorOf(extent: Extent): string | null {
  if (typeof extent === 'object') return extent.within;
  return extent === 'whole-page' ? null : COVERING;
}
