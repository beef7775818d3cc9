/** Model packs and folders, managed in the window with a download server on this machine. */
import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import { ModelServer, modelBytes, stallAfter } from '../electron/models/model-server.ts';
import { catalogOf, known } from '../electron/models/store-fixture.ts';
import { violations } from './axe.ts';
import { sharedStudio } from './shared-studio.ts';
import { createProject, headerOf, renderButton, screenshot } from './studio-page.ts';
import { t, textPattern } from './texts.ts';

const A = modelBytes(400_000, 1);
const B = modelBytes(30_000, 2);

let hub: ModelServer;

const studio = sharedStudio(async () => {
  hub = await ModelServer.start();
  const files = { 'one/a.bin': A, 'one/deep/b.bin': B };
  for (const [path, body] of Object.entries(files)) hub.files.set(`/${path}`, { body, etag: '"v1"' });
  const catalog = {
    ...catalogOf({
      id: 'one',
      sources: [{ kind: 'http', url: `${hub.origin}/one/` }],
      files: [known('a.bin', A), known('deep/b.bin', B)],
    }),
    name: 'Large pack',
  };
  return {
    prepare: (root) => {
      mkdirSync(join(root, 'packs', 'test'));
      writeFileSync(join(root, 'packs', 'test', 'catalog.json'), JSON.stringify(catalog));
    },
    // The program chooses the projects folder, in a home folder of its own.
    environment: (root) => ({ HOME: join(root, 'home'), PNPMIX_PROJECTS_DIR: '' }),
  };
});

afterAll(() => hub?.stop());

const card = () => studio.page.getByRole('group', { name: 'Large pack' });
const button = (name: string) => card().getByRole('button', { name, exact: true });
const place = () => join(studio.folders.root, 'models', 'test', 'one', 'a.bin');

async function openSheet(name: string): Promise<void> {
  await headerOf(studio.page).getByRole('button', { name }).click();
}

async function closeSheet(): Promise<void> {
  await studio.page
    .locator('.sheet-head')
    .getByRole('button', { name: t('app.close') })
    .click();
}

