/** The host exits and restarts while its page is open: nothing is lost, nothing is done twice. */
import { rmSync } from 'node:fs';
import { join } from 'node:path';
import type { Page } from 'playwright-core';
import { describe, expect, it } from 'vitest';
import { TestClient } from '../electron/serve/test-client.ts';
import { sharedStudio } from './shared-studio.ts';
import { renderButton, saved } from './studio-page.ts';
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

describe('a host that is killed', () => {
  it('receives, once it runs again on its port, every change made meanwhile, once and in order', async () => {
    const { page } = studio;
    await setSteps(page, 10);
    await saved(page);
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
