/** Importing existing models: found in their layouts, checked, placed, and nothing left on failure. */
import { lstat, mkdir, readlink, rename, rm, stat, symlink, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { modelBytes, sha256 } from './model-server.ts';
import {
  bytesAt,
  catalogOf,
  type DescribedComponent,
  filesBelow,
  isThere,
  known,
  offlineEnvironment,
  storeOf,
  temporaryFolder,
  withCode,
} from './store-fixture.ts';

/** A safetensors file with one tensor. */
function safetensors(length: number, seed = 1): Buffer {
  const header = Buffer.from(
    JSON.stringify({ weight: { dtype: 'U8', shape: [length], data_offsets: [0, length] } }),
  );
  const prefix = Buffer.alloc(8);
  prefix.writeBigUInt64LE(BigInt(header.length));
  return Buffer.concat([prefix, header, modelBytes(length, seed)]);
}

const WEIGHTS = safetensors(5000);
const UNET_CONFIG = Buffer.from('{"_class_name":"UNet2DConditionModel"}');
const TEXT_CONFIG = Buffer.from('{"architectures":["CLIPTextModel"]}');
const REVISION = '1'.repeat(40);

const blending: DescribedComponent = {
  id: 'blending',
  sources: [{ kind: 'hub', repo: 'owner/model', revision: REVISION }],
  classNames: { 'unet/config.json': ['UNet2DConditionModel'], 'text_encoder/config.json': ['CLIPTextModel'] },
  manifest: { width: 512, height: 512, recommended: {} },
  files: [
    { path: 'unet/config.json' },
    { ...known('unet/model.safetensors', WEIGHTS), remotePath: 'unet/model.fp16.safetensors' },
    { path: 'text_encoder/config.json' },
    { path: 'tokenizer/extra.json', optional: true },
  ],
};
const inpainter: DescribedComponent = {
  id: 'inpainter',
  sources: [{ kind: 'http', url: 'https://models.test/' }],
  files: [{ path: 'lama.onnx' }],
};

async function write(folder: string, files: Record<string, Buffer>): Promise<string> {
  for (const [path, body] of Object.entries(files)) {
    await mkdir(dirname(join(folder, path)), { recursive: true });
    await writeFile(join(folder, path), body);
  }
  return folder;
}

const DIFFUSERS = {
  'unet/config.json': UNET_CONFIG,
  'unet/model.fp16.safetensors': WEIGHTS,
  'text_encoder/config.json': TEXT_CONFIG,
};

async function fixture(...components: DescribedComponent[]) {
  const [modelsFolder, mine] = await Promise.all([temporaryFolder(), temporaryFolder()]);
  const catalog = catalogOf(...(components.length === 0 ? [blending, inpainter] : components));
  return { modelsFolder, mine, store: storeOf(modelsFolder, catalog, { environment: offlineEnvironment }) };
}

/** A hub cache in the Python library's layout: blobs, and snapshots of links to them. */
async function hubCache(cache: string, files: Record<string, Buffer>, blobName = sha256): Promise<string> {
  const repository = join(cache, 'models--owner--model');
  await write(repository, { 'refs/main': Buffer.from(`${REVISION}\n`) });
  for (const [path, body] of Object.entries(files)) {
    const blob = blobName(body);
    await write(join(repository, 'blobs'), { [blob]: body });
    const link = join(repository, 'snapshots', REVISION, path);
    await mkdir(dirname(link), { recursive: true });
    await symlink(join('../'.repeat(2 + path.split('/').length - 1), 'blobs', blob), link);
  }
  return repository;
}

describe('a diffusers folder', () => {
  it('is hard-linked by default, under the catalogue’s names, and gets a pack.json', async () => {
    const { modelsFolder, mine, store } = await fixture();
    await write(mine, DIFFUSERS);
    const { files, ownFiles } = await store.import('test', mine);
    expect(files.map(({ path, placed, checkedBy }) => [path, placed, checkedBy])).toEqual([
      ['unet/config.json', 'hard-linked', 'structure'],
      ['unet/model.safetensors', 'hard-linked', 'catalogue'],
      ['text_encoder/config.json', 'hard-linked', 'structure'],
    ]);
    expect(ownFiles).toEqual([]);
    const place = join(modelsFolder, 'test/blending/unet/model.safetensors');
    expect((await stat(place)).ino).toBe((await stat(join(mine, 'unet/model.fp16.safetensors'))).ino);
    const manifest = JSON.parse((await bytesAt(modelsFolder, 'test/blending/pack.json')).toString());
    expect(manifest).toMatchObject({ id: 'test', layout: 'diffusers', width: 512 });
    expect(manifest.files).toHaveLength(3);
    expect((await store.verify('test')).every(({ state }) => state === 'ok')).toBe(true);
    expect((await store.list())[0]!.components[0]).toMatchObject({ state: 'installed' });
  });

  it('is linked or copied on request', async () => {
    for (const mode of ['link', 'copy'] as const) {
      const { modelsFolder, mine, store } = await fixture();
      await write(mine, DIFFUSERS);
      await store.import('test', mine, { mode });
      const place = join(modelsFolder, 'test/blending/unet/model.safetensors');
      expect((await lstat(place)).isSymbolicLink()).toBe(mode === 'link');
      expect(await bytesAt(place)).toEqual(WEIGHTS);
      if (mode === 'link') expect(await readlink(place)).toBe(join(mine, 'unet/model.fp16.safetensors'));
      await rm(mine, { recursive: true });
      expect(await isThere(place)).toBe(mode === 'copy');
      expect((await store.verify('test'))[1]!.state).toBe(mode === 'copy' ? 'ok' : 'missing');
    }
  });

  it('may contain a fine-tune; files that differ from the catalogue’s are reported', async () => {
    const { mine, store } = await fixture();
    await write(mine, { ...DIFFUSERS, 'unet/model.fp16.safetensors': safetensors(4000, 2) });
    const { ownFiles } = await store.import('test', mine, { components: ['blending'] });
    expect(ownFiles).toEqual(['blending/unet/model.safetensors']);
  });

  it('reports the progress of copying', async () => {
    const { mine, store } = await fixture();
    await write(mine, DIFFUSERS);
    const stages: string[] = [];
    let last = 0;
    await store.import('test', mine, {
      mode: 'copy',
      onProgress: ({ stage, bytesDone }) => {
        stages.push(stage);
        last = bytesDone;
      },
    });
    expect([...new Set(stages)]).toEqual(['check', 'place']);
    expect(last).toBe(WEIGHTS.length + UNET_CONFIG.length + TEXT_CONFIG.length);
  });

  it('imported twice changes nothing', async () => {
    const { mine, store } = await fixture();
    await write(mine, DIFFUSERS);
    await store.import('test', mine);
    expect((await store.import('test', mine)).files).toEqual([]);
  });
});

describe('a hub cache', () => {
  it('is read through its links: the cache, its parent, the repository or the snapshot', async () => {
    for (const choose of [
      (cache: string) => cache,
      (cache: string) => dirname(cache),
      (cache: string) => join(cache, 'models--owner--model'),
      (cache: string) => join(cache, 'models--owner--model/snapshots', REVISION),
    ]) {
      const { modelsFolder, mine, store } = await fixture();
      const cache = join(mine, 'hub');
      await hubCache(cache, DIFFUSERS);
      const { files } = await store.import('test', choose(cache));
      expect(files.map(({ path }) => path)).toContain('unet/model.safetensors');
      const place = join(modelsFolder, 'test/blending/unet/model.safetensors');
      // The blob itself, not the link to it: clearing the snapshot does no harm.
      expect((await lstat(place)).isSymbolicLink()).toBe(false);
      await rm(join(cache, 'models--owner--model/snapshots'), { recursive: true });
      expect(await bytesAt(place)).toEqual(WEIGHTS);
    }
  });

  it('may contain a fine-tune under another name', async () => {
    const { mine, store } = await fixture();
    const repository = await hubCache(mine, DIFFUSERS);
    await rename(repository, join(mine, 'models--me--fine-tune'));
    expect((await store.import('test', join(mine, 'models--me--fine-tune'))).files).toHaveLength(3);
  });

  it('with a damaged blob is refused', async () => {
    const { modelsFolder, mine, store } = await fixture();
    await hubCache(mine, DIFFUSERS, (body) => sha256(body === WEIGHTS ? Buffer.from('other') : body));
    await expect(store.import('test', mine)).rejects.toThrow(withCode('IMPORT_INVALID', 'damaged'));
    expect(await filesBelow(modelsFolder)).toEqual([]);
  });

  it('with a missing blob is refused', async () => {
    const { modelsFolder, mine, store } = await fixture();
    const repository = await hubCache(mine, DIFFUSERS);
    await rm(join(repository, 'blobs', sha256(WEIGHTS)));
    await expect(store.import('test', mine)).rejects.toThrow(withCode('IMPORT_INVALID', 'a missing file'));
    expect(await filesBelow(modelsFolder)).toEqual([]);
  });
});

describe('invalid folders', () => {
  it.each([
    [
      'another class',
      { 'unet/config.json': Buffer.from('{"_class_name":"FluxTransformer2DModel"}') },
      'is of a Flux',
    ],
    ['no class', { 'text_encoder/config.json': Buffer.from('{}') }, 'names no class'],
    ['a damaged configuration', { 'unet/config.json': Buffer.from('{"_class') }, 'cannot be read'],
    ['truncated weights', { 'unet/model.fp16.safetensors': WEIGHTS.subarray(0, -1) }, 'its header says'],
    [
      'weights with something behind',
      { 'unet/model.fp16.safetensors': Buffer.concat([WEIGHTS, WEIGHTS]) },
      'header says',
    ],
    ['weights that end in the header', { 'unet/model.fp16.safetensors': WEIGHTS.subarray(0, 20) }, 'cut off'],
    [
      'a page instead of weights',
      { 'unet/model.fp16.safetensors': Buffer.from('<html>Not found') },
      'cut off',
    ],
    ['empty weights', { 'unet/model.fp16.safetensors': Buffer.alloc(0) }, 'it has 0 bytes'],
  ])('%s is refused, and nothing is left behind', async (_, changed, message) => {
    const { modelsFolder, mine, store } = await fixture();
    await write(mine, { ...DIFFUSERS, ...changed });
    await expect(store.import('test', mine, { components: ['blending'] })).rejects.toThrow(
      withCode('IMPORT_INVALID', message),
    );
    expect(await filesBelow(modelsFolder)).toEqual([]);
  });

  it('are refused with what is missing', async () => {
    const { mine, store } = await fixture();
    await write(mine, { 'unet/config.json': UNET_CONFIG });
    await expect(store.import('test', mine, { components: ['blending'] })).rejects.toThrow(
      withCode('IMPORT_INVALID', 'lacks unet/model.safetensors'),
    );
    await expect(store.import('test', join(mine, 'nowhere'))).rejects.toThrow(
      withCode('IMPORT_INVALID', 'is not a folder'),
    );
    await expect(store.import('test', mine, { components: ['other'] })).rejects.toThrow(
      withCode('PACK_UNKNOWN'),
    );
    await expect(store.import('other', mine)).rejects.toThrow(withCode('PACK_UNKNOWN'));
  });

  it('are refused with a question if two components fit', async () => {
    const { mine, store, modelsFolder } = await fixture(inpainter, { ...inpainter, id: 'second' });
    await write(mine, { 'lama.onnx': modelBytes(100) });
    await expect(store.import('test', mine)).rejects.toThrow(withCode('IMPORT_INVALID', '--component'));
    await store.import('test', mine, { components: ['second'] });
    expect(await filesBelow(modelsFolder)).toEqual(['test/second/lama.onnx']);
  });

  it('never overwrite what is there', async () => {
    const { modelsFolder, mine, store } = await fixture();
    await write(mine, DIFFUSERS);
    await write(modelsFolder, { 'test/blending/unet/config.json': Buffer.from('mine') });
    await expect(store.import('test', mine)).rejects.toThrow(withCode('FILE_IN_THE_WAY'));
    expect(await filesBelow(modelsFolder)).toEqual(['test/blending/unet/config.json']);
    expect((await bytesAt(modelsFolder, 'test/blending/unet/config.json')).toString()).toBe('mine');
  });

  it('leave nothing if the import is cancelled or the disk is too small', async () => {
    const { modelsFolder, mine, store } = await fixture();
    await write(mine, DIFFUSERS);
    const stop = new AbortController();
    let checked = 0;
    await expect(
      store.import('test', mine, {
        signal: stop.signal,
        onProgress: ({ fileNumber }) => {
          checked = fileNumber;
          if (fileNumber === 2) stop.abort();
        },
      }),
    ).rejects.toThrow(withCode('CANCELLED'));
    expect(checked).toBe(2);
    const full = storeOf(modelsFolder, store.catalogs[0]!, {
      environment: { ...offlineEnvironment, freeBytes: async () => 10 },
    });
    await expect(full.import('test', mine, { mode: 'copy' })).rejects.toThrow(withCode('DISK_FULL'));
    expect(await filesBelow(modelsFolder)).toEqual([]);
  });
});
