/** Presses every button, menu item, switch and choice of the window once, and reports which of them failed. */

import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { type ElementHandle, errors, type Locator, type Page } from 'playwright-core';
import { beforeAll, describe, expect } from 'vitest';
import type { InspectorTab } from './inspector-page.ts';
import { samplePicture } from './sample-pack.ts';
import { sharedStudio } from './shared-studio.ts';
import { PATIENCE_MS } from './slow-host.ts';
import { headerOf, type StudioPage } from './studio-page.ts';
import { t, textPattern } from './texts.ts';

/** What is not pressed, and why. */
const EXCEPTIONS: Readonly<Record<string, string>> = {
  [`button: ${t('models.download')}`]:
    'a test has no network; models.test.ts downloads from a server of its own',
  [`button: ${t('models.repair')}`]: 'it would download what is missing',
  [`button: ${t('subject.edit')}`]: 'it leads to a state of its own, which is pressed through after this one',
  [`button: ${t('models.import')}`]: 'it asks for a folder of models; models.test.ts gives it one',
};

/** Endings of texts that vary. */
const endOf = (key: string, placeholder: string) =>
  new RegExp(`(?<=${textPattern(key, { [placeholder]: '' }).source}).+`);

/** Lists with the same button for many items: one of each is pressed. */
const ALIKE: readonly RegExp[] = [
  ...['settings.change', 'settings.clear', 'settings.default'].map((key) => endOf(key, 'action')),
  new RegExp(`(?<=^button: (?:${t('app.undo')}|${t('app.redo')}): ).+`),
  // A shortcut's button begins with its keys.
  new RegExp(`(?<=^button: ).+(?=${textPattern('settings.change', { action: '' }).source})`),
  endOf('words.add', 'word'),
  // The licences in About: name and version (with its digits already replaced).
  /(?<=^button: )\S+ #\.#\.#\S*$/,
];

let studio: StudioPage;
const pressed = new Set<string>();

/** Describes states of one window; what is pressed in one of them is not pressed again in the next. */
export function describeEveryButton(name: string, states: (studio: StudioPage) => void): void {
  studio = sharedStudio();
  pressed.clear();
  beforeAll(async () => {
    const file = join(studio.folders.root, 'mask.png');
    writeFileSync(file, await samplePicture('cat-mask.png'));
    studio.page.on('filechooser', (chooser) => void chooser.setFiles(file));
  });
  describe(name, { timeout: 900_000 }, () => states(studio));
}

/** Elements that can be pressed. */
const BUTTONS =
  'button, [role="button"], [role="radio"], [role="switch"], input[type="checkbox"], input[type="radio"]';

/** The element that is pressed next. */
const NEXT = '[data-next]';

/** It was there when it was chosen, and disappeared before it was pressed. */
class GoneError extends Error {}

interface Button {
  readonly key: string;
  readonly hasMenu: boolean;
  readonly isInput: boolean;
  readonly isToggle: boolean;
}

/** Marks the next element that has not been pressed yet. @returns undefined if none is left */
async function markNext(page: Page, scope: string): Promise<Button | undefined> {
  // In one call, because it runs before every button.
  const next = await page.evaluate(
    ({ within, buttons, alike, done }) => {
      document.querySelector('[data-next]')?.removeAttribute('data-next');
      const patterns = alike.map((source) => new RegExp(source));
      const keyOf = (name: string) =>
        patterns.reduce((text, pattern) => text.replace(pattern, '…'), name.replaceAll(/\d+/g, '#'));
      for (const element of [...document.querySelectorAll(within)].flatMap((place) => [
        ...place.querySelectorAll<HTMLElement>(buttons),
      ])) {
        const isInput = element instanceof HTMLInputElement;
        const named =
          element.getAttribute('aria-label') ??
          (isInput ? element.labels?.[0]?.textContent : element.textContent) ??
          '';
        const role = element.getAttribute('role') ?? (isInput ? element.type : 'button');
        const key = keyOf(`${role}: ${named.trim().replace(/\s+/g, ' ')}`);
        if (done.includes(key)) continue;
        const isDisabled = element.matches(':disabled, [aria-disabled="true"], [data-disabled="true"]');
        const isShown = element.checkVisibility({ visibilityProperty: true }) && !element.closest('[inert]');
        if (isDisabled || !isShown) continue;
        element.setAttribute('data-next', '');
        return {
          key,
          hasMenu: element.getAttribute('aria-haspopup') === 'menu',
          isInput,
          isToggle: element.matches('[aria-pressed], input[type="checkbox"]'),
        };
      }
      return null;
    },
    {
      within: scope,
      buttons: BUTTONS,
      alike: ALIKE.map(({ source }) => source),
      done: [...pressed, ...Object.keys(EXCEPTIONS)],
    },
  );
  if (!next) return undefined;
  pressed.add(next.key);
  return next;
}

