/** Model packs and folders, managed in the window with a download server on this machine. */
import { createHash } from 'node:crypto';
import { copyFileSync, existsSync, mkdirSync, readFileSync, renameSync, writeFileSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import { readRenderRequest } from '../../electron/projects/export/render-metadata.ts';
import { ModelServer, modelBytes, stallAfter } from '../electron/models/model-server.ts';
import { catalogOf, known } from '../electron/models/store-fixture.ts';
import {
  writeModelFile,
  writeSingleFile,
  writeWholeVocabulary,
} from '../native-models/graph/single-file/single-file-models.ts';
import { violations } from './axe.ts';
import { sharedStudio } from './shared-studio.ts';
import { createProject, headerOf, idle, render, renderButton, saved } from './studio-page.ts';
import { t, textPattern } from './texts.ts';

const A = modelBytes(400_000, 1);
const B = modelBytes(30_000, 2);
const MANIFEST = { width: 512, height: 512, recommended: {} };

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
  const [part] = catalog.components;
  const ownModels = {
    ...catalog,
    id: 'own',
    name: 'Own models',
    components: [{ ...part, id: 'blending', checkpoint: 'blending', manifest: MANIFEST }],
  };
  return {
    prepare: (root) => {
      for (const each of [catalog, ownModels]) {
        mkdirSync(join(root, 'packs', each.id));
        writeFileSync(join(root, 'packs', each.id, 'catalog.json'), JSON.stringify(each));
      }
      makeComfyFolder(root);
    },
    // The program chooses the projects folder, in a home folder of its own.
    environment: (root) => ({ HOME: join(root, 'home'), PNPMIX_PROJECTS_DIR: '' }),
  };
});

afterAll(() => hub?.stop());

const comfy = (root: string, path = '') => join(root, 'home', 'ComfyUI', 'models', path);

/** Three checkpoints, one with a picture, a LoRA and one of a kind that is not supported, as another program keeps them. */
function makeComfyFolder(root: string): void {
  for (const folder of ['checkpoints', 'loras']) mkdirSync(comfy(root, folder), { recursive: true });
  writeWholeVocabulary(comfy(root, 'checkpoints/photon.safetensors'));
  copyFileSync(
    join(root, 'packs/starter/scenes/two-concepts/cat.png'),
    comfy(root, 'checkpoints/photon.png'),
  );
  writeSingleFile(comfy(root, 'checkpoints/v2 base.safetensors'), 'sd2', { values: {} });
  writeSingleFile(comfy(root, 'checkpoints/big.safetensors'), 'sdxl', { dtype: 'F16', values: {} });
  const lora = 'lora_unet_mid_block_attentions_0_transformer_blocks_0_attn1_to_q';
  writeModelFile(comfy(root, 'loras/ink.safetensors'), {
    tensors: { [`${lora}.lora_down.weight`]: [4, 64], [`${lora}.lora_up.weight`]: [64, 4] },
    metadata: { 'modelspec.trigger_phrase': 'ink wash' },
  });
  writeModelFile(comfy(root, 'loras/haze.safetensors'), { tensors: { [`${lora}.hada_w1_a`]: [4, 64] } });
}

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
    await card()
      .getByText(new RegExp(`^${t('models.installed')}`))
      .waitFor();
    expect(readFileSync(place()).equals(A)).toBe(true);
    expect(hub.gets('/one/a.bin').at(-1)!.range).toMatch(/^bytes=[1-9]\d*-/);
    await expect.poll(() => button(t('models.download')).count()).toBe(0);
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
    // Notices are beside the sheet.
    const rightmost = () =>
      page.evaluate(() =>
        Math.max(
          0,
          ...[...document.querySelectorAll('.mantine-Notification-root')].map(
            (notice) => notice.getBoundingClientRect().right,
          ),
        ),
      );
    const sheet = (await page.locator('.sheet').boundingBox())!;
    expect(await rightmost()).toBeLessThan(sheet.x);
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

