/** Presses every button, menu item, switch and choice of the window once, and says which of them went wrong. */

import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Page } from 'playwright-core';
import { beforeAll, describe, expect } from 'vitest';
import { samplePicture } from './sample-pack.ts';
import { sharedStudio } from './shared-studio.ts';
import { type StudioPage, saved } from './studio-page.ts';
import { t, textPattern } from './texts.ts';

/** What is not pressed, and why. */
const EXCEPTIONS: Readonly<Record<string, string>> = {
  [`button: ${t('models.download')}`]:
    'a test has no network; models.test.ts downloads from a server of its own',
  [`button: ${t('models.repair')}`]: 'it would download what is missing',
  [`button: ${t('subject.edit')}`]: 'it leads to a state of its own, which is pressed through after this one',
  [`button: ${t('models.import')}`]: 'it asks for a folder of models; models.test.ts gives it one',
};

/** What a text ends with, whatever it is. */
const endOf = (key: string, placeholder: string) =>
  new RegExp(`(?<=${textPattern(key, { [placeholder]: '' }).source}).+`);

/** Lists of the same button for many things: one of each is pressed. */
const ALIKE: readonly RegExp[] = [
  ...['settings.change', 'settings.clear', 'settings.default'].map((key) => endOf(key, 'action')),
  new RegExp(`(?<=^button: (?:${t('app.undo')}|${t('app.redo')}): ).+`),
  // The licences in About: name, version (its digits already replaced), licence.
  /(?<=^button: )\S+ #\.#.* · .+/,
];

const studio = sharedStudio();
const pressed = new Set<string>();

/** Describes states of one window; what is pressed in one of them is not pressed again in the next. */
export function describeEveryButton(name: string, states: (studio: StudioPage) => void): void {
  beforeAll(async () => {
    const file = join(studio.folders.root, 'mask.png');
    writeFileSync(file, await samplePicture('cat-mask.png'));
    studio.page.on('filechooser', (chooser) => void chooser.setFiles(file));
  });
  describe(name, { timeout: 900_000 }, () => states(studio));
}

/** Marks the next one that was not pressed yet. @returns its name; undefined when there is none left */
async function markNext(page: Page, scope: string): Promise<{ key: string; hasMenu: boolean } | undefined> {
  const found = await page.evaluate(
    ([within, selector]) => {
      for (const marked of document.querySelectorAll('[data-next]')) marked.removeAttribute('data-next');
      const places = [...document.querySelectorAll(within!)];
      return places
        .flatMap((place) => [...place.querySelectorAll<HTMLElement>(selector!)])
        .map((element, index) => {
          const label =
            element instanceof HTMLInputElement ? element.labels?.[0]?.textContent : element.textContent;
          const named = element.getAttribute('aria-label') ?? label ?? '';
          const role =
            element.getAttribute('role') ?? (element instanceof HTMLInputElement ? element.type : 'button');
          const isDisabled = element.matches(':disabled, [aria-disabled="true"], [data-disabled="true"]');
          const isShown =
            element.checkVisibility({ visibilityProperty: true }) && !element.closest('[inert]');
          element.setAttribute('data-next', String(index));
          return {
            index,
            key: `${role}: ${named.trim().replace(/\s+/g, ' ')}`,
            hasMenu: element.getAttribute('aria-haspopup') === 'menu',
            isUsable: isShown && !isDisabled,
          };
        })
        .filter(({ isUsable }) => isUsable);
    },
    [
      scope,
      'button, [role="button"], [role="radio"], [role="switch"], input[type="checkbox"], input[type="radio"]',
    ],
  );
  for (const { index, key: name, hasMenu } of found) {
    const key = ALIKE.reduce((text, alike) => text.replace(alike, '…'), name.replaceAll(/\d+/g, '#'));
    if (pressed.has(key) || key in EXCEPTIONS) continue;
    pressed.add(key);
    await page.evaluate((at) => {
      for (const marked of document.querySelectorAll('[data-next]')) {
        if (marked.getAttribute('data-next') !== at) marked.removeAttribute('data-next');
      }
    }, String(index));
    return { key, hasMenu };
  }
  return undefined;
}

