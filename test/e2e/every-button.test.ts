/**
 * Every button, menu item, switch and choice of the window, pressed once in each state that brings new ones, against
 * the real host: nothing that the editor sends may be what the contract refuses, and nothing may go wrong.
 */

import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Page } from 'playwright-core';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { samplePicture } from './sample-pack.ts';
import {
  canvasOf,
  createProject,
  drag,
  keepFailure,
  onScreen,
  openStudio,
  render,
  type StudioPage,
  saved,
} from './studio-page.ts';

/** What is not pressed, and why. */
const EXCEPTIONS: Readonly<Record<string, string>> = {
  'button: Download': 'a test has no network; models.test.ts downloads from a server of its own',
  'button: Repair': 'it would download what is missing',
  'button: Import folder': 'it asks for a folder of models; models.test.ts gives it one',
};

/** Lists of the same button for many things: one of each is pressed. */
const ALIKE: readonly RegExp[] = [
  /(?<=shortcut for ).+/,
  /(?<=^button: (?:Undo|Redo): ).+/,
  // The licences in About: name, version, licence.
  /(?<=^button: )\S+ \d+\.\d+.* · .+/,
];

let studio: StudioPage;
const pressed = new Set<string>();

beforeAll(async () => {
  studio = await openStudio();
  const file = join(studio.folders.root, 'mask.png');
  writeFileSync(file, await samplePicture('cat-mask.png'));
  studio.page.on('filechooser', (chooser) => void chooser.setFiles(file));
});

afterEach(({ task }) => keepFailure(studio?.page, task));

afterAll(async () => {
  await studio?.close();
});

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
async function settle(page: Page, what: string): Promise<void> {
  await closeOverlays(page);
  await saved(page);
  await page.getByText('Idle', { exact: true }).waitFor({ timeout: 400_000 });
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

async function pressAll(scope: string, enter: () => Promise<void>): Promise<number> {
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

const WINDOW =
  '.header-bar, .tool-rail, .flow-panel, .canvas-area, .parameter-panel, .filmstrip, .status-bar';
const POPOVER = '[role="dialog"].mantine-Popover-dropdown';

async function closeSheets(page: Page): Promise<void> {
  await closeOverlays(page);
  const close = page.locator('.sheet').getByRole('button', { name: 'Close' });
  if ((await close.count()) > 0) await close.first().click();
  await page.locator('.sheet').waitFor({ state: 'detached' });
}

/** Goes on in a sample of its own: what was pressed before may have taken the last one apart. */
async function openSample(page: Page): Promise<void> {
  await closeSheets(page);
  const before = page.url();
  await page.getByRole('banner').locator('button[aria-haspopup="menu"]').click();
  await page.getByRole('menuitem', { name: 'Open sample' }).click();
  await page.waitForURL((url) => url.href !== before);
  await editCat(page);
  await settle(page, 'Open sample');
}

/** Closes what lies over the window, and takes a concept in hand. */
async function editCat(page: Page): Promise<void> {
  await closeSheets(page);
  const card = page.getByRole('button', { name: 'Edit my cat' });
  await card.waitFor();
  if ((await card.getAttribute('aria-pressed')) !== 'true') await card.click();
  await page.getByRole('group', { name: 'Mask of my cat' }).waitFor();
}

describe('every button', { timeout: 900_000 }, () => {
  it('of the sample with a concept in hand', async () => {
    const { page } = studio;
    await openSample(page);
    expect(
      await pressAll(WINDOW, async () => {
        // Some of the buttons leave the project, or take the concept away.
        await closeSheets(page);
        if ((await page.getByRole('button', { name: 'Edit my cat' }).count()) === 0) await openSample(page);
        await editCat(page);
      }),
    ).toBeGreaterThan(50);
  });

  it('of each tool, in the middle of its work', async () => {
    const { page } = studio;
    await openSample(page);
    const tools = page.getByRole('toolbar').getByRole('button');
    for (const tool of await tools.all()) {
      await tool.click();
      await canvasOf(page).focus();
      await drag(page, [
        [20, 20],
        [60, 60],
        [20, 90],
      ]);
      await page.getByText('Idle', { exact: true }).waitFor();
      await pressAll('.tool-options', async () => {});
      await settle(page, (await tool.getAttribute('aria-label')) ?? '');
      await page.keyboard.press('Escape');
    }
  });

  it('of a render that is shown and compared', async () => {
    const { page } = studio;
    await openSample(page);
    await render(page);
    await settle(page, 'Render');
    await pressAll('.canvas-area, .filmstrip, .header-bar', async () => {
      // Some of the buttons delete the render, or open another project.
      await closeSheets(page);
      const frame = page.locator('.filmstrip .frame-picture').first();
      if ((await page.getByRole('button', { name: 'Edit my cat' }).count()) === 0) await openSample(page);
      if ((await frame.count()) === 0) await render(page);
      if ((await page.getByRole('button', { name: 'Edit scene' }).count()) === 0) await frame.click();
      await page.getByRole('button', { name: 'Edit scene' }).waitFor();
    });
  });

  it('of the device’s details', async () => {
    const { page } = studio;
    await openSample(page);
    await pressAll(POPOVER, async () => {
      await closeSheets(page);
      await page.locator('.device-status').click();
      await page.locator(POPOVER).waitFor();
    });
  });

  for (const [sheet, open] of [
    ['Settings', 'Settings'],
    ['Shortcuts', 'Shortcuts'],
    ['Models', 'Models'],
    ['About', 'About'],
    ['Alpha × beta', 'Sweep α and β'],
    ['History', 'Browse all'],
  ] as const) {
    it(`of the sheet ${sheet}`, async () => {
      const { page } = studio;
      await openSample(page);
      if (sheet === 'History') await render(page);
      await pressAll('.sheet, .mantine-Modal-content', async () => {
        if ((await page.getByRole('dialog', { name: sheet }).count()) > 0) return;
        await closeSheets(page);
        await page.getByRole('button', { name: open }).first().click();
        await page.getByRole('dialog', { name: sheet }).waitFor();
        await page.waitForLoadState('networkidle');
      });
    });
  }

  it('of the list of projects, and of an empty project', async () => {
    const { page } = studio;
    await openSample(page);
    await pressAll('.sheet', async () => {
      await closeSheets(page);
      await page.getByRole('banner').locator('button[aria-haspopup="menu"]').click();
      await page.getByRole('menuitem', { name: 'Projects' }).click();
      await page.getByRole('textbox', { name: 'New project' }).waitFor();
    });
    await closeSheets(page);
    await createProject(page, 'Empty');
    await pressAll(WINDOW, () => closeSheets(page));
  });

  it('left nothing wrong on the console', async () => {
    const { page } = studio;
    await onScreen(page, 0, 0);
    expect(studio.faults).toEqual([]);
  });
});