const OVERLAYS = '[role="menu"], .mantine-Modal-content, .mantine-Popover-dropdown';

/** Closes everything that covers the window, except a sheet. */
async function closeOverlays(page: Page): Promise<void> {
  const open = page.locator(OVERLAYS).filter({ visible: true });
  for (let left = await open.count(); left > 0; left = await open.count()) {
    await page.keyboard.press('Escape');
    await expect.poll(() => open.count()).toBeLessThan(left);
  }
}

/** Waits until no work is in progress, and reports what failed. */
export async function settle(page: Page, what: string): Promise<void> {
  await closeOverlays(page);
  // In one call, because it runs after every button.
  const failures = await page.evaluate(
    async ([savedText, idleText]) => {
      const reads = (selector: string, text: string) =>
        [...document.querySelectorAll(selector)].some((element) => element.textContent === text);
      while (!reads('.save-state', savedText!) || !reads('.status-bar [role="status"]', idleText!)) {
        await new Promise((resolve) => setTimeout(resolve, 20));
      }
      return [...document.querySelectorAll('.failed-render')].map(({ textContent }) => textContent);
    },
    [t('app.saved'), t('render.idle')],
  );
  expect({ what, faults: [...studio.faults], failures }).toEqual({ what, faults: [], failures: [] });
}

/** After this long a click looks at what covers its element. */
const COVERED_AFTER_MS = 10_000;

/**
 * Clicks an element. A dialog comes frames after the click that asked for it, possibly when the next element has been
 * chosen already: what has opened over the element meanwhile is closed.
 */
async function clickUncovered(page: Page, element: ElementHandle<HTMLElement | SVGElement>): Promise<void> {
  for (const started = Date.now(); ; ) {
    try {
      await element.click({ timeout: COVERED_AFTER_MS });
      return;
    } catch (cause) {
      if (!(cause instanceof errors.TimeoutError) || Date.now() - started > PATIENCE_MS) throw cause;
      const isCovered = await element.evaluate(
        (own, overlays) =>
          [...document.querySelectorAll(overlays)].some(
            (overlay) => overlay.checkVisibility() && !overlay.contains(own),
          ),
        OVERLAYS,
      );
      if (isCovered) await closeOverlays(page);
    }
  }
}

async function press(page: Page, { key, hasMenu, isInput, isToggle }: Button): Promise<void> {
  const next = page.locator(NEXT);
  const click = async () => {
    // Not by the locator, which would wait for an element that has disappeared.
    const element = await page.$(NEXT);
    if (!element) throw new GoneError();
    try {
      await (isInput
        ? element.evaluate((input) => (input as HTMLElement).click())
        : clickUncovered(page, element));
    } catch (cause) {
      throw (await element.evaluate(({ isConnected }) => isConnected)) ? cause : new GoneError();
    }
  };
  if (!hasMenu) {
    await click();
    await settle(page, key);
    // Restores the state, so that the next ones are pressed as a user meets them.
    if (isToggle && (await next.count()) > 0 && (await next.isEnabled())) {
      await click();
      await settle(page, `${key}, back`);
    }
    return;
  }
  await click();
  // Also those that check or choose.
  const items = page.locator('[role^="menuitem"]:visible');
  await items.first().waitFor();
  const offered = await items.evaluateAll((elements) =>
    elements.map((element) => ({ name: element.textContent ?? '', isUsable: !element.matches(':disabled') })),
  );
  await closeOverlays(page);
  for (const [at, { name, isUsable }] of offered.entries()) {
    const item = `menuitem: ${name.replaceAll(/\d+/g, '#')}`;
    // Another menu may offer an item that cannot be used here.
    if (!isUsable || pressed.has(item)) continue;
    pressed.add(item);
    // The item's action may have removed the menu's button.
    if ((await next.count()) === 0) return;
    // The one before may have opened a sheet that covers the whole window.
    if (!(await next.evaluate((element) => element.closest('.sheet') !== null))) await closeSheets(page);
    await click();
    await items.nth(at).click();
    await settle(page, item);
  }
}

