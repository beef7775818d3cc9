/** The whole program in a real browser: a `serve` process with its own folders, and a page. */
import { once } from 'node:events';
import { existsSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, statSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { BrowserContext, Locator, Page } from 'playwright-core';
import { expect } from 'vitest';
import type { Settings } from '../../electron/contract/settings.ts';
import { type ServeProcess, startServe } from '../electron/serve/serve-process.ts';
import { sharedChromium } from './chromium.ts';
import { makeSamplePack } from './sample-pack.ts';
import { PATIENCE_MS, slowHost, slowPage } from './slow-host.ts';
import { t, textPattern } from './texts.ts';

/** Folder of screenshots for the README and the guide. */
const SCREENS = join('out', 'screens');

/** The bundled packs, including the real starter pack. */
export const BUNDLED_PACKS = join('native-models', 'packs');

/** Time limit for models on a machine with other work. */
export const LONG_WORK = { timeout: 1_200_000 };

export interface StudioPage {
  readonly page: Page;
  readonly context: BrowserContext;
  readonly serve: ServeProcess;
  readonly folders: { readonly root: string; readonly projects: string };
  /** The page's console errors and uncaught exceptions. */
  readonly faults: readonly string[];
  /** Kills the host. */
  readonly kill: () => Promise<void>;
  /** Restarts the killed host on its port. */
  readonly restart: () => Promise<void>;
  readonly close: () => Promise<void>;
}

export interface StudioOptions {
  /** There are projects already: no start screen opens. */
  readonly hasProjects?: boolean;
  /** Leaves the start screen open, which covers the sample at the first start. */
  readonly startsWithStart?: boolean;
  readonly colorScheme?: 'light' | 'dark';
  /** Device pixels per CSS pixel; 1 by default. */
  readonly devicePixelRatio?: number;
  readonly packs?: string;
  /** Adds to the packs, or to the folders in the root, before the program starts. */
  readonly prepare?: (root: string) => void;
  readonly environment?: (root: string) => NodeJS.ProcessEnv;
}

/** Opens the program as on its very first start. */
export async function openStudio(options: StudioOptions = {}): Promise<StudioPage> {
  assertBuilt();
  const root = mkdtempSync(join(tmpdir(), 'pnpmix-e2e-'));
  const packs = options.packs ?? join(root, 'packs');
  if (options.packs === undefined) await makeSamplePack(packs);
  options.prepare?.(root);
  const folders = { root, projects: join(root, 'projects') };
  const environment = {
    ...process.env,
    PNPMIX_PACKS_DIR: packs,
    PNPMIX_PROJECTS_DIR: folders.projects,
    PNPMIX_SETTINGS_DIR: join(root, 'settings'),
    PNPMIX_CACHE_DIR: join(root, 'cache'),
    PNPMIX_MODELS_DIR: join(root, 'models'),
    ...options.environment?.(root),
  };
  let serve = await startServe(environment);
  let context: BrowserContext | undefined;
  try {
    const devicePixelRatio = options.devicePixelRatio ?? 1;
    context = await (await sharedChromium(devicePixelRatio)).newContext({
      viewport: { width: 1440, height: 900 },
      deviceScaleFactor: devicePixelRatio,
      locale: 'en-GB',
      colorScheme: options.colorScheme ?? 'light',
      reducedMotion: 'reduce',
      permissions: ['clipboard-read', 'clipboard-write'],
    });
    context.setDefaultTimeout(PATIENCE_MS);
    await slowHost(context);
    context.on('page', (page) => void slowPage(page));
    const page = await context.newPage();
    const faults: string[] = [];
    page.on('console', (message) => {
      if (message.type() === 'error') faults.push(message.text());
    });
    page.on('pageerror', (error) => faults.push(String(error.stack ?? error)));
    await page.goto(serve.url.href);
    await renderButton(page).waitFor();
    if (!options.startsWithStart && !options.hasProjects) await closeStart(page);
    const opened = context;
    return {
      page,
      context: opened,
      get serve() {
        return serve;
      },
      folders,
      faults,
      kill: async () => {
        const exited = once(serve.child, 'exit');
        serve.child.kill('SIGKILL');
        await exited;
      },
      restart: async () => {
        serve = await startServe(environment, Number(serve.url.port));
      },
      close: async () => {
        await opened.close();
        await serve.stop();
        rmSync(root, { recursive: true, force: true });
      },
    };
  } catch (error) {
    await context?.close();
    await serve.stop();
    rmSync(root, { recursive: true, force: true });
    throw error;
  }
}

/** What the host has stored of the settings, which a reload of the page must not come before. */
export function storedSettings({ folders }: StudioPage): Settings {
  return JSON.parse(readFileSync(join(folders.root, 'settings', 'settings.json'), 'utf8')) as Settings;
}

/** Closes the start screen, which shows the sample behind it. */
export async function closeStart(page: Page): Promise<void> {
  await page.locator('.start-screen').waitFor();
  await page.getByRole('button', { name: t('app.close') }).click();
  await page.locator('.start-screen').waitFor({ state: 'detached' });
}

/** The tests use the built page; an outdated one would prove nothing. */
function assertBuilt(): void {
  const built = join('dist', 'renderer', 'index.html');
  const newest = Math.max(...['renderer', join('electron', 'contract')].map(newestIn));
  if (!existsSync(built) || statSync(built).mtimeMs < newest) {
    throw new Error(
      'The page has not been built from the present sources: run npm run build:renderer first.',
    );
  }
}

function newestIn(folder: string): number {
  const files = readdirSync(folder, { recursive: true, withFileTypes: true }).filter((entry) =>
    entry.isFile(),
  );
  return Math.max(...files.map((entry) => statSync(join(entry.parentPath, entry.name)).mtimeMs));
}

/** Writes a screenshot to out/screens. */
export async function screenshot(page: Page, name: string): Promise<void> {
  mkdirSync(SCREENS, { recursive: true });
  await page.screenshot({ path: join(SCREENS, `${name}.png`) });
}

/** Takes a screenshot when a test fails. */
export async function keepFailure(
  page: Page | undefined,
  task: { name: string; result?: { state: string } },
) {
  if (task.result?.state !== 'fail' || !page) return;
  mkdirSync(join('out', 'e2e'), { recursive: true });
  await page.screenshot({
    path: join('out', 'e2e', `${task.name.replaceAll(/\W+/g, '-').slice(0, 60)}.png`),
  });
}

// Elements that are looked up many times are found by selectors, in one call each: by role and name, Playwright
// computes those of every element on the page, which takes most of a test's time. accessibility.test.ts checks their
// roles and names.

export function canvasOf(page: Page): Locator {
  return page.locator('[role="application"]');
}

export function headerOf(page: Page): Locator {
  return page.locator('.header-bar');
}

/** The operations on the selected concept's mask. */
export function maskPanelOf(page: Page): Locator {
  return page.locator('.mask-panel');
}

/** Waits until the selected concept has no mask. */
export async function maskEmptied(page: Page): Promise<void> {
  await maskPanelOf(page)
    .getByText(`: ${t('concept.noMask')}`)
    .waitFor();
}

/** Waits until no work is in progress. */
export async function idle(page: Page): Promise<void> {
  await page
    .locator('.status-bar [role="status"]')
    .filter({ hasText: new RegExp(`^${t('render.idle')}$`) })
    .waitFor();
}

interface ScreenPoint {
  readonly x: number;
  readonly y: number;
}

/** Screen positions of points in the picture. @param points x and y from the upper left, in image pixels */
async function allOnScreen(
  page: Page,
  points: readonly (readonly [x: number, y: number])[],
): Promise<ScreenPoint[]> {
  const view = await canvasOf(page).evaluate((canvas) => {
    const box = canvas.getBoundingClientRect();
    const [x, y, scale] = ['x', 'y', 'scale'].map((name) =>
      Number.parseFloat((canvas as HTMLElement).style.getPropertyValue(`--picture-${name}`)),
    );
    return { left: box.left + x!, top: box.top + y!, scale: scale! };
  });
  return points.map(([x, y]) => ({ x: view.left + x * view.scale, y: view.top + y * view.scale }));
}

/**
 * Screen position of a point in the picture.
 *
 * @param x from the left, in image pixels
 */
export async function onScreen(page: Page, x: number, y: number): Promise<ScreenPoint> {
  const [point] = await allOnScreen(page, [[x, y]]);
  return point!;
}

/** Drags over the picture; in image pixels. */
export async function drag(
  page: Page,
  points: readonly (readonly [x: number, y: number])[],
  keys: readonly string[] = [],
): Promise<void> {
  for (const key of keys) await page.keyboard.down(key);
  const [first, ...rest] = await allOnScreen(page, points);
  await page.mouse.move(first!.x, first!.y);
  await page.mouse.down();
  for (const { x, y } of rest) await page.mouse.move(x, y, { steps: 4 });
  await page.mouse.up();
  for (const key of keys) await page.keyboard.up(key);
}

/** Drops a PNG file on the window, or on the element of a selector. */
export async function dropPicture(
  page: Page,
  name: string,
  bytes: Uint8Array,
  selector = 'body',
): Promise<void> {
  const dataTransfer = await page.evaluateHandle(
    ({ content, fileName }) => {
      const data = new DataTransfer();
      data.items.add(new File([new Uint8Array(content)], fileName, { type: 'image/png' }));
      return data;
    },
    { content: [...bytes], fileName: name },
  );
  await page.dispatchEvent(selector, 'drop', { dataTransfer });
}

/**
 * Drops a picture file on the canvas.
 *
 * @param x in background pixels; in the canvas' own while there is no background
 * @returns time of the drop by the page's clock, in milliseconds
 */
export async function dropOnCanvas(
  page: Page,
  name: string,
  bytes: Uint8Array,
  x: number,
  y: number,
  type = 'image/png',
): Promise<number> {
  const at = await onScreen(page, x, y);
  return canvasOf(page).evaluate(
    (element, { base64, fileName, mime, clientX, clientY }) => {
      const content = Uint8Array.from(atob(base64), (character) => character.charCodeAt(0));
      const data = new DataTransfer();
      data.items.add(new File([content], fileName, { type: mime }));
      const options = { bubbles: true, cancelable: true, dataTransfer: data, clientX, clientY };
      element.dispatchEvent(new DragEvent('drop', options));
      return performance.now();
    },
    {
      base64: Buffer.from(bytes).toString('base64'),
      fileName: name,
      mime: type,
      clientX: at.x,
      clientY: at.y,
    },
  );
}

export function renderButton(page: Page): Locator {
  // Matched by its beginning; undo may name a step that mentions a render.
  const name = new RegExp(`^${t('render.start')}`);
  return headerOf(page).getByRole('button', { name });
}

/**
 * Does something that shows an element, perhaps only for a moment, and waits until it has appeared: on a busy machine,
 * looking for it afterwards may be too late.
 *
 * @param selector of the element
 * @param text that the element contains
 */
export async function whileSeen(
  page: Page,
  selector: string,
  act: () => Promise<void>,
  text = '',
): Promise<void> {
  const seen = page.evaluate(
    ([wanted, part]) =>
      new Promise<void>((resolve) => {
        const look = () => {
          const found = [...document.querySelectorAll(wanted!)];
          if (!found.some(({ textContent }) => textContent?.includes(part!))) return;
          observer.disconnect();
          resolve();
        };
        const observer = new MutationObserver(look);
        observer.observe(document.body, {
          subtree: true,
          childList: true,
          attributes: true,
          characterData: true,
        });
        look();
      }),
    [selector, text],
  );
  await act();
  await seen;
}

/** The progress bar of a render. */
export const RENDER_PROGRESS = `[role="progressbar"][aria-label="${t('render.progress')}"]`;

/** Renders and waits for one more picture in the history. */
export async function render(page: Page): Promise<void> {
  const before = await page.locator('.frame img').count();
  await renderButton(page).click();
  await expect.poll(() => page.locator('.frame img').count(), LONG_WORK).toBeGreaterThan(before);
}

/** Continues in a new, empty project. */
export async function createProject(page: Page, name: string): Promise<void> {
  await headerOf(page).locator('button[aria-haspopup="menu"]').first().click();
  await page.getByRole('menuitem', { name: t('project.new') }).click();
  await page.getByRole('textbox', { name: t('project.new') }).fill(name);
  await page.getByRole('button', { name: t('project.create') }).click();
  await page.getByRole('heading', { name: t('view.empty') }).waitFor();
}

export async function setTheme(page: Page, theme: 'light' | 'dark'): Promise<void> {
  await page.getByRole('button', { name: t('app.settings') }).click();
  await page.getByRole('combobox', { name: t('settings.theme') }).click();
  await page.getByRole('option', { name: t(`settings.themes.${theme}`) }).click();
  await expect
    .poll(() => page.evaluate(() => document.documentElement.dataset.mantineColorScheme))
    .toBe(theme);
  await page
    .getByRole('dialog', { name: t('settings.title') })
    .getByRole('button', { name: t('app.close') })
    .click();
}

/** Closes the open sheet, by its own button: a notice above it has one too. */
export async function closeSheet(page: Page): Promise<void> {
  await page
    .locator('.sheet-head')
    .getByRole('button', { name: t('app.close') })
    .click();
  await page.locator('.sheet').waitFor({ state: 'detached' });
}

/** Waits until the host has saved everything. */
export async function saved(page: Page): Promise<void> {
  await page
    .locator('.save-state')
    .filter({ hasText: t('app.saved') })
    .waitFor();
}

/** The share of the picture in percent that the selected concept has, as the mask panel shows it; not a proposed one. */
export async function coverage(page: Page): Promise<number> {
  await saved(page);
  const text = (await maskPanelOf(page).textContent()) ?? '';
  if (textPattern('mask.proposal.shown').test(text) || text.includes('< 0.1')) return 0;
  const found = textPattern('concept.share', { percent: /([\d.]+)/ }).exec(text);
  return found ? Number(found[1]) : 0;
}
