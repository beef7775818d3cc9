/** The host exits and restarts while its page is open: nothing is lost, nothing is done twice. */
import { rmSync } from 'node:fs';
import { join } from 'node:path';
import type { Page } from 'playwright-core';
import { describe, expect, it } from 'vitest';
import { TestClient } from '../electron/serve/test-client.ts';
import { engineOf } from './engine-process.ts';
import { inspect } from './inspector-page.ts';
import { sharedStudio } from './shared-studio.ts';
import { LONG_WORK, render, renderButton, saved } from './studio-page.ts';
import { t } from './texts.ts';

const studio = sharedStudio();

async function setSteps(page: Page, steps: number): Promise<void> {
  const field = page.getByRole('textbox', { name: t('parameters.steps.name') });
  await field.fill(String(steps));
  await field.press('Enter');
}

/** The host's state: the steps of the scene, and the labels of its history, newest first. */
async function kept(): Promise<{ steps: number; labels: string[] }> {
  const client = await TestClient.connect(studio.serve.url);
  const [project] = await client.call('project.listOpen');
  const { entries } = await client.call('project.history', { projectId: project!.projectId, limit: 50 });
  client.close();
  return { steps: project!.document.parameters.steps, labels: entries.map(({ label }) => label) };
}

const lost = (page: Page) => page.getByRole('alert').filter({ hasText: t('app.connection.lost') });

/** Where the controls and headings of the window are: names with left, top, width and height. */
function places(page: Page): Promise<[name: string, place: string][]> {
  return page.evaluate(() =>
    [...document.querySelectorAll<HTMLElement>(':is(button, input, textarea, [role="slider"], h2, h3)')]
      .filter((element) => element.checkVisibility() && !element.closest('.status-bar, [role="dialog"]'))
      .map((element) => {
        const { x, y, width, height } = element.getBoundingClientRect();
        const name = element.ariaLabel ?? (element.textContent || element.id);
        return [name, [x, y, width, height].map((value) => Math.round(value)).join(' ')];
      }),
  );
}

/** Suspends the engine of the started host before it has opened its pack: if it was too fast, the host starts again. */
async function engineHeldOpening(): Promise<number> {
  for (;;) {
    await studio.kill();
    await lost(studio.page).waitFor();
    await studio.restart();
    const find = () => engineOf(studio.serve.child.pid!);
    await expect.poll(find, { ...LONG_WORK, interval: 5 }).toBeDefined();
    const engine = find()!;
    process.kill(engine, 'SIGSTOP');
    const client = await TestClient.connect(studio.serve.url);
    const { state } = await client.call('engine.status');
    client.close();
    if (state === 'starting') return engine;
    process.kill(engine, 'SIGCONT');
  }
}

describe.runIf(process.platform === 'linux')('the engine', () => {
  it('moves nothing in the window when it has opened the pack', async () => {
    const { page } = studio;
    const device = page.locator('.device-status');
    const tabs = ['background', 'concept', 'render'] as const;
    const allPlaces = async () => {
      const all = new Map<string, string>();
      for (const tab of tabs) {
        await inspect(page, tab);
        for (const [name, place] of await places(page)) {
          const key = `${tab}: ${name}`;
          all.set(key, [all.get(key), place].join(' '));
        }
      }
      return all;
    };
    const engine = await engineHeldOpening();
    let before: Map<string, string>;
    try {
      await device.filter({ hasText: t('device.starting') }).waitFor();
      before = await allPlaces();
    } finally {
      process.kill(engine, 'SIGCONT');
    }
    await device.filter({ hasText: 'CPU' }).waitFor(LONG_WORK);
    const words = `background: ${t('words.title')}`;
    const below = `background: ${t('prepare.candidateOptions')}`;
    expect([...before.keys()]).toEqual(expect.arrayContaining([words, below]));
    // What this pack cannot do is gone, and what is known of it alone has come: neither moves anything else.
    const moved = async () => {
      const after = await allPlaces();
      return [...before].filter(([name, place]) => after.has(name) && after.get(name) !== place);
    };
    await expect.poll(moved).toEqual([]);
  });
});

describe('a host that is killed', () => {
  it('receives, once it runs again on its port, every change made meanwhile, once and in order', async () => {
    const { page } = studio;
    await setSteps(page, 10);
    await saved(page);
    await render(page);
    const before = await kept();
    await studio.kill();
    await lost(page).waitFor();
    await setSteps(page, 11);
    await setSteps(page, 12);
    await page.getByText(t('app.saving')).first().waitFor();
    await studio.restart();
    await saved(page);
    await lost(page).waitFor({ state: 'detached' });
    const after = await kept();
    expect(after.steps).toBe(12);
    expect(after.labels).toHaveLength(before.labels.length + 2);
    expect(after.labels.slice(2)).toEqual(before.labels);
    const pictures = page
      .locator('img')
      .evaluateAll((all: HTMLImageElement[]) =>
        Promise.all(all.map((image) => image.decode().then(() => image.naturalWidth))),
      );
    expect((await pictures).every((width) => width > 0)).toBe(true);
  });

  it('receives the changes of a page that was closed before it ran again', async () => {
    const { page, context } = studio;
    const before = await kept();
    await studio.kill();
    await lost(page).waitFor();
    await setSteps(page, 13);
    await page.getByText(t('app.saving')).first().waitFor();
    page.once('dialog', (dialog) => void dialog.accept());
    await page.goto('about:blank');
    await studio.restart();
    // The address without the token, which this browser has stored.
    await page.goto(studio.serve.url.origin);
    await page.getByText(t('app.unsavedKept')).waitFor();
    await saved(page);
    const after = await kept();
    expect(after.steps).toBe(13);
    expect(after.labels).toHaveLength(before.labels.length + 1);
    // Only once, not at every start; and in a second tab too.
    await page.reload();
    await renderButton(page).waitFor();
    const second = await context.newPage();
    await second.goto(studio.serve.url.origin);
    await renderButton(second).waitFor();
    await saved(second);
    await second.close();
    expect(await kept()).toEqual(after);
  });

  it('that has lost its token says what to do, and then takes the changes', async () => {
    const { page } = studio;
    await studio.kill();
    await lost(page).waitFor();
    await setSteps(page, 14);
    await page.getByText(t('app.saving')).first().waitFor();
    rmSync(join(studio.folders.root, 'settings', 'browser-hosts'), { recursive: true });
    await studio.restart();
    await page
      .getByRole('alert')
      .filter({ hasText: t('app.connection.refused') })
      .waitFor();
    await page.evaluate((address) => {
      location.href = address;
    }, studio.serve.url.href);
    await saved(page);
    expect((await kept()).steps).toBe(14);
    expect(page.url()).not.toContain('token');
  });
});

it('a browser that never opened the address with the token says so', async () => {
  const context = await studio.context.browser()!.newContext();
  const page = await context.newPage();
  await page.goto(studio.serve.url.origin);
  await page
    .getByRole('alert')
    .filter({ hasText: t('app.connection.refused') })
    .waitFor();
  await context.close();
});