/** Closes what lies over the window, but for a sheet. */
async function closeOverlays(page: Page): Promise<void> {
  for (const overlay of ['[role="menu"]', '.mantine-Modal-content', '.mantine-Popover-dropdown']) {
    const open = page.locator(overlay).filter({ visible: true });
    if ((await open.count()) === 0) continue;
    await page.keyboard.press('Escape');
    await expect.poll(() => open.count()).toBe(0);
  }
}

/** Waits until nothing is under way any more, and says what went wrong. */
export async function settle(page: Page, what: string): Promise<void> {
  await closeOverlays(page);
  await saved(page);
  await page.getByText(t('render.idle'), { exact: true }).waitFor({ timeout: 400_000 });
  const failures = await page.locator('.failed-render').allTextContents();
  expect({ what, faults: [...studio.faults], failures }).toEqual({ what, faults: [], failures: [] });
}

async function press(page: Page, { key, hasMenu }: { key: string; hasMenu: boolean }): Promise<void> {
  const next = page.locator('[data-next]');
  const { isInput, isToggle } = await next.evaluate((element) => ({
    isInput: element instanceof HTMLInputElement,
    isToggle: element.matches('[aria-pressed], input[type="checkbox"]'),
  }));
  const click = () =>
    isInput ? next.evaluate((element) => (element as HTMLElement).click()) : next.click({ timeout: 20_000 });
  if (!hasMenu) {
    await click();
    await settle(page, key);
    // Back to how it was, so that the next ones are pressed as a user meets them.
    if (isToggle && (await next.count()) > 0 && (await next.isEnabled())) {
      await click();
      await settle(page, `${key}, back`);
    }
    return;
  }
  await click();
  const items = page.getByRole('menuitem');
  await items.first().waitFor();
  const names = await items.allTextContents();
  await closeOverlays(page);
  for (const [at, name] of names.entries()) {
    const item = `menuitem: ${name}`;
    if (pressed.has(item)) continue;
    pressed.add(item);
    // What an item does may have taken the menu's button away.
    if ((await next.count()) === 0) return;
    await click();
    await items.nth(at).click();
    await settle(page, item);
  }
}

/**
 * Presses everything within `scope` until nothing is left that was not pressed before.
 *
 * @param scope selector
 * @param enter brings back the state in which the scope is shown; called before each press
 * @returns how many were pressed
 */
export async function pressAll(scope: string, enter: () => Promise<void>): Promise<number> {
  const { page } = studio;
  for (let count = 0; ; count++) {
    await enter();
    const next = await markNext(page, scope);
    if (!next) return count;
    await press(page, next).catch((cause) => {
      throw new Error(`Pressing "${next.key}" went wrong.`, { cause });
    });
  }
}

/** The parts of the window, as a selector. */
export const WINDOW =
  '.header-bar, .tool-rail, .flow-panel, .canvas-area, .parameter-panel, .filmstrip, .status-bar';
export async function closeSheets(page: Page): Promise<void> {
  await closeOverlays(page);
  const close = page.locator('.sheet').getByRole('button', { name: t('app.close') });
  if ((await close.count()) > 0) await close.first().click();
  await page.locator('.sheet').waitFor({ state: 'detached' });
}

/** Goes on in a sample of its own: what was pressed before may have taken the last one apart. */
export async function openSample(page: Page): Promise<void> {
  await closeSheets(page);
  const before = page.url();
  await page.getByRole('banner').locator('button[aria-haspopup="menu"]').click();
  await page.getByRole('menuitem', { name: t('project.openSample') }).click();
  await page.waitForURL((url) => url.href !== before);
  await editCat(page);
  await settle(page, t('project.openSample'));
}

/** Closes what lies over the window, and takes a concept in hand. */
export async function editCat(page: Page): Promise<void> {
  await closeSheets(page);
  const card = page.getByRole('button', { name: t('concept.select', { name: 'my cat' }) });
  await card.waitFor();
  if ((await card.getAttribute('aria-pressed')) !== 'true') await card.click();
  await page.getByRole('group', { name: t('mask.title', { name: 'my cat' }) }).waitFor();
}