/**
 * Presses everything within `scope` that has not been pressed before.
 *
 * @param scope selector
 * @param enter restores the state in which the scope is shown; called before each press
 * @returns how many were pressed
 */
export async function pressAll(scope: string, enter: () => Promise<void>): Promise<number> {
  const { page } = studio;
  for (let count = 0; ; count++) {
    await enter();
    const next = await markNext(page, scope);
    if (!next) return count;
    try {
      await press(page, next);
    } catch (cause) {
      if (!(cause instanceof GoneError)) throw new Error(`Pressing "${next.key}" went wrong.`, { cause });
      // A way out disappears with its warning, which follows the masks with a delay.
      pressed.delete(next.key);
    }
  }
}

/** What a button opened above the window, other than a menu. */
export const POPOVER = '[role="dialog"].mantine-Popover-dropdown';

/** The parts of the window, as a selector. */
export const WINDOW =
  '.header-bar, .tool-rail, .flow-panel, .canvas-area, .parameter-panel, .filmstrip, .status-bar';

export async function closeSheets(page: Page): Promise<void> {
  await closeOverlays(page);
  const sheet = page.locator('.sheet');
  // At once: the sheet may be closing by itself, and a button that disappears would be waited for.
  await page.evaluate((name) => {
    document.querySelector<HTMLElement>(`.sheet button[aria-label="${name}"]`)?.click();
  }, t('app.close'));
  await sheet.waitFor({ state: 'detached' });
}

/** Continues in a sample project of its own, since earlier presses may have changed the last one. */
export async function openSample(page: Page): Promise<void> {
  await closeSheets(page);
  const before = page.url();
  await headerOf(page).locator('button[aria-haspopup="menu"]').first().click();
  await page.getByRole('menuitem', { name: t('project.openSample') }).click();
  await page.waitForURL((url) => url.href !== before);
  await editCat(page);
  await settle(page, t('project.openSample'));
}

/** The button that selects the cat. */
export function catOf(page: Page): Locator {
  return page.locator(`button[aria-label="${t('concept.select', { name: 'my cat' })}"]`);
}

/** Whether the cat is selected, a tab of the inspector is shown, and nothing covers the window. */
export async function isInspectingCat(page: Page, tab: InspectorTab): Promise<boolean> {
  return page.evaluate(
    ([covering, cat, shownTab]) =>
      [...document.querySelectorAll(covering!)].every((element) => !element.checkVisibility()) &&
      document.querySelector(`button[aria-pressed="true"][aria-label="${cat}"]`) !== null &&
      document.querySelector('.parameter-panel [role="tab"][aria-selected="true"]')?.textContent === shownTab,
    [`.sheet, ${OVERLAYS}`, t('concept.select', { name: 'my cat' }), t(`inspector.tabs.${tab}`)],
  );
}

/** Closes everything that covers the window, and selects a concept. */
export async function editCat(page: Page): Promise<void> {
  await closeSheets(page);
  const card = catOf(page);
  const mask = page.locator(`[role="group"][aria-label="${t('mask.title', { name: 'my cat' })}"]`);
  // Again if need be: a picture that is still being read becomes a concept, which is selected then.
  await expect
    .poll(async () => {
      if ((await card.getAttribute('aria-pressed')) !== 'true') await card.click();
      return mask.count();
    })
    .toBe(1);
}