describe('the models', () => {
  it('ask for the licence, download, pause and resume', async () => {
    const { page } = studio;
    await openSheet(t('app.models'));
    await card().getByText(t('models.absent')).waitFor();
    await card()
      .getByText(
        new RegExp(
          `${textPattern('models.toDownload', { size: /\d+ kB/ }).source} · ${textPattern('models.free').source}`,
        ),
      )
      .waitFor();
    await button(t('models.download')).click();
    const dialog = page.getByRole('dialog', { name: t('models.licences') });
    const accept = dialog.getByRole('button', { name: t('models.startDownload') });
    await accept.waitFor();
    expect(await violations(page)).toEqual([]);
    expect(await accept.isDisabled()).toBe(true);
    expect(hub.requests).toEqual([]);
    // However slow the machine, the download is not finished before it is paused.
    hub.misbehave('/one/a.bin', ...new Array(12).fill(stallAfter(10_000)));
    await dialog.getByRole('checkbox', { name: t('models.accept', { name: 'Test licence' }) }).check();
    await accept.click();
    await card()
      .getByText(textPattern('models.progress', { done: /\d+ kB/, total: /\d+ kB/ }))
      .waitFor();
    await screenshot(page, 'models-download');
    expect(await violations(page)).toEqual([]);

    // Neither the sheet nor the page has to stay open.
    await closeSheet();
    await openSheet(t('app.models'));
    await card().getByRole('progressbar', { name: 'Large pack' }).waitFor();
    await page.reload();
    await renderButton(page).waitFor();
    await openSheet(t('app.models'));
    await button(t('models.pause')).click();
    await card().getByText(t('models.paused')).waitFor();
    expect(existsSync(place())).toBe(false);
    hub.behave('/one/a.bin');
    await button(t('models.resume')).click();
    await page.getByText(t('models.pulled', { name: 'Large pack' })).waitFor();
    await card().getByText(t('models.installed'), { exact: false }).first().waitFor();
    expect(readFileSync(place()).equals(A)).toBe(true);
    expect(hub.gets('/one/a.bin').at(-1)!.range).toMatch(/^bytes=[1-9]\d*-/);
    expect(await button(t('models.download')).count()).toBe(0);
  });

  it('are verified, repaired and removed', async () => {
    const { page } = studio;
    writeFileSync(place(), Buffer.alloc(A.length));
    await button(t('models.verify')).click();
    await page.getByText(t('models.damaged', { count: 1 })).waitFor();
    await button(t('models.repair')).click();
    await page.getByText(t('models.verified')).waitFor();
    expect(readFileSync(place()).equals(A)).toBe(true);
    await button(t('models.remove')).click();
    const dialog = page.getByRole('dialog', { name: t('models.remove') });
    await dialog.getByText(t('models.confirmRemove', { name: 'Large pack' })).waitFor();
    await dialog.getByRole('button', { name: t('app.cancel') }).click();
    expect(existsSync(place())).toBe(true);
    await button(t('models.remove')).click();
    await dialog.getByRole('button', { name: t('models.remove') }).click();
    await page.getByText(textPattern('models.removed', { name: 'Large pack', size: /\d+ kB/ })).waitFor();
    await card().getByText(t('models.absent')).waitFor();
    expect(existsSync(place())).toBe(false);
  });

  it('are imported from a folder; a folder without models is refused with the reason', async () => {
    const { page } = studio;
    const mine = join(studio.folders.root, 'mine');
    mkdirSync(mine);
    const asked = hub.requests.length;
    const field = card().getByRole('textbox', { name: t('models.importFolder') });
    await field.fill(mine);
    await button(t('models.import')).click();
    await card().getByRole('alert').waitFor();
    expect(await field.inputValue()).toBe(mine);
    for (const [path, body] of Object.entries({ 'a.bin': A, 'deep/b.bin': B })) {
      mkdirSync(dirname(join(mine, path)), { recursive: true });
      writeFileSync(join(mine, path), body);
    }
    await button(t('models.import')).click();
    await page.getByText(t('models.imported', { name: 'Large pack' })).waitFor();
    await button(t('models.verify')).waitFor();
    expect(await card().getByRole('alert').count()).toBe(0);
    expect(readFileSync(place()).equals(A)).toBe(true);
    expect(hub.requests.length).toBe(asked);
    await closeSheet();
  });
});

describe('the folder of new projects', () => {
  it('is chosen in the settings, and is unchanged if another cannot be used', async () => {
    const { page, folders } = studio;
    await openSheet(t('app.settings'));
    const section = page.getByRole('region', { name: t('settings.folders') });
    const usual = join(folders.root, 'home', 'PnP-MIX Studio');
    await section.getByText(usual).waitFor();
    const field = section.getByRole('textbox', { name: t('settings.otherProjectsFolder') });
    const file = join(folders.root, 'a file');
    writeFileSync(file, '');
    await field.fill(file);
    await field.press('Enter');
    await page.getByText(/a file cannot be written/).waitFor();
    await section.getByText(usual).waitFor();
    const chosen = join(folders.root, 'my projects');
    await field.fill(chosen);
    await field.press('Enter');
    await page.getByText(t('settings.projectsFolderChosen', { folder: chosen })).waitFor();
    await section.getByText(chosen, { exact: true }).waitFor();
    await closeSheet();
    await createProject(page, 'Elsewhere');
    expect(existsSync(join(chosen, 'Elsewhere.pnpmix'))).toBe(true);
  });
});

it('logged only the provoked errors to the console', () => {
  const unexpected = studio.faults.filter(
    (fault) => !/IMPORT_INVALID|FOLDER_UNWRITABLE|StudioError/.test(fault),
  );
  expect(unexpected).toEqual([]);
});
