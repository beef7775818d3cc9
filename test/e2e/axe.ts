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

/** What axe finds wrong, each with the elements, short enough to read. */
export async function violations(page: Page): Promise<string[]> {
  // As a script of the test's own, which the page's policy does not bind.
  await page.evaluate((source) => {
    (window as AxeWindow).axeOfTests ??= new Function(`${source}; return axe;`)() as typeof axe;
  }, axeSource);
  const results = await page.evaluate(() =>
    (window as AxeWindow).axeOfTests!.run(document, {
      resultTypes: ['violations'],
      // A selector for every element that is looked at, which nobody reads here, takes a third of the time.
      selectors: false,
      // Menus and tooltips are at the end of the page, outside of the landmarks, and belong to buttons that are inside.
      rules: { region: { enabled: document.querySelector('[role="menu"], [role="tooltip"]') === null } },
    }),
  );
  return results.violations.map(
    ({ id, nodes }) => `${id}: ${nodes.map(({ html }) => html.slice(0, 160)).join(' | ')}`,
  );
}
