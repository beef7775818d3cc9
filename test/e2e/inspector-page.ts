/** The inspector's tabs, and the operations on the selected concept's mask. */
import type { Page } from 'playwright-core';
import { t } from './texts.ts';

export type InspectorTab = 'background' | 'concept' | 'render';

/** Shows a tab of the inspector. */
export async function inspect(page: Page, tab: InspectorTab): Promise<void> {
  const name = t(`inspector.tabs.${tab}`);
  await page.locator('.parameter-panel [role="tab"]').filter({ hasText: name }).click();
}

/** Changes the selected concept's whole mask. */
export async function refine(
  page: Page,
  operation: 'grow' | 'shrink' | 'feather' | 'fillHoles' | 'removeSpecks',
  radiusPx?: number,
): Promise<void> {
  await page.getByRole('button', { name: t('mask.refine') }).click();
  const operations = page.locator('.mask-operations');
  if (radiusPx !== undefined) {
    await operations.getByRole('textbox', { name: t('mask.amount') }).fill(String(radiusPx));
  }
  await operations.getByRole('button', { name: t(`mask.${operation}`), exact: true }).click();
  await page.keyboard.press('Escape');
  await operations.waitFor({ state: 'detached' });
}
