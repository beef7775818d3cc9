/** axe on the page as it is. */
import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import type { AxeResults } from 'axe-core';
import type { Page } from 'playwright-core';

const axeSource = readFileSync(createRequire(import.meta.url).resolve('axe-core/axe.min.js'), 'utf8');

/** What axe finds wrong, each with the elements, short enough to read. */
export async function violations(page: Page): Promise<string[]> {
  // As a script of the test's own, which the page's policy does not bind.
  const results = await page.evaluate(async (source): Promise<AxeResults> => {
    const load = new Function(`${source}; return axe;`);
    return load().run(document, {
      resultTypes: ['violations'],
      // Menus are at the end of the page, outside of the landmarks, and named by the buttons that they belong to.
      rules: { region: { enabled: document.querySelector('[role="menu"]') === null } },
    });
  }, axeSource);
  return results.violations.map(
    ({ id, nodes }) => `${id}: ${nodes.map(({ html }) => html.slice(0, 160)).join(' | ')}`,
  );
}