describe('the models of other programs', () => {
  const files = () => studio.page.locator('.library li');
  const use = (name: string) => studio.page.getByRole('button', { name, exact: true });
  const openLibrary = async () => {
    await openSheet(t('app.models'));
    await studio.page.getByRole('tab', { name: t('library.tab') }).click();
    await studio.page.getByRole('heading', { name: t('library.scene') }).waitFor();
  };

  /** Exports the newest render, and reads what its picture names. */
  const requestOfNewest = async () => {
    const { page } = studio;
    const download = page.waitForEvent('download');
    const newest = textPattern('history.open', { name: textPattern('history.of') });
    await page.getByRole('button', { name: newest }).first().click();
    await page.getByRole('button', { name: t('render.export') }).click();
    return readRenderRequest(await readFile(await (await download).path()), 'export.png')!;
  };

  it('are listed with family, precision and picture, searched and filtered', async () => {
    const { page } = studio;
    await openLibrary();
    await expect.poll(() => files().count()).toBe(5);
    await files().filter({ hasText: 'photon' }).getByText('SD 1.x · F16').waitFor();
    await files().filter({ hasText: 'photon' }).locator('img').waitFor();
    await files()
      .filter({ hasText: 'ink' })
      .getByText(t('library.triggerWords', { words: 'ink wash' }))
      .waitFor();
    await files()
      .filter({ hasText: 'haze' })
      .getByText(textPattern('library.unusable', { reason: /haze\.safetensors is LoHa, .*/ }))
      .waitFor();
    expect(await violations(page)).toEqual([]);
    await page.getByText('SDXL', { exact: true }).first().click();
    await expect.poll(() => files().count()).toBe(1);
    await page.getByText(t('library.allFamilies'), { exact: true }).click();
    const search = page.getByRole('searchbox', { name: t('library.search') });
    await search.fill('PHOT');
    await expect.poll(() => files().count()).toBe(1);
    await search.fill('nothing like it');
    await page.getByText(t('library.noMatch')).waitFor();
    await search.fill('');
    // Another program saves a file: it appears by itself.
    copyFileSync(
      comfy(studio.folders.root, 'loras/ink.safetensors'),
      comfy(studio.folders.root, 'loras/copy.safetensors'),
    );
    await expect.poll(() => files().count()).toBe(6);
  });

  it('are imported into a pack, which uses them from then on', async () => {
    const { page, folders } = studio;
    await use(t('library.importNamed', { name: 'v2 base', pack: 'Own models' })).click();
    await page.getByText(t('models.imported', { name: 'Own models' })).waitFor();
    const imported = join(folders.root, 'models', 'own', 'blending', 'checkpoint.safetensors');
    const original = comfy(folders.root, 'checkpoints/v2 base.safetensors');
    expect(readFileSync(imported).equals(readFileSync(original))).toBe(true);
    await page.getByRole('tab', { name: t('library.packs') }).click();
    const pack = page.getByRole('group', { name: 'Own models' });
    await pack.getByRole('button', { name: t('models.use'), exact: true }).isEnabled();
    await page.getByRole('tab', { name: t('library.tab') }).click();
    await expect.poll(() => files().count()).toBe(6);
  });

  it('are chosen for the scene, render it, and are named in its picture', async () => {
    const { page } = studio;
    await use(t('library.useNamed', { name: 'photon' })).click();
    await page.getByRole('button', { name: t('library.removeFrom', { name: 'photon' }) }).waitFor();
    await use(t('library.addNamed', { name: 'ink' })).click();
    const weight = page.getByRole('textbox', { name: t('library.weight', { name: 'ink' }) });
    await weight.fill('0.8');
    await weight.press('Enter');
    expect(await violations(page)).toEqual([]);
    await closeSheet();
    const steps = page.getByRole('textbox', { name: t('parameters.steps.name') });
    await steps.fill('1');
    await steps.press('Enter');
    await page.getByRole('button', { name: t('parameters.more') }).click();
    const negative = page.getByRole('textbox', { name: t('prepare.negativePrompt') });
    expect(await negative.count()).toBe(0);
    const guidance = page.getByRole('textbox', { name: t('parameters.guidanceScale.name') });
    await guidance.fill('2');
    await guidance.press('Enter');
    await negative.fill('fog');
    await negative.press('Enter');
    await saved(page);
    await render(page);
    await idle(page);
    const request = await requestOfNewest();
    expect(request.scene).toMatchObject({ negativePrompt: 'fog' });
    const hash = (path: string) =>
      createHash('sha256')
        .update(readFileSync(comfy(studio.folders.root, path)))
        .digest('hex');
    expect(request.pack).toEqual({
      id: 'photon',
      version: 'unversioned',
      weights: hash('checkpoints/photon.safetensors'),
      loras: [{ name: 'ink', sha256: hash('loras/ink.safetensors'), weight: 0.8 }],
    });
  });

  it('that are gone are named, and located where they are now', async () => {
    const { page, folders } = studio;
    const elsewhere = join(folders.root, 'moved.safetensors');
    renameSync(comfy(folders.root, 'checkpoints/photon.safetensors'), elsewhere);
    await renderButton(page).click();
    await page
      .getByText(/The checkpoint “photon” \(SHA-256 [0-9a-f]{64}\) is not on this computer/)
      .first()
      .waitFor();
    await page.getByRole('button', { name: t('render.fix.models') }).click();
    await page.getByText(textPattern('library.missing', { name: 'photon', hash: /[0-9a-f]{10}/ })).waitFor();
    const path = page.getByRole('textbox', { name: t('library.locatePath', { name: 'photon' }) });
    await path.fill(comfy(folders.root, 'checkpoints/v2 base.safetensors'));
    await path.press('Enter');
    await page
      .getByText(/is another model than “photon”/)
      .first()
      .waitFor();
    await path.fill(elsewhere);
    await path.press('Enter');
    await page.getByText(t('library.located', { name: 'photon' })).waitFor();
    await path.waitFor({ state: 'detached' });
    // Without models of its own the scene is the settings' pack's again.
    for (const name of ['photon', 'ink']) {
      await page.getByRole('button', { name: t('library.removeFrom', { name }) }).click();
    }
    await page.getByText(t('library.packOfSettings', { name: 'starter' })).waitFor();
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
    (fault) => !/IMPORT_INVALID|MODEL_MISSING|MODEL_INVALID|FOLDER_UNWRITABLE|StudioError/.test(fault),
  );
  expect(unexpected).toEqual([]);
});
