/** Imports accept the checkpoints that the loader opens, and refuse the others with the loader's sentence. */

import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { cpSync, mkdirSync, readFileSync, renameSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { describe, expect, it } from 'vitest';
import { noticeSentence } from '../../../electron/contract/notices.ts';
import { openModelPack } from '../../../electron/inference/packs/model-pack.ts';
import { readCatalogs } from '../../../electron/models/catalogs.ts';
import { createModelStore } from '../../../electron/models/model-store.ts';
import { removeStaleStoreFiles } from '../../../electron/models/stale-files.ts';
import { writeSingleFile } from '../../native-models/graph/single-file/single-file-models.ts';
import { makeTinyPack } from '../inference/tiny-pack.ts';
import { readTensors, shardWeights, writeTensors } from './checkpoint-files.ts';
import { filesBelow, isThere, offlineEnvironment, temporaryFolder, withCode } from './store-fixture.ts';

const PACKS = join(import.meta.dirname, '../../../native-models/packs');
const GRAPHS = join(import.meta.dirname, '../../golden/graph');
const catalogs = await readCatalogs(PACKS);
const UNET = 'unet/diffusion_pytorch_model.safetensors';
const BLENDING = { components: ['blending'] };

/** A models folder, and a folder with the user's own checkpoint. */
async function fixture(change: (folder: string) => void = () => undefined) {
  const [modelsFolder, parent] = [await temporaryFolder(), await temporaryFolder()];
  const mine = makeTinyPack(parent, 'fine-tune');
  change(mine);
  const store = createModelStore({ modelsFolder, catalogs, environment: offlineEnvironment });
  const place = (path = '') => join(modelsFolder, 'sd21/blending', path);
  const blending = async () =>
    (await store.list()).find(({ id }) => id === 'sd21')!.components.find(({ id }) => id === 'blending')!;
  const open = async () => openModelPack(place(), { cacheFolder: await temporaryFolder() });
  return { modelsFolder, mine, store, place, blending, open };
}

const changeJson = (path: string, change: Record<string, unknown>) =>
  writeFileSync(path, JSON.stringify({ ...JSON.parse(readFileSync(path, 'utf8')), ...change }));

describe('a checkpoint that the loader opens', () => {
  it.each<[string, (folder: string) => void, string[]]>([
    ['as diffusers saves it', () => undefined, [UNET]],
    [
      'without a model_index.json',
      (folder) => rmSync(join(folder, 'model_index.json'), { force: true }),
      [UNET],
    ],
    [
      'with its weights in several files',
      (folder) => shardWeights(join(folder, UNET)),
      [
        'unet/diffusion_pytorch_model-00001-of-00002.safetensors',
        'unet/diffusion_pytorch_model-00002-of-00002.safetensors',
        'unet/diffusion_pytorch_model.safetensors.index.json',
      ],
    ],
    [
      'with its tokenizer in one file',
      (folder) => {
        const vocab = JSON.parse(readFileSync(join(folder, 'tokenizer/vocab.json'), 'utf8'));
        const model = { type: 'BPE', end_of_word_suffix: '</w>', vocab, merges: [] };
        writeFileSync(join(folder, 'tokenizer/tokenizer.json'), JSON.stringify({ model }));
        for (const name of ['vocab.json', 'merges.txt']) rmSync(join(folder, 'tokenizer', name));
      },
      [UNET],
    ],
    [
      'in half precision, under the plain name',
      (folder) =>
        renameSync(join(folder, UNET), join(folder, UNET.replace('.safetensors', '.fp16.safetensors'))),
      [UNET],
    ],
  ])('%s is imported, and opens where it was placed', async (_, change, expected) => {
    const { mine, store, place, blending, open } = await fixture(change);
    const { files } = await store.import('sd21', mine, BLENDING);
    const paths = files.map(({ path }) => path);
    expect(paths.filter((path) => /^unet\/diff/.test(path)).toSorted()).toEqual(expected);
    expect(await blending()).toMatchObject({ state: 'installed' });
    expect((await store.verify('sd21')).every(({ state }) => state === 'ok')).toBe(true);
    expect((await open()).name).toBe('fine-tune');
    expect((await store.import('sd21', mine, BLENDING)).files).toEqual([]);
    // A download adds the catalogue's files; next to these they would be another model.
    const { files: planned } = await store.plan('sd21', BLENDING);
    expect(planned.every(({ state }) => state === 'installed' || state === 'absent')).toBe(true);
    expect(await store.remove('sd21')).toMatchObject({ removedFiles: paths.length + 1, kept: [] });
    expect(await isThere(place())).toBe(false);
  });

  it('of another size keeps its own: 768 pixels, not the catalogue’s 512', async () => {
    const { mine, store, place, open } = await fixture((folder) =>
      changeJson(join(folder, 'unet/config.json'), { sample_size: 192 }),
    );
    await store.import('sd21', mine, BLENDING);
    // The tiny autoencoder halves the sides twice.
    expect(JSON.parse(readFileSync(place('pack.json'), 'utf8'))).toMatchObject({ width: 768, height: 768 });
    expect((await open()).size).toMatchObject({ width: 768, height: 768 });
  });

  it('that can blend is imported for blending, or for backgrounds by name', async () => {
    const { mine, store } = await fixture();
    expect(new Set((await store.import('sd21', mine)).files.map(({ component }) => component))).toEqual(
      new Set(['blending']),
    );
    const { files } = await store.import('sd21', mine, { components: ['backgrounds'] });
    expect(files.map(({ component, path }) => `${component}/${path}`)).toContain(`backgrounds/${UNET}`);
  });

  it('is found in a hub cache whose repositories the catalogue does not list; with two, the error asks which one', async () => {
    const { mine, store, place } = await fixture();
    const hub = join(dirname(mine), 'hub');
    const repository = (name: string) => {
      const snapshot = join(hub, `models--${name}`, 'snapshots', 'a'.repeat(40));
      mkdirSync(dirname(snapshot), { recursive: true });
      cpSync(mine, snapshot, { recursive: true });
    };
    repository('me--fine-tune');
    mkdirSync(join(hub, 'models--someone--words', 'snapshots', 'b'.repeat(40)), { recursive: true });
    await store.import('sd21', hub, BLENDING);
    expect(JSON.parse(readFileSync(place('pack.json'), 'utf8'))).toMatchObject({ name: 'me/fine-tune' });
    await store.remove('sd21');
    repository('me--other');
    await expect(store.import('sd21', dirname(hub), BLENDING)).rejects.toThrow(
      withCode('IMPORT_INVALID', 'several models fit (models--me--fine-tune, models--me--other)'),
    );
  });

  it('is not put next to another one in the same part', async () => {
    const { mine, store, place } = await fixture();
    await store.import('sd21', mine, BLENDING);
    shardWeights(join(mine, UNET));
    await expect(store.import('sd21', mine, BLENDING)).rejects.toThrow(
      withCode('FILE_IN_THE_WAY', 'models remove sd21 --component blending'),
    );
    expect(await isThere(place(UNET))).toBe(true);
  });

  it('that was damaged is not repaired with the catalogue’s model', async () => {
    const { mine, store, place } = await fixture();
    await store.import('sd21', mine, { ...BLENDING, mode: 'copy' });
    writeFileSync(place(UNET), 'x');
    const damaged = (await store.verify('sd21')).filter(({ state }) => state !== 'ok');
    await expect(store.repair('sd21', damaged)).rejects.toThrow(
      withCode('PACK_INCOMPLETE', 'import its folder again'),
    );
  });
});

describe('a checkpoint that the loader refuses', () => {
  const lfs = `version https://git-lfs.github.com/spec/v1\noid sha256:${'0'.repeat(64)}\nsize 3463726498\n`;
  it.each<[string, (folder: string) => void, string]>([
    [
      'with the nine channels of an inpainting model',
      (folder) => {
        const tensors = readTensors(join(folder, UNET));
        const { dtype, shape, bytes } = tensors.get('conv_in.weight')!;
        const [out, , height, width] = shape as [number, number, number, number];
        const nine = Buffer.alloc((bytes.length / shape[1]!) * 9);
        writeTensors(
          join(folder, UNET),
          tensors.set('conv_in.weight', { dtype, shape: [out, 9, height, width], bytes: nine }),
        );
        changeJson(join(folder, 'unet/config.json'), { in_channels: 9 });
      },
      '9 input and 4 output channels',
    ],
    [
      'of SDXL',
      (folder) => {
        rmSync(folder, { recursive: true });
        cpSync(join(GRAPHS, '../text-to-image/sdxl'), folder, { recursive: true });
        cpSync(join(GRAPHS, 'sdxl'), folder, { recursive: true });
      },
      'an SDXL model, which this pack can use for backgrounds only',
    ],
    [
      'with weights that its configuration has no place for',
      (folder) => {
        const tensors = readTensors(join(folder, UNET));
        writeTensors(join(folder, UNET), tensors.set('extra.weight', tensors.get('conv_in.bias')!));
      },
      'does not use, such as "extra.weight"',
    ],
    ['with an empty file for weights', (folder) => writeFileSync(join(folder, UNET), ''), 'is empty'],
    [
      'with a Git LFS pointer for weights',
      (folder) => writeFileSync(join(folder, UNET), lfs),
      'git lfs pull',
    ],
    [
      'with half of its weights',
      (folder) => writeFileSync(join(folder, UNET), readFileSync(join(folder, UNET)).subarray(0, 500_000)),
      'cut short',
    ],
    [
      'with a pickle for weights',
      (folder) => renameSync(join(folder, UNET), join(folder, 'unet/pytorch_model.bin')),
      '.bin',
    ],
    [
      'of which a shard is missing',
      (folder) => {
        shardWeights(join(folder, UNET));
        rmSync(join(folder, 'unet/diffusion_pytorch_model-00002-of-00002.safetensors'));
      },
      '00002-of-00002',
    ],
    [
      'without a schedule',
      (folder) => rmSync(join(folder, 'scheduler'), { recursive: true }),
      'scheduler_config.json',
    ],
    ['without a tokenizer', (folder) => rmSync(join(folder, 'tokenizer'), { recursive: true }), 'tokenizer'],
    [
      'of another architecture',
      (folder) => changeJson(join(folder, 'unet/config.json'), { _class_name: 'FluxTransformer2DModel' }),
      'FluxTransformer2DModel',
    ],
  ])('%s is refused with its sentence, and nothing is left', async (_, change, message) => {
    const { modelsFolder, mine, store } = await fixture(change);
    await expect(store.import('sd21', mine, BLENDING)).rejects.toThrow(withCode('IMPORT_INVALID', message));
    expect(await filesBelow(modelsFolder)).toEqual([]);
    const loader = openModelPack(mine, { cacheFolder: await temporaryFolder() });
    // Only an engine finds this out, with the same code; the rest is the same sentence here.
    await loader.catch(async (error: Error) => {
      await expect(store.import('sd21', mine, BLENDING)).rejects.toThrow(error.message.replace(/\.$/, ''));
    });
  });

  it('a part of a single-file checkpoint is named as such', async () => {
    const { mine, store } = await fixture();
    const file = join(dirname(mine), 'v1-5.safetensors');
    const tensor = readTensors(join(mine, UNET)).get('conv_in.bias')!;
    writeTensors(file, [['input_blocks.0.0.bias', tensor]]);
    await expect(store.import('sd21', file, BLENDING)).rejects.toThrow('v1-5.safetensors is a part of');
  });

  it('a link to itself is named as such', async () => {
    const { mine, store } = await fixture((folder) => {
      rmSync(join(folder, 'unet/config.json'));
      symlinkSync('config.json', join(folder, 'unet/config.json'));
    });
    await expect(store.import('sd21', mine, BLENDING)).rejects.toThrow(withCode('IMPORT_INVALID', 'ELOOP'));
  });
});

describe('a checkpoint of one file', () => {
  it.each([
    ['Photon v1.safetensors', 'checkpoint.safetensors'],
    ['photon_v1.safetensors', 'photon_v1.safetensors'],
  ])('%s is imported as %s, named after the file, and opens there', async (name, path) => {
    const { mine, store, place, blending, open } = await fixture();
    const file = join(dirname(mine), name);
    writeSingleFile(file, 'sd1', { dtype: 'F16', values: {} });
    const { files } = await store.import('sd21', file);
    expect(files.map((placed) => [placed.component, placed.path])).toEqual([['blending', path]]);
    expect((await blending()).state).toBe('installed');
    expect(JSON.parse(readFileSync(place('pack.json'), 'utf8'))).toMatchObject({
      name: name.replace('.safetensors', ''),
      width: 128,
      height: 128,
    });
    expect(await open()).toMatchObject({ identity: { id: 'sd21', weights: files[0]!.sha256 } });
  });
});

describe('an import that is killed', () => {
  const kill = async (modelsFolder: string, folder: string, mode: string, report: number) => {
    const script = fileURLToPath(new URL('import-in-child.ts', import.meta.url));
    const child = spawn(process.execPath, [script, modelsFolder, folder, mode, `${report}`], {
      stdio: 'inherit',
    });
    const [, signal] = await once(child, 'exit');
    expect(signal).toBe('SIGKILL');
  };

  it.each([
    ['copy', 0],
    ['copy', 1],
    ['copy', 7],
    ['hard-link', 3],
    ['hard-link', 12],
    ['link', 5],
  ])('(%s, at report %i) is detected, can be repeated, and can be removed', async (mode, report) => {
    const { modelsFolder, mine, store, place, blending, open } = await fixture();
    await kill(modelsFolder, mine, mode, report);
    const killed = `${modelsFolder}-killed`;
    cpSync(modelsFolder, killed, { recursive: true, verbatimSymlinks: true });
    await removeStaleStoreFiles(modelsFolder, catalogs);
    expect((await blending()).state).not.toBe('installed');
    const notices: string[] = [];
    const verified = await store.verify('sd21', {
      onNotice: (notice) => notices.push(noticeSentence(notice)),
    });
    expect(verified.some(({ state }) => state === 'absent')).toBe(true);
    expect(notices).toEqual([expect.stringContaining('was interrupted')]);
    await expect(
      store.pull('sd21', { ...BLENDING, acceptedLicences: ['creativeml-openrail++-m'] }),
    ).rejects.toThrow(withCode('PACK_INCOMPLETE', 'Import it again, or remove it'));

    await store.import('sd21', mine, { ...BLENDING, mode: mode as 'copy' });
    expect((await blending()).state).toBe('installed');
    expect((await open()).name).toBe('fine-tune');

    await store.remove('sd21');
    rmSync(modelsFolder, { recursive: true });
    renameSync(killed, modelsFolder);
    await removeStaleStoreFiles(modelsFolder, catalogs);
    expect((await store.remove('sd21')).kept).toEqual([]);
    expect(await isThere(place())).toBe(false);
    expect(await filesBelow(modelsFolder)).toEqual([]);
  });
});
